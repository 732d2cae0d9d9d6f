"""What is expected of every version of a dataset: learnt from one, edited in plain language, checked on the others."""
