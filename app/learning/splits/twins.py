"""Rows that are the same, or the same but for one column, blanks, capitals or rounding.

Every cell is hashed, and a row is the sum of the hashes of its cells; less the hash of one cell, it is the key of "the
same but for that column" (the deletion neighbourhood of Mor & Fraenkel, CACM 25(12), 1982, with columns for letters).
Two rows are compared by looking up keys, never with each other, so that the work is rows times columns.

Rows may be alike by chance, where columns hold few different values. Likeness counts as more than that where so many
bits agree that not one such pair was to be expected: -log2 of how often else each value occurs, summed (Fellegi &
Sunter, JASA 64, 1969, for independent columns); columns of few values, which do depend on each other, count together
by how often their combination occurs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from app.data.records import ColumnType
from app.learning.matrix import MOMENTS, NUMBERS, WORDS, cast_column, in_code, moments, numbers
from app.learning.splits.splitting import known_hashes

Integers = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]
Columns = Sequence[tuple[str, ColumnType]]

EXACT, SPELLING, ROUNDED, ONE_COLUMN = "exact", "spelling", "rounded", "one_column"

_DIGITS = 3
"""Numbers that agree so far are the same but for rounding."""
_MARGIN_BITS = 3.0
"""Of all pairs of rows and all columns to differ in, an eighth of one is expected to agree so far by chance."""
_FEW_VALUES = 50
_SEEN_OFTEN = 4
_FEWEST_COLUMNS = 3
_SLOTS_PER_KEY = 8


@dataclass(frozen=True, kw_only=True)
class Key:
    """A way in which rows can be alike: rows of equal hash are, but for ``column``."""

    kind: str
    column: str
    hashes: Hashes
    weigh: Callable[[], Booleans]

    def telling(self, rows: Integers) -> Booleans:
        """Which of some rows tell so much that what is like them is so beyond chance. To weigh takes longer than to
        look for rows that are alike, and mostly there are none."""
        return self.weigh()[rows] if len(rows) else np.zeros(0, dtype=bool)


@dataclass(frozen=True, kw_only=True)
class Twins:
    """Rows that are judged and have one like them among those learned from.

    Attributes
    ----------
    rows, partners
        Shape (m,): positions of such a row, and of one that is like it.
    kinds, columns
        Shape (m,): in which way they are alike, and the column in which they differ (``one_column``).
    telling
        Shape (m,): whether the likeness goes beyond chance. Of rows that are not the same throughout, only these are
        listed.
    repeated
        Rows of the table that are the same as an earlier one throughout, beyond chance.
    """

    rows: Integers
    partners: Integers
    kinds: NDArray[np.object_]
    columns: NDArray[np.object_]
    telling: Booleans
    repeated: int = 0


def find_twins(table: pa.Table, columns: Columns, *, train: Integers, holdout: Integers) -> Twins:
    """The rows of ``holdout`` that have one like them in ``train``: both positions in ``table``.

    A row is listed once, in the way in which it is most alike.
    """
    partner = np.full(table.num_rows, -1, dtype=np.int64)
    kinds, differs = (np.full(table.num_rows, "", dtype=object) for _ in range(2))
    telling = np.zeros(table.num_rows, dtype=bool)
    repeated = 0
    for key in row_keys(table, columns):
        found, mates = _look_up(key.hashes, train, holdout[partner[holdout] < 0])
        beyond = key.telling(found)
        if key.kind == EXACT:
            repeated += int(key.telling(_links(key, table.num_rows)[0]).sum())
        else:
            found, mates, beyond = found[beyond], mates[beyond], beyond[beyond]
        partner[found], kinds[found], differs[found] = mates, key.kind, key.column
        telling[found] = beyond
    rows = holdout[partner[holdout] >= 0]
    return Twins(
        rows=rows,
        partners=partner[rows],
        kinds=kinds[rows],
        columns=differs[rows],
        telling=telling[rows],
        repeated=repeated,
    )


def alike(table: pa.Table, columns: Columns) -> Integers:
    """A number for each row, shape (n,): the same for rows that are alike, directly or by way of others."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n = table.num_rows
    ends = [_links(key, n) for key in row_keys(table, columns)]
    first = np.concatenate([a for a, _ in ends] or [np.zeros(0, np.int64)])
    second = np.concatenate([b for _, b in ends] or [np.zeros(0, np.int64)])
    graph = coo_matrix((np.ones(len(first), dtype=np.int8), (first, second)), shape=(n, n))
    found: Integers = connected_components(graph, directed=False)[1].astype(np.int64)
    return found


def row_keys(table: pa.Table, columns: Columns) -> Iterator[Key]:
    """Every way in which rows can be alike, the closest first."""
    if not columns:
        return
    cells = [_Cell(table.column(name), type_, position) for position, (name, type_) in enumerate(columns)]
    totals = _Totals(table.num_rows)
    raw = np.zeros(table.num_rows, dtype=np.uint64)
    for cell in cells:
        raw += cell.raw
        totals.add(cell)
    enough = 2 * np.log2(max(2, table.num_rows)) + np.log2(len(columns)) + _MARGIN_BITS
    bits = totals.bits(totals.few, totals.few_bits)
    whole = bits >= enough
    yield Key(kind=EXACT, column="", hashes=raw, weigh=lambda: whole)
    if len(columns) < _FEWEST_COLUMNS:
        return
    yield Key(kind=SPELLING, column="", hashes=totals.plain, weigh=lambda: whole)
    yield Key(kind=ROUNDED, column="", hashes=totals.rounded, weigh=lambda: whole)
    for (name, _type), cell in zip(columns, cells, strict=True):
        weigh = cache(partial(_weighed, totals, cell, bits, enough))
        yield Key(kind=ONE_COLUMN, column=name, hashes=totals.plain - cell.plain, weigh=weigh)
        yield Key(kind=ONE_COLUMN, column=name, hashes=totals.rounded - cell.rounded, weigh=weigh)


def _weighed(totals: _Totals, without: _Cell, bits: Floats, enough: float) -> Booleans:
    found: Booleans = (totals.bits_without(without) if without.few else bits - without.bits) >= enough
    return found


class _Cell:
    """A column in code. Of each of its values: its hash; its hash but for spelling; but for rounding too; and how much
    it tells."""

    def __init__(self, values: pa.ChunkedArray, type_: ColumnType, position: int) -> None:
        known, self._codes = in_code(values if type_ in NUMBERS or type_ in MOMENTS else cast_column(values, type_))
        self._raw = _mixed(_hashes(known, type_), position)
        self._plain = self._raw if type_ not in WORDS else _mixed(_hashes(_spelt_plainly(known), type_), position)
        self._rounded = self._plain if type_ not in NUMBERS else _mixed(_hashes(known, type_, _DIGITS), position)
        _, group = np.unique(self._rounded, return_inverse=True)
        rows = np.bincount(self._codes, minlength=len(group))
        counts = np.bincount(group, weights=rows)
        self._bits: Floats = -np.log2(np.maximum(1, counts - 1) / max(1, len(self._codes)))[group]
        self.few = np.count_nonzero(counts) <= _FEW_VALUES

    @property
    def raw(self) -> Hashes:
        return self._raw[self._codes]

    @property
    def plain(self) -> Hashes:
        return self._plain[self._codes]

    @property
    def rounded(self) -> Hashes:
        return self._rounded[self._codes]

    @property
    def bits(self) -> Floats:
        return self._bits[self._codes]


class _Totals:
    """Rows as sums over their cells, shape (n,) each."""

    def __init__(self, n: int) -> None:
        self.plain, self.rounded, self.few = (np.zeros(n, dtype=np.uint64) for _ in range(3))
        self.few_bits, self.many_bits = np.zeros(n), np.zeros(n)

    def add(self, cell: _Cell) -> None:
        """Take in a column."""
        self.plain += cell.plain
        self.rounded += cell.rounded
        if cell.few:
            self.few += cell.rounded
            self.few_bits += cell.bits
        else:
            self.many_bits += cell.bits

    def bits(self, few: Hashes, few_bits: Floats) -> Floats:
        """How much each row tells, shape (n,)."""
        codes = pd.factorize(few)[0]  # np.unique would sort them
        counts = np.bincount(codes)
        together = -np.log2(counts / len(codes))[codes]
        often = counts[codes] > _SEEN_OFTEN
        found: Floats = self.many_bits + np.where(often, np.minimum(together, few_bits), few_bits)
        return found

    def bits_without(self, cell: _Cell) -> Floats:
        """The same but for a column of few values."""
        return self.bits(self.few - cell.rounded, self.few_bits - cell.bits)


def _hashes(known: pa.Array, type_: ColumnType, digits: int = 0) -> Hashes:
    """A hash for each value, and one more for what is missing."""
    if type_ not in NUMBERS and type_ not in MOMENTS:
        return known_hashes(known)
    column = pa.chunked_array([known])
    found = numbers(column.cast(pa.float64(), safe=False)) if type_ in NUMBERS else moments(column)
    found = np.append(_significant(found, digits) if digits else found, np.nan)
    found = np.where(np.isnan(found), np.nan, found + 0.0)  # one NaN, and no minus zero
    return found.view(np.uint64)


def _significant(values: Floats, digits: int) -> Floats:
    """Rounded to so many significant digits."""
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.floor(np.log10(np.abs(values)))
    power[~np.isfinite(power)] = 0.0
    scale = 10.0 ** np.clip(digits - 1 - power, -300, 300)
    found: Floats = np.round(values * scale) / scale
    return found


def _spelt_plainly(words: pa.Array) -> pa.Array:
    """In small letters, with single blanks."""
    return pa.array([" ".join(word.casefold().split()) for word in words.to_pylist()], pa.string())


def _mixed(hashes: Hashes, position: int) -> Hashes:
    """Another hash of the same, which can be summed (the finish of splitmix64: Steele, Lea & Flood, OOPSLA 2014)."""
    mixed = hashes + np.uint64((position + 1) * 0x9E3779B97F4A7C15 % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    result: Hashes = mixed ^ (mixed >> np.uint64(31))
    return result


def _look_up(hashes: Hashes, train: Integers, wanted: Integers) -> tuple[Integers, Integers]:
    """The rows of ``wanted`` whose hash occurs in ``train``, and the first such row of ``train`` for each."""
    wanted = wanted[_seen(hashes[wanted], hashes[train])]
    train = train[_seen(hashes[train], hashes[wanted])]
    known, first = np.unique(hashes[train], return_index=True)
    if not len(known):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    place = np.minimum(np.searchsorted(known, hashes[wanted]), len(known) - 1)
    same = known[place] == hashes[wanted]
    return wanted[same], train[first[place[same]]]


def _seen(hashes: Hashes, others: Hashes) -> Booleans:
    """Where each hash may occur in ``others``: certainly if it does. Spares sorting the many that don't."""
    bits = max(10, int(np.ceil(np.log2(_SLOTS_PER_KEY * max(1, len(others))))))
    shift = np.uint64(64 - bits)
    slots = np.zeros(2**bits, dtype=bool)
    slots[others >> shift] = True
    found: Booleans = slots[hashes >> shift]
    return found


def _links(key: Key, n: int) -> tuple[Integers, Integers]:
    """Each row that is like an earlier one, with the first of them."""
    rows = np.arange(n)
    bits = max(10, int(np.ceil(np.log2(_SLOTS_PER_KEY * max(1, n)))))
    slots = (key.hashes >> np.uint64(64 - bits)).astype(np.int64)
    rows = rows[np.bincount(slots, minlength=2**bits)[slots] > 1]
    if key.kind != EXACT:
        rows = rows[key.telling(rows)]
    _, first, inverse = np.unique(key.hashes[rows], return_index=True, return_inverse=True)
    heads = rows[first[inverse]] if len(rows) else rows
    later = heads != rows
    return rows[later], heads[later]
