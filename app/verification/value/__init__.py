"""What a version is worth in money: outcomes with their prices, the threshold that they call for, and what came of it
on rows that were never seen."""
