"""Columns that came in as words because of a few cells: nearly all of their values are numbers, or days."""

from __future__ import annotations

import pyarrow as pa

from app.data.records import Column, ColumnType
from app.data.values.shapes import Shape
from app.data.values.tally import Tally
from app.errors import CicloError
from app.learning.matrix import cast_column
from app.text.message import Text, amount

NEARLY_NUMBERS = "learning.column.nearly_numbers"
NEARLY_DATES = "learning.column.nearly_dates"
_NEARLY, FEW_KINDS = 0.9, 20
"""Such a share of the cells are numbers or days, and there are more different ones than a list of categories has."""
_INFINITE = frozenset({"inf", "infinity", "infinite", "infinito", "∞"})
"""Words that are amounts to whoever wrote them, however many there are."""
_CHUNK, _SHOWN = 100_000, 60


def nearly_values(column: Column, values: pa.ChunkedArray) -> Text | None:
    """Why a column is one of words although nearly all of its cells are numbers or days; None where it isn't so.

    Numbers whose digits were kept on purpose (those that begin with a zero, or have more than 15) are words.
    """
    if column.type not in {ColumnType.TEXT, ColumnType.CATEGORY} or column.distinct <= FEW_KINDS:
        return None
    tally, known = Tally(), cast_column(values, ColumnType.TEXT).drop_null()
    for start in range(0, len(known), _CHUNK):
        tally.add(known.slice(start, _CHUNK).combine_chunks())
    if tally.count(Shape.ZERO_LED, Shape.LONG):
        return None
    filled = tally.filled - sum(tally.disguised().values())
    endless = sum(n for word, n in tally.odd.items() if word.lower().lstrip("+-") in _INFINITE)
    for id, n in ((NEARLY_NUMBERS, tally.numeric), (NEARLY_DATES, tally.timed - tally.orders.neither)):
        if _NEARLY * (filled - endless) <= n < filled and n and tally.stranger:
            return Text(id, {"n": filled - n, "total": amount(filled), "value": tally.stranger[:_SHOWN]})
    return None


def check_amounts(column: Column, values: pa.ChunkedArray) -> None:
    """Refuse amounts that came in as words as a target: as classes they would make no sense.

    Raises
    ------
    CicloError
        ``learning.target_nearly_numbers``.
    """
    found = nearly_values(column, values)
    if found is not None and found.id == NEARLY_NUMBERS:
        n, value = found.params["n"], found.params["value"]
        assert isinstance(n, int)
        assert isinstance(value, str)
        raise CicloError("learning.target_nearly_numbers", column=column.name, n=n, value=value)
