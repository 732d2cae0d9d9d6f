"""Intervals, tests and resampling. NumPy and SciPy only; every method names its source."""
