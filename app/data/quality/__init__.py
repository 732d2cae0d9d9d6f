"""What is wrong with a table: checks of its columns, each a small function that yields findings with their evidence."""
