"""Hashes of whole rows, by which rows that are equal are found."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.data.values.buffers import numbers_of, raw_numbers, valid_of
from app.data.values.distinct import hash_text, mixed

_MOST = 20_000_000
_NO_WORD = np.uint64(0xDEAD)
_NO_NUMBER = np.uint64(0x7FF8DEAD)
_COLUMN = 0x9E3779B1


def hash_rows(table: pa.Table) -> NDArray[np.uint64]:
    """A 64-bit hash of each row of a stored (or about to be stored) table: the sum of those of its cells, each mixed
    with the place of its column."""
    sums = np.zeros(table.num_rows, np.uint64)
    with np.errstate(over="ignore"):
        for place, column in enumerate(table.columns):
            at = 0
            for chunk in column.chunks:
                sums[at : at + len(chunk)] += _cells(chunk, np.uint64(place * _COLUMN))
                at += len(chunk)
    return sums


def _cells(chunk: pa.Array, salt: np.uint64) -> NDArray[np.uint64]:
    with np.errstate(over="ignore"):
        if pa.types.is_dictionary(chunk.type):
            hashed = mixed(np.append(hash_text(chunk.dictionary), _NO_WORD) + salt)
            places = numbers_of(chunk.indices)
            return hashed.take(np.where(valid_of(chunk), places, len(hashed) - 1) if chunk.null_count else places)
        if pa.types.is_string(chunk.type):
            hashed, missing = hash_text(chunk), _NO_WORD
        else:
            hashed, missing = raw_numbers(chunk).astype(np.float64).view(np.uint64), _NO_NUMBER
        return mixed((np.where(valid_of(chunk), hashed, missing) if chunk.null_count else hashed) + salt)


class Repeats:
    """Counts rows that are equal to an earlier one, in tables that aren't too long for that."""

    def __init__(self) -> None:
        self._parts: list[NDArray[np.uint64]] = []
        self._rows = 0

    def add(self, hashes: NDArray[np.uint64]) -> None:
        """Take in the hashes of the next rows."""
        self._rows += len(hashes)
        if self._rows > _MOST:
            self._parts.clear()
        else:
            self._parts.append(hashes)

    @property
    def count(self) -> int:
        """How many rows there were before in the same words; 0 where there are too many rows to tell."""
        if not self._parts:
            return 0
        ordered = np.concatenate(self._parts)
        ordered.sort()
        return int((ordered[1:] == ordered[:-1]).sum())
