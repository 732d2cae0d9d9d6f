"""Shares that are met exactly: in every class, or in every tenth of the amounts, and of another column's values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]

BINS = 10


def quantile_bins(values: Floats, *, bins: int = BINS) -> Integers:
    """The tenth that each value lies in, shape (n,); equal values share one, missing ones have one of their own."""
    known = values[~np.isnan(values)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1])) if len(known) else np.zeros(0)
    found = np.searchsorted(edges, values, side="right").astype(np.int64)
    found[np.isnan(values)] = bins
    return found


def crossed(first: Integers, second: Integers) -> Integers:
    """A code for each pair of codes that occurs, in the order of the pairs, shape (n,)."""
    width = int(second.max(initial=0)) + 1
    codes: Integers = np.unique(first * width + second, return_inverse=True)[1].astype(np.int64)
    return codes


def held_out_exactly(hashes: Hashes, strata: Integers, *, fraction: float) -> Booleans:
    """Which rows are set aside, shape (n,): the wanted share of every stratum, to the nearest row that can be had.

    What rounding leaves over in one stratum is made good in the next, so that many small strata still add up to the
    wanted share. Rows of equal hash share a side; a stratum's rows go by their hashes, the smallest first.
    """
    units, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    stratum = np.full(len(units), np.iinfo(np.int64).max)
    np.minimum.at(stratum, inverse, strata)
    order = np.lexsort((units, stratum))
    rows = np.cumsum(counts[order])
    starts = np.flatnonzero(np.diff(stratum[order], prepend=-1))
    ends = np.append(starts[1:], len(order))
    before = np.where(starts > 0, rows[starts - 1], 0)
    wanted = np.floor(rows[ends - 1] * fraction + 0.5) - np.floor(before * fraction + 0.5)
    of = np.repeat(np.arange(len(starts)), ends - starts)
    middle = rows - counts[order] / 2 - before[of]
    chosen = np.zeros(len(units), dtype=bool)
    chosen[order] = middle <= wanted[of]
    result: Booleans = chosen[inverse]
    return result
