"""Folders that are watched: each new file in one is proposed as the next version of a dataset."""
