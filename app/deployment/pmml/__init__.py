"""Models as PMML: preparation, estimator and threshold in one file, written and read by ourselves, without Java."""
