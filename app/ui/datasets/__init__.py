"""The datasets part of the window."""
