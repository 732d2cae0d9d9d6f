"""What is tried, in which order, and what comes of it."""
