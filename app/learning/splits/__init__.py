"""How rows are divided: the hold-out, the folds, and what may not stand on both sides."""
