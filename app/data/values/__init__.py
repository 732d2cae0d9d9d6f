"""What cells mean: their shapes, the type of a column, and the conversion of its words."""
