"""Intervals, effect sizes, tests and resampling, on NumPy and SciPy only."""
