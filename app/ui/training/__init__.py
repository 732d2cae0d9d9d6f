"""The training part of the window."""
