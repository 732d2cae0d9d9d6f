"""The deployment part of the window."""
