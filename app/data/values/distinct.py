"""Counting distinct values in bounded memory: 64-bit hashes, exact up to a limit."""

from __future__ import annotations

import hashlib

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.values.buffers import numbers_of
from app.data.values.shapes import Shape, text_buffers

_LIMIT = 20_000_000
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT = np.uint64(32)
_WORD = 8
_LONG = 256
_BLANK = 32
_SEEN = 1_000
_FIRST_BYTES = np.array([(1 << 8 * n) - 1 for n in range(_WORD)] + [2**64 - 1], np.uint64)


def mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A finaliser that spreads every bit (as in MurmurHash3)."""
    with np.errstate(over="ignore"):
        bits = (bits ^ (bits >> _SHIFT)) * _MIX
        return (bits ^ (bits >> _SHIFT)) * _MULTIPLIER


def hash_text(values: pa.Array) -> NDArray[np.uint64]:
    """A 64-bit hash of each cell: its words of eight bytes, mixed in one after the other; null counts as empty."""
    offsets, data = text_buffers(values)
    starts, lengths = offsets[:-1], np.diff(offsets)
    hashes = mixed(lengths.astype(np.uint64) + _MULTIPLIER)
    longest = int(lengths.max(initial=0))
    words = _words(data)
    for done in range(0, min(longest, _LONG), _WORD):
        left = lengths - done
        if left.min() >= _WORD:  # every cell has this word
            hashes = mixed(hashes ^ words[starts + done])
            continue
        at = np.flatnonzero(left > 0)
        word = words[starts[at] + done] & _FIRST_BYTES[np.minimum(left[at], _WORD)]
        hashes[at] = mixed(hashes[at] ^ word)
    for index in np.flatnonzero(lengths > _LONG).tolist():
        rest = data[int(starts[index]) : int(offsets[index + 1])].tobytes()
        hashes[index] = int.from_bytes(hashlib.blake2b(rest, digest_size=_WORD).digest(), "little")
    return hashes


def _words(data: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The eight bytes from each place on, overlapping; those beyond the end are zero."""
    room = np.zeros(len(data) + _WORD, np.uint8)
    room[: len(data)] = data
    return np.ndarray((len(data) + 1,), "<u8", buffer=room.data, strides=(1,))


def sorted_unique(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Distinct hashes in order (``np.unique`` builds a hash table here, which is many times slower)."""
    hashes.sort()
    return hashes[np.append(True, hashes[1:] != hashes[:-1])] if len(hashes) else hashes


class Fresh(msgspec.Struct, frozen=True, kw_only=True):
    """Cells of which no two are equal: their hashes in order, whether they look like codes (no space, nearly all with a
    digit), and their range where all of them are whole numbers."""

    hashes: NDArray[np.uint64]
    codes: bool
    low: int | None = None
    high: int | None = None


def fresh(values: pa.Array, found: NDArray[np.uint8]) -> Fresh | None:
    """What there is to say of cells of the shapes ``found`` that are all distinct; None where two are equal."""
    hashes = np.sort(hash_text(values))
    if bool((hashes[1:] == hashes[:-1]).any()):
        return None
    if not len(values) or not (found == Shape.INTEGER).all() or _signed(values):
        return Fresh(hashes=hashes, codes=_like_codes(values))
    whole = numbers_of(pc.cast(values, pa.int64()))
    return Fresh(hashes=hashes, codes=_like_codes(values), low=int(whole.min()), high=int(whole.max()))


def _signed(values: pa.Array) -> bool:
    data = text_buffers(values)[1]
    return bool((data < ord("0")).any())


def _like_codes(values: pa.Array) -> bool:
    if bool((text_buffers(values)[1] <= _BLANK).any()):
        return False
    first = values.slice(0, _SEEN)
    some = pc.sum(pc.match_substring_regex(first, r"\d")).as_py() or 0
    return bool(some >= 0.9 * len(first))


class DistinctCounter:
    """Watches whether the values of a column are all distinct."""

    def __init__(self) -> None:
        self._hashes: list[NDArray[np.uint64]] = []
        self._size = 0
        self._low, self._high = 2**63, -1
        self._whole = True
        self._codes = True

    def add(self, new: Fresh) -> bool:
        """Take in cells; False where some of them are known, or where it can't be known any more."""
        if self._size + len(new.hashes) > _LIMIT or (self._hashes and _overlap(self._hashes[0], new.hashes)):
            return False
        self._hashes.append(new.hashes)
        self._size += len(new.hashes)
        self._codes = self._codes and new.codes
        if new.low is None or new.high is None:
            self._whole = False
        else:
            self._low, self._high = min(self._low, new.low), max(self._high, new.high)
        return True

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
