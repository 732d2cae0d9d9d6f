"""Preparation of a table as data: a small typed language, read by people and replayed by programs.

Row steps make one row of one row and learn nothing; dataset steps see the whole table.
"""
