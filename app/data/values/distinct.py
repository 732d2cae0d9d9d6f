"""Counting distinct values in bounded memory: 64-bit hashes, exact up to a limit."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.values.shapes import text_buffers

_LIMIT = 20_000_000
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT = np.uint64(32)
_TABLE = np.random.default_rng(20240501).integers(0, 2**63, 256, np.uint64) | np.uint64(1)


def _powers() -> NDArray[np.uint64]:
    powers = np.ones(4096, np.uint64)
    with np.errstate(over="ignore"):
        powers[1:] = np.cumprod(np.full(4095, _MULTIPLIER, np.uint64))
    return powers


_POWERS = _powers()


def mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A finaliser that spreads every bit (as in MurmurHash3)."""
    with np.errstate(over="ignore"):
        bits = (bits ^ (bits >> _SHIFT)) * _MIX
        return (bits ^ (bits >> _SHIFT)) * _MULTIPLIER


def hash_text(values: pa.Array) -> NDArray[np.uint64]:
    """A 64-bit hash of each cell: a polynomial over random numbers, one for each byte value."""
    offsets, data = text_buffers(values)
    lengths = np.diff(offsets)
    hashes = lengths.astype(np.uint64)
    if len(data):
        filled = lengths > 0
        starts = offsets[:-1][filled]
        places = np.arange(len(data)) - np.repeat(starts, lengths[filled])
        with np.errstate(over="ignore"):
            terms = _TABLE[data] * _POWERS[places & 4095]
            if len(data) and int(lengths.max()) > 4096:
                terms = mixed(terms + (places >> 12).astype(np.uint64))
            hashes[filled] += np.add.reduceat(terms, starts)
    return mixed(hashes)


def sorted_unique(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Distinct hashes in order (``np.unique`` builds a hash table here, which is many times slower)."""
    hashes.sort()
    return hashes[np.append(True, hashes[1:] != hashes[:-1])] if len(hashes) else hashes


class DistinctCounter:
    """Watches whether the values of a column are all distinct."""

    def __init__(self) -> None:
        self._hashes: list[NDArray[np.uint64]] = []
        self._size = 0
        self._low, self._high = 0, 0
        self._whole = True
        self._codes = True

    def add_text(self, values: pa.Array) -> bool:
        """Take in cells; False where some of them are equal, or where it can't be known any more."""
        new = np.sort(hash_text(values))
        if self._size + len(new) > _LIMIT or (len(new) > 1 and bool((new[1:] == new[:-1]).any())):
            return False
        if self._hashes and _overlap(self._hashes[0], new):
            return False
        self._hashes.append(new)
        self._size += len(new)
        self._look(values)
        return True

    def _look(self, values: pa.Array) -> None:
        if self._codes:
            spaced = pc.match_substring_regex(values, r"\s")
            digit = pc.match_substring_regex(values.slice(0, 1000), r"\d")
            some = pc.sum(digit).as_py() or 0
            self._codes = not pc.any(spaced).as_py() and some >= 0.9 * min(1000, len(values))
        if self._whole:
            self._range(values)

    def _range(self, values: pa.Array) -> None:
        if not pc.all(pc.match_substring_regex(values, r"^(0|[1-9]\d{0,14})$")).as_py():
            self._whole = False
            return
        both = pc.min_max(pc.cast(values, pa.int64())).as_py()
        first = self._size == len(values)
        self._low = both["min"] if first else min(self._low, both["min"])
        self._high = both["max"] if first else max(self._high, both["max"])

    @property
    def consecutive(self) -> bool:
        """Whether the values are the whole numbers of a range, without a gap, from 0 or 1."""
        return self._whole and self._low in (0, 1) and self._high - self._low + 1 == self._size and self.all_new

    @property
    def codelike(self) -> bool:
        """Whether the values hold no space and nearly all hold a digit."""
        return self._codes

    @property
    def all_new(self) -> bool:
        """Whether no value was seen twice."""
        if len(self._hashes) > 1:
            everything = np.sort(np.concatenate(self._hashes))
            self._hashes = [everything]
            if bool((everything[1:] == everything[:-1]).any()):
                self._hashes.append(everything[:1])
                return False
        return bool(self._hashes)


def _overlap(known: NDArray[np.uint64], new: NDArray[np.uint64]) -> bool:
    """Whether a few of the new values are known: a cheap look that ends most columns early."""
    if not len(known):
        return False
    probe = new[:: max(1, len(new) // 500)]
    at = np.minimum(np.searchsorted(known, probe), len(known) - 1)
    return bool((known[at] == probe).any())
