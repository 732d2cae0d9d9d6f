"""The page on which a recipe is written: its steps, what each of them does, and what the findings propose."""
