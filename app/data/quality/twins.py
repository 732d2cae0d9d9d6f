"""Columns that hold the same as another one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from app.data.quality.looked import Looked, finding, left_out
from app.data.records import ColumnType, Finding
from app.data.types import NUMBERS, TIMES

_MOST_LEVELS = 1_000
_LEAST_ROWS = 20
_FIRST_ROWS = 500


def check_twins(columns: Sequence[Looked]) -> Iterator[Finding]:
    """Columns whose values are those of an earlier one, or its values by other names: a code beside what it means."""
    groups = defaultdict[tuple[int, int, bool], list[Looked]](list)
    for column in columns:
        if column.filled >= _LEAST_ROWS and column.profile.distinct > 1:
            timed = column.type in (*NUMBERS, *TIMES)
            groups[(column.profile.distinct, column.filled, timed)].append(column)
    for group in groups.values():
        for at, column in enumerate(group):
            other = next((one for one in group[:at] if _same(one, column)), None)
            if other is not None:
                yield finding("same_column", column.name, "note", left_out(column), other=other.name)
    yield from _renamed(columns)


def _same(one: Looked, other: Looked) -> bool:
    if one.cells.type != other.cells.type or one.cells.null_count != other.cells.null_count:
        return False
    return bool(one.cells.equals(other.cells))


def _renamed(columns: Sequence[Looked]) -> Iterator[Finding]:
    kinds = [c for c in columns if c.type is ColumnType.CATEGORY and 2 < c.profile.distinct <= _MOST_LEVELS and c.whole]
    for at, column in enumerate(kinds):
        for other in kinds[:at]:
            if column.profile.distinct == other.profile.distinct and column.filled == other.filled:
                if not _one_to_one(_pairs(other, column, _FIRST_ROWS)):
                    continue  # most pairs aren't even in the first rows
                pairs = _pairs(other, column, len(column.cells))
                if len(pairs) == column.profile.distinct and not _same(other, column) and _one_to_one(pairs):
                    yield finding("renamed_column", column.name, "note", left_out(column), other=other.name)
                    break


def _pairs(one: Looked, other: Looked, rows: int) -> pa.Table:
    """The pairs of values that stand in the first rows."""
    return pa.table({"a": one.cells[:rows], "b": other.cells[:rows]}).group_by(["a", "b"]).aggregate([])


def _one_to_one(pairs: pa.Table) -> bool:
    return all(pc.count_distinct(pairs.column(name)).as_py() == len(pairs) for name in ("a", "b"))
