"""Versions of a dataset: recognised, noted, compared, restored, put away."""
