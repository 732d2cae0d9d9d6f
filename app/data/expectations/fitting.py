"""Which expectations can be told of which columns. Light."""

from __future__ import annotations

from collections.abc import Mapping

from app.data.expectations.records import Categories, Expectation, Fresh, Present, Range, Rows
from app.data.types import NUMBERS, TIMES, WORDS, ColumnType


def holds(wanted: ColumnType | None, found: ColumnType) -> bool:
    """Whether a column of one type is as good as one of another: whole numbers are numbers, days are moments, and kinds
    of words differ by how often they recur only."""
    if wanted is None or wanted is found or (wanted in WORDS and found in WORDS):
        return True
    return (wanted, found) in ((ColumnType.NUMBER, ColumnType.INTEGER), (ColumnType.DATETIME, ColumnType.DATE))


def misfit(expectation: Expectation, types: Mapping[str, ColumnType]) -> str | None:
    """Why it can't be told of a table with these columns: the type that is there instead, empty where the column isn't;
    None where it can."""
    if isinstance(expectation, Rows):
        return None
    found = types.get(expectation.column)
    if found is None:
        return ""
    match expectation:
        case Present(type=wanted):
            fits = holds(wanted, found)
        case Range(low=low, high=high):
            timed = isinstance(low, str) or isinstance(high, str)
            fits = found in (TIMES if timed else NUMBERS)
        case Categories():
            fits = found in WORDS
        case Fresh():
            fits = found in TIMES
        case _:
            fits = True
    return None if fits else found.value
