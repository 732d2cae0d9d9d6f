"""Check a stored table row group by row group. What it takes of memory doesn't grow with the table, apart from eight
bytes for each value of a column that is to be unique."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from app.data.expectations.fitting import misfit
from app.data.expectations.records import (
    Expectation,
    Fresh,
    Present,
    Result,
    Rows,
    Unique,
    Verdict,
    column_of,
)
from app.data.expectations.tallies import FreshTally, RowTally, Tally, UniqueTally, judge_rows
from app.data.stored import open_stored, stored_in_code, stored_shape
from app.data.types import WORDS, ColumnType

Watch = Callable[[float], None]
"""Told which share of the table is read; stops the check by raising."""


def check(
    expectations: Sequence[Expectation],
    path: Path,
    *,
    types: Mapping[str, ColumnType],
    moment: datetime,
    watch: Watch | None = None,
) -> tuple[Result, ...]:
    """What becomes of each expectation in the table at ``path``, whose columns are of ``types``.

    Parameters
    ----------
    moment
        From when back the age of the newest date is counted.

    Raises
    ------
    CicloError
        ``project.damaged_object`` where the table isn't what was stored.
    """
    rows = stored_shape(path).rows
    spoilt = {column_of(one) for one in expectations if isinstance(one, Present) and misfit(one, types) is not None}
    judged = [_at_once(one, types, rows, spoilt) or _tally(one, moment) for one in expectations]
    tallies = [one for one in judged if isinstance(one, Tally)]
    for cells, first, tally in _parts(path, tallies, types, watch):
        tally.take(cells, first)
    _find_repeats(path, tallies, types)
    return tuple(one.result() if isinstance(one, Tally) else one for one in judged)


def _at_once(expectation: Expectation, types: Mapping[str, ColumnType], rows: int, spoilt: Set[str]) -> Result | None:
    """What the columns and the number of rows tell without a look at these. What comes of a column that is missing, or
    of another type, is told by the expectation of the column alone."""
    if isinstance(expectation, Rows):
        return judge_rows(expectation, rows)
    found = misfit(expectation, types)
    if found is not None:
        told = expectation.column in spoilt and not isinstance(expectation, Present)
        return Result(expectation=expectation, verdict=Verdict.UNCHECKED if told else Verdict.BROKEN, found=found)
    return Result(expectation=expectation, verdict=Verdict.MET) if isinstance(expectation, Present) else None


def _tally(expectation: Expectation, moment: datetime) -> Tally:
    match expectation:
        case Unique():
            return UniqueTally(expectation)
        case Fresh():
            return FreshTally(expectation, moment)
        case Present() | Rows():
            raise TypeError(expectation)
        case _:
            return RowTally(expectation)


def _parts(
    path: Path, tallies: Sequence[Tally], types: Mapping[str, ColumnType], watch: Watch | None = None
) -> Iterator[tuple[pa.Array, int, Tally]]:
    """The cells for each tally, row group by row group, with the number of rows before them."""
    names = list(dict.fromkeys(column_of(one.expectation) for one in tallies))
    coded = [name for name in stored_in_code(path) if name in names and types[name] in WORDS]
    if not names:
        return
    with open_stored(path, dictionaries=coded) as file:
        groups, first = file.num_row_groups, 0
        for group in range(groups):
            table = file.read_row_group(group, columns=names, use_threads=False)
            parts = {name: _one(table.column(name)) for name in names}
            for one in tallies:
                yield parts[column_of(one.expectation)], first, one
            first += table.num_rows
            if watch is not None:
                watch((group + 1) / groups)


def _one(cells: pa.ChunkedArray) -> pa.Array:
    if cells.num_chunks == 1:
        return cells.chunk(0)
    return pa.concat_arrays(cells.unify_dictionaries().chunks) if cells.num_chunks else pa.array([], cells.type)


def _find_repeats(path: Path, tallies: Sequence[Tally], types: Mapping[str, ColumnType]) -> None:
    """Examples of values that stand in an earlier row already, by a second reading."""
    for tally in tallies:
        if isinstance(tally, UniqueTally) and tally.close():
            for cells, first, _ in _parts(path, [tally], types):
                if tally.look(cells, first):
                    break
