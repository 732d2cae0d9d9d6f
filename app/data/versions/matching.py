"""Which row of one version is which row of the other: by the hash of a key, or of the whole row."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.data.values.distinct import mixed
from app.data.versions.cells import Hashes

Places = NDArray[np.int64]
_SALT = 0x9E3779B97F4A7C15


class Pairs(msgspec.Struct, kw_only=True):
    """Rows that both have (``before[i]`` is ``after[i]``), those that only one has, and how many share a key with an
    earlier row. ``same_places``: every row stands where it stood."""

    before: Places
    after: Places
    removed: Places
    added: Places
    repeated: int
    same_places: bool

    @property
    def moved(self) -> bool:
        """Whether rows that both have stand in another order."""
        return not self.same_places and bool((np.diff(self.before) < 0).any())

    def unequal(self, before: Hashes, after: Hashes) -> NDArray[np.bool_]:
        """For each pair, whether its cells differ."""
        if not self.same_places:
            before, after = before[self.before], after[self.after]
        return np.not_equal(before, after)


def combined(columns: Sequence[Hashes]) -> Hashes:
    """One hash for each row, from those of several columns."""
    with np.errstate(over="ignore"):
        total = np.zeros(len(columns[0]), np.uint64) if columns else np.empty(0, np.uint64)
        for place, hashes in enumerate(columns):
            total += salted(hashes, place)
    return total


def salted(hashes: Hashes, place: int) -> Hashes:
    """Hashes of the column at ``place``, which can be added up to one of the whole row."""
    with np.errstate(over="ignore"):
        return mixed(hashes + np.uint64((place + 1) * _SALT % 2**64))


def match(before: Hashes, after: Hashes) -> Pairs:
    """Pair the rows whose hashes are equal; of repeated ones the first with the first, the second with the second."""
    if len(before) == len(after) and bool((before == after).all()):
        everything, none = np.arange(len(before)), np.empty(0, np.int64)
        repeated = len(before) - distinct(before)
        return Pairs(before=everything, after=everything, removed=none, added=none, repeated=repeated, same_places=True)
    before, repeated = _told_apart(before)
    after, repeated_after = _told_apart(after)
    order = np.argsort(before, kind="stable")
    known = before[order]
    at = np.minimum(np.searchsorted(known, after), max(0, len(known) - 1))
    found = known[at] == after if len(known) else np.zeros(len(after), bool)
    paired = order[at[found]]
    lost = np.ones(len(before), bool)
    lost[paired] = False
    return Pairs(
        before=paired,
        after=np.flatnonzero(found),
        removed=np.flatnonzero(lost),
        added=np.flatnonzero(~found),
        repeated=max(repeated, repeated_after),
        same_places=False,
    )


def distinct(hashes: Hashes) -> int:
    """How many different ones there are."""
    ordered = np.sort(hashes)
    return int((ordered[1:] != ordered[:-1]).sum()) + bool(len(ordered))


def _told_apart(hashes: Hashes) -> tuple[Hashes, int]:
    """The hashes, made different where they repeat, and how many did."""
    if distinct(hashes) == len(hashes):
        return hashes, 0
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    repeats = np.append(False, ordered[1:] == ordered[:-1])
    places = np.arange(len(ordered))
    rank = places - np.maximum.accumulate(np.where(repeats, 0, places))
    changed = hashes.copy()
    with np.errstate(over="ignore"):
        changed[order] = np.where(repeats, mixed(ordered + rank.astype(np.uint64) * np.uint64(_SALT)), ordered)
    return changed, int(repeats.sum())
