"""Rows whose label is probably wrong, and what becomes of them."""
