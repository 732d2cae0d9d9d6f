"""Workbooks of spreadsheet programs: values, never formulas, with everything doubtful named."""
