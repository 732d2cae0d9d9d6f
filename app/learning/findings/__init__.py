"""What a table shows once somebody says what is to be predicted from it: leaks, telling gaps, rare answers."""
