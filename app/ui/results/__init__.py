"""The results part of the window."""
