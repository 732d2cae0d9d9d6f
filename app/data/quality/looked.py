"""What a check looks at: a column with its profile, and some of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.recipe.steps import AnyStep, Drop, Pseudonymise
from app.data.records import ColumnProfile, ColumnType, Finding
from app.data.stored import open_stored
from app.data.values.buffers import raw_numbers, valid_of
from app.text.message import Text, Value, amount

MOST_ROWS = 100_000
"""Looked at in a longer table: enough for every share that a finding speaks of."""
_STRETCHES = 25


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A column of a table, or of stretches of its rows that lie evenly over it."""

    profile: ColumnProfile
    cells: pa.Array

    @property
    def name(self) -> str:
        """Of the column."""
        return self.profile.name

    @property
    def type(self) -> ColumnType:
        """Of the column."""
        return self.profile.type

    @property
    def whole(self) -> bool:
        """Whether all rows are here."""
        return len(self.cells) == self.profile.rows

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """Its values that aren't missing, in the order of the rows: numbers, days or microseconds."""
        found = raw_numbers(self.cells).astype(np.float64)[valid_of(self.cells)]
        return found[np.isfinite(found)]

    @cached_property
    def distinct(self) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Its distinct numbers in order, and how often each is there."""
        values, counts = np.unique(self.numbers, return_counts=True)
        return values, counts

    @cached_property
    def words(self) -> dict[str, int]:
        """Its distinct words with their counts, most frequent first."""
        counted = pa.Table.from_struct_array(pc.value_counts(self.cells.drop_null()))
        # Arrow sorts by bytes, which in UTF-8 is Python's order, in a tenth of its time
        counted = counted.sort_by([("counts", "descending"), ("values", "ascending")])
        words, counts = (column.to_pylist() for column in counted.columns)
        return dict(zip(map(str, words), counts, strict=True))

    @property
    def filled(self) -> int:
        """Rows looked at that hold something."""
        return len(self.cells) - int(self.cells.null_count)


def look(path: Path, profiles: Sequence[ColumnProfile], *, most: int = MOST_ROWS) -> list[Looked]:
    """The columns of a stored table, ready to be checked."""
    table, _whole = read_evenly(path, most=most)
    table = table.combine_chunks()
    columns = [_one(table.column(place)) for place in range(len(profiles))]
    return [Looked(profile=profile, cells=cells) for profile, cells in zip(profiles, columns, strict=True)]


def read_evenly(path: Path, columns: Sequence[str] | None = None, *, most: int = MOST_ROWS) -> tuple[pa.Table, bool]:
    """A stored table, or some of its columns, and whether these are all rows: of a longer one about ``most``, in
    stretches that lie evenly over it."""
    names = None if columns is None else list(columns)
    with open_stored(path) as file:
        rows, groups = file.metadata.num_rows, file.num_row_groups
        if rows <= most:
            return file.read(columns=names, use_threads=False), True
        places = np.unique(np.linspace(0, groups - 1, min(groups, _STRETCHES)).astype(int)).tolist()
        each = -(-most // len(places))
        # by batches: of a row group, only the pages that hold its first rows are unpacked
        read = (file.iter_batches(each, row_groups=[place], columns=names, use_threads=False) for place in places)
        return pa.Table.from_batches([batch for one in read if (batch := next(one, None)) is not None]), False


def _one(column: pa.ChunkedArray) -> pa.Array:
    if column.num_chunks == 0:
        return pa.array([], column.type)
    found = column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)
    return found.dictionary_decode() if pa.types.is_dictionary(found.type) else found


def finding(
    code: str,
    column: str,
    severity: str,
    remedy: AnyStep | None = None,
    *alternatives: AnyStep,
    **params: Text | Value | str | int | float,
) -> Finding:
    """A finding of a check, with the step that sets it right, and others that do; a ``share`` is written in percent."""
    shown = {k: amount(v, "percent") if k == "share" and isinstance(v, float) else v for k, v in params.items()}
    id = f"data.finding.{code}"
    message = Text(id, {"column": column, **shown})
    return Finding(code=id, column=column, severity=severity, message=message, remedy=remedy, alternatives=alternatives)


def left_out(column: Looked) -> Drop:
    """The step that takes a column away."""
    return Drop(columns=(column.name,))


def pseudonymised(column: Looked) -> Pseudonymise:
    """The step that puts pseudonyms into a column."""
    return Pseudonymise(columns=(column.name,))
