"""The verification part of the window."""
