"""The models part of the window."""
