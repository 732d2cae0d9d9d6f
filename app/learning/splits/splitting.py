"""Setting rows aside before anything is learned: by what a row says, never by where it stands.

Each row has a hash of the seed and of its cells (identifiers and the target apart). It is held out where that hash, as
a fraction, lies below the wanted share. A threshold rather than a rank, because with a threshold a row's side depends
on nothing but the row: adding, removing or shuffling others never moves it, and exact duplicates share a side. The
price is a share that is met on average only, so strata of fewer than 400 rows (a rare class) are ranked by the hash
instead, which meets the share exactly; there, rows near the cut may change side when the stratum grows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.data.records import Column, ColumnType
from app.errors import CicloError
from app.learning.matrix import MOMENTS, NUMBERS, cast_column, in_code, moments, numbers

Integers = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Booleans = NDArray[np.bool_]

THRESHOLD_FROM = 400
_CHUNK = 65_536
_MISSING = b"\x00missing"


class Sealed:
    """The rows that no fit may see. Every fit hands in its row ids (the guard of mlr3tuning 0.17.2)."""

    def __init__(self, rows: Integers) -> None:
        self._rows = np.unique(rows)

    @property
    def rows(self) -> Integers:
        """The rows that are set aside, in order."""
        return self._rows

    def check(self, rows: Integers) -> None:
        """Raise if any of ``rows`` is set aside.

        Raises
        ------
        CicloError
            ``learning.sealed_rows``.
        """
        found = int(np.isin(rows, self._rows).sum())
        if found:
            raise CicloError("learning.sealed_rows", n=found)


def hashed_columns(columns: Sequence[Column], target: str) -> tuple[Column, ...]:
    """The columns whose cells tell rows apart: all but target and identifiers (all but the target, failing that)."""
    others = [column for column in columns if column.name != target]
    telling = [column for column in others if column.type is not ColumnType.IDENTIFIER]
    return tuple(sorted(telling or others, key=lambda column: column.name))


class Keyed(NamedTuple):
    """A column as its cells are hashed."""

    name: str
    type: ColumnType


def apart(units: Hashes, rows: Integers) -> Hashes:
    """A hash for each row that no other row has, shape (n,), from the hash of its cells and its number."""
    pairs = np.column_stack([units, rows.astype(np.uint64)])
    return _hash_rows(np.ascontiguousarray(pairs), b"ciclo row")


def row_hashes(table: pa.Table, columns: Sequence[Column | Keyed], *, seed: int) -> Hashes:
    """A hash for each row, of seed and cells, shape (n,). Equal rows have equal hashes, in any version of the data.

    Notes
    -----
    Numbers count by value (3 equals 3.0), words by their characters, dates by their moment.
    """
    rows = table.num_rows
    hashes = np.empty(rows, dtype=np.uint64)
    key = f"ciclo split {seed} {len(columns)}".encode()
    for start in range(0, rows, _CHUNK):
        part = table.slice(start, _CHUNK)
        cells = [_cells(part.column(column.name), column.type) for column in columns]
        matrix = np.ascontiguousarray(np.column_stack(cells)) if cells else np.zeros((len(part), 1), np.uint64)
        hashes[start : start + len(part)] = _hash_rows(matrix, key)
    return hashes


def _hash_rows(matrix: Hashes, key: bytes) -> Hashes:
    width, data = matrix.shape[1] * 8, matrix.astype("<u8", copy=False).tobytes()
    digests = b"".join(
        hashlib.blake2b(data[i : i + width], digest_size=8, key=key[:64]).digest() for i in range(0, len(data), width)
    )
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def _cells(values: pa.ChunkedArray, type_: ColumnType) -> Hashes:
    if type_ in NUMBERS or type_ in MOMENTS:
        found = numbers(values.cast(pa.float64(), safe=False)) if type_ in NUMBERS else moments(values)
        found = np.where(np.isnan(found), np.nan, found + 0.0)  # one NaN, and no minus zero
        return found.view(np.uint64)
    return word_hashes(cast_column(values, type_))


def word_hashes(values: pa.ChunkedArray) -> Hashes:
    """A hash for each word, shape (n,)."""
    known, codes = in_code(values)
    return known_hashes(known)[codes]


def known_hashes(known: pa.Array) -> Hashes:
    """A hash for each of some words, and one more for what is missing."""
    digests = [hashlib.blake2b(word.encode(), digest_size=8).digest() for word in known.to_pylist()]
    digests.append(hashlib.blake2b(_MISSING, digest_size=8).digest())
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def group_hashes(values: pa.ChunkedArray, *, seed: int) -> Hashes:
    """A hash for each row that only depends on its group, shape (n,)."""
    words = word_hashes(values.cast(pa.string()))
    return _hash_rows(np.ascontiguousarray(words[:, None]), f"ciclo group {seed}".encode())


def count_units(hashes: Hashes | Integers) -> int:
    """How many different hashes there are. Sorting them takes a fifth of the time of ``np.unique`` without counts."""
    ordered = np.sort(hashes)
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + 1 if len(ordered) else 0


def held_out(hashes: Hashes, strata: Integers, *, fraction: float) -> Booleans:
    """Which rows are set aside, shape (n,); rows of equal hash share a side.

    Parameters
    ----------
    hashes
        Shape (n,), of rows or of groups.
    strata
        Shape (n,): the class of each row, zeros for regression.
    fraction
        The share to set aside.
    """
    below = hashes < np.uint64(min(int(fraction * 2.0**64), 2**64 - 1))
    units, first, inverse, counts = np.unique(hashes, return_index=True, return_inverse=True, return_counts=True)
    stratum = np.full(len(units), np.iinfo(np.int64).max)
    np.minimum.at(stratum, inverse, strata)
    chosen = below[first]
    for code in np.unique(stratum):
        members = np.flatnonzero(stratum == code)
        if len(members) < THRESHOLD_FROM:
            wanted = round(float(counts[members].sum()) * fraction)
            middle = np.cumsum(counts[members]) - counts[members] / 2
            chosen[members] = middle <= wanted
    result: Booleans = chosen[inverse]
    return result


def deal_folds(hashes: Hashes, strata: Integers, *, folds: int) -> Integers:
    """The fold of each row, shape (n,): dealt in the order of the hashes within each stratum, duplicates together."""
    units, inverse = np.unique(hashes, return_inverse=True)
    stratum = np.full(len(units), np.iinfo(np.int64).max)
    np.minimum.at(stratum, inverse, strata)
    # a second hash, so that the order within a fold isn't the order that decided about the hold-out
    mixed = (units * np.uint64(0x9E3779B97F4A7C15)) ^ (units >> np.uint64(29))
    order = np.lexsort((mixed, stratum))
    fold = np.empty(len(units), dtype=np.int64)
    fold[order] = np.arange(len(units)) % folds
    result: Integers = fold[inverse]
    return result


def split_key(
    *, dataset: str, target: str, scheme: str, seed: int, fraction: float, test: str = "", rows: str = ""
) -> str:
    """The name of a hold-out: equal for two models that were judged on the same rows of the same data.

    Parameters
    ----------
    rows
        Hash of the rows set aside, where a row's side depends on more than the row and the other parameters.
    """
    text = "\x1f".join([dataset, target, scheme, str(seed), repr(fraction), test, *([rows] if rows else [])])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
