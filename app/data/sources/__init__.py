"""Sources that aren't one file of delimited text: whatever gives typed batches can be imported."""
