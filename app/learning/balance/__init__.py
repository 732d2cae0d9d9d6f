"""Classes of unequal size: rows weighed, copied, left out or made up for a fit, and what that does taken back."""
