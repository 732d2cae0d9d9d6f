"""Columns as whole numbers: for each row, which of the distinct values it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.quality.looked import MOST_ROWS, read_evenly
from app.data.types import NUMBERS, TIMES, ColumnType
from app.data.values.buffers import numbers_of, raw_numbers, valid_of

MOST_LEVELS = 200
_LEAST_REPEATED = 2.0
"""Rows that share a word, on average: fewer, and it names rows."""
_SECOND_US = 1e6

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Coded:
    """A column. ``codes`` is -1 where a cell is missing; ``values`` are its distinct numbers in order (days or seconds
    of times), ``words`` its words, most frequent first; the last one stands for ``rest`` others, where there are any.
    """

    name: str
    type: ColumnType
    codes: Codes
    values: Floats
    words: tuple[str, ...] = ()
    rest: int = 0

    @property
    def ordered(self) -> bool:
        """Whether its values have an order."""
        return self.type in NUMBERS or self.type in TIMES

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Which cells aren't missing."""
        return self.codes >= 0


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Columns of some rows of a table that lie evenly over it; those that say nothing but which row it is are left out.
    ``whole``: these are all rows."""

    columns: Mapping[str, Coded]
    rows: int
    whole: bool


def sample_of(
    path: Path, types: Mapping[str, ColumnType], wanted: tuple[str, ...] | None = None, *, most: int = MOST_ROWS
) -> Sample:
    """Columns of a stored table, the ``wanted`` ones or all."""
    names = [name for name in types if wanted is None or name in wanted]
    table, whole = read_evenly(path, names, most=most)
    found = (coded(name, types[name], table.column(name)) for name in names)
    return Sample(columns={one.name: one for one in found if one is not None}, rows=table.num_rows, whole=whole)


def coded(name: str, type: ColumnType, cells: pa.ChunkedArray) -> Coded | None:
    """A column in code; None where its words name rows."""
    array = cells.combine_chunks() if cells.num_chunks != 1 else cells.chunk(0)
    if isinstance(array, pa.ChunkedArray):  # of no rows
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], cells.type)
    return _numbers(name, type, array) if type in NUMBERS or type in TIMES else _words(name, type, array)


def _numbers(name: str, type: ColumnType, array: pa.Array) -> Coded:
    numbers, there = raw_numbers(array).astype(np.float64), valid_of(array)
    there = there & np.isfinite(numbers)
    codes = np.full(len(numbers), -1, np.int64)
    values, codes[there] = np.unique(numbers[there], return_inverse=True)
    if type is ColumnType.DATETIME:
        values = values / _SECOND_US
    return Coded(name=name, type=type, codes=codes, values=values)


def _words(name: str, type: ColumnType, array: pa.Array) -> Coded | None:
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    held = numbers_of(encoded.indices.drop_null())
    counts = np.bincount(held, minlength=len(encoded.dictionary))
    distinct = int((counts > 0).sum())
    if distinct * _LEAST_REPEATED > len(held):
        return None
    labels = encoded.dictionary.to_pylist()
    order = sorted(np.flatnonzero(counts).tolist(), key=lambda code: (-counts[code], labels[code]))
    kept = order[: MOST_LEVELS - 1] if distinct > MOST_LEVELS else order
    places = np.full(max(1, len(counts)), len(kept), np.int64)
    places[kept] = np.arange(len(kept))
    codes = np.where(valid_of(encoded.indices), places[np.clip(_indices(encoded), 0, len(places) - 1)], -1)
    rest = distinct - len(kept)
    words = (*(str(labels[code]) for code in kept), *([""] if rest else []))
    return Coded(name=name, type=type, codes=codes, values=np.empty(0), words=words, rest=rest)


def _indices(encoded: pa.DictionaryArray) -> Codes:
    return numbers_of(pc.fill_null(encoded.indices, 0))
