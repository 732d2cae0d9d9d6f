"""Databases as a source: the rows of a table or of one query, read and never written."""
