"""What a column holds. Light."""

from __future__ import annotations

from enum import StrEnum


class ColumnType(StrEnum):
    """What a column holds. Stored: integer int64, number float64, date date32, datetime timestamp[us], and category,
    text, identifier and boolean as the words that they were (a boolean is a column of two words)."""

    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    TEXT = "text"
    DATE = "date"
    DATETIME = "datetime"
    IDENTIFIER = "identifier"


Types = dict[str, ColumnType]
"""The columns of a table in their order, each with its type."""

NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER)
TIMES = (ColumnType.DATE, ColumnType.DATETIME)
WORDS = (ColumnType.TEXT, ColumnType.CATEGORY, ColumnType.BOOLEAN, ColumnType.IDENTIFIER)
NAMES = (ColumnType.IDENTIFIER, ColumnType.TEXT, ColumnType.CATEGORY, ColumnType.INTEGER)
"""Types that may name somebody."""
