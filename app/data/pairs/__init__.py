"""What two columns of a stored table have in common: how much, and how it looks."""
