"""Groups that are never torn apart: dealt so that each side gets its share of the rows and of each class.

Large groups are dealt one by one to where they disturb the shares least, as ``StratifiedGroupKFold`` of scikit-learn
does with all; those too small to matter are dealt in the order of their hash within the rarest class that they hold.
So the work grows with the rows, not with groups times folds, and a million customers take about a second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]

_LARGE = 100
"""A group is large when it has more than this fraction (1/100) of the rows that a side should get."""


@dataclass(frozen=True, kw_only=True)
class Groups:
    """Rows counted by group.

    Attributes
    ----------
    hashes, sizes, stratum
        Shape (g,): name, rows, and rarest class of each group, in ascending order of the hashes.
    counts
        Shape (g, k): rows of each class.
    of_row
        Shape (n,): the group of each row.
    """

    hashes: Hashes
    sizes: Integers
    stratum: Integers
    counts: Integers
    of_row: Integers


def count_groups(hashes: Hashes, strata: Integers) -> Groups:
    """Count the rows of each group, shape (n,) both: the group's hash and the class of each row."""
    known, of_row, sizes = np.unique(hashes, return_inverse=True, return_counts=True)
    classes, codes = np.unique(strata, return_inverse=True)
    counts = np.bincount(of_row * len(classes) + codes, minlength=len(known) * len(classes))
    table = counts.reshape(len(known), len(classes))
    rarity = np.argsort(table.sum(axis=0), kind="stable")
    stratum = (table[:, rarity] > 0).argmax(axis=1)
    return Groups(hashes=known, sizes=sizes, stratum=stratum, counts=table, of_row=of_row)


def hold_groups(groups: Groups, *, fraction: float) -> Booleans:
    """Which rows are set aside, shape (n,): about ``fraction`` of the rows and of each class, in whole groups."""
    chosen = np.zeros(len(groups.sizes), dtype=bool)
    large = groups.sizes * _LARGE > fraction * groups.sizes.sum()
    _spread_large(groups, np.flatnonzero(large), chosen, fraction)
    for stratum in np.unique(groups.stratum):
        members = np.flatnonzero(groups.stratum == stratum)
        wanted = fraction * groups.sizes[members].sum() - groups.sizes[members[chosen[members]]].sum()
        small = members[~large[members]]
        middle = np.cumsum(groups.sizes[small]) - groups.sizes[small] / 2
        chosen[small] = middle <= wanted
    if not chosen.any():
        chosen[np.abs(groups.sizes - fraction * groups.sizes.sum()).argmin()] = True
    result: Booleans = chosen[groups.of_row]
    return result


def _spread_large(groups: Groups, members: Integers, chosen: Booleans, fraction: float) -> None:
    """Large groups, largest first: each to the side where the shares so far stay nearest to the wanted one."""
    weights = _weights(groups)
    seen, taken = np.zeros(weights.shape[1]), np.zeros(weights.shape[1])
    for group in _largest_first(groups, members):
        seen = seen + weights[group]
        with_it, without = taken + weights[group] - fraction * seen, taken - fraction * seen
        if (with_it**2).sum() < (without**2).sum():
            chosen[group], taken = True, taken + weights[group]


def deal_groups(groups: Groups, *, folds: int) -> Integers:
    """The fold of each row, shape (n,): about equal numbers of rows and of each class in every fold."""
    fold = np.full(len(groups.sizes), -1, dtype=np.int64)
    large = groups.sizes * _LARGE * folds > groups.sizes.sum()
    weights = _weights(groups)
    load = np.zeros((folds, weights.shape[1]))
    for group in _largest_first(groups, np.flatnonzero(large)):
        cost = ((load + weights[group]) ** 2 - load**2).sum(axis=1)
        fold[group] = int(cost.argmin())
        load[fold[group]] += weights[group]
    for stratum in np.unique(groups.stratum[~large]):
        _deal_small(groups, np.flatnonzero(groups.stratum == stratum), large, fold, folds)
    result: Integers = fold[groups.of_row]
    return result


def _deal_small(groups: Groups, members: Integers, large: Booleans, fold: Integers, folds: int) -> None:
    """Fill what the large groups of a stratum have left free in each fold."""
    small = members[~large[members]]
    # another order than that of the hold-out, which took the smallest hashes
    small = small[np.argsort(_mixed(groups.hashes[small]), kind="stable")]
    done = members[large[members]]
    load = np.bincount(fold[done], weights=groups.sizes[done], minlength=folds)
    free = np.maximum(0.0, groups.sizes[members].sum() / folds - load)
    ends = np.cumsum(free) / free.sum()
    sizes = groups.sizes[small]
    middle = (np.cumsum(sizes) - sizes / 2) / sizes.sum()
    fold[small] = np.minimum(np.searchsorted(ends, middle, side="left"), folds - 1)


def _weights(groups: Groups) -> Floats:
    """Shape (g, k + 1): the share that each group has of all rows and of each class."""
    everything = np.column_stack([groups.sizes, groups.counts]).astype(np.float64)
    shares: Floats = everything / everything.sum(axis=0)
    return shares


def _largest_first(groups: Groups, members: Integers) -> Integers:
    """By powers of two, so that among groups of about one size the hash, and with it the seed, decides."""
    size = np.floor(np.log2(groups.sizes[members])).astype(np.int64)
    return members[np.lexsort((groups.hashes[members], -size))]


def _mixed(hashes: Hashes) -> Hashes:
    mixed: Hashes = (hashes * np.uint64(0x9E3779B97F4A7C15)) ^ (hashes >> np.uint64(29))
    return mixed
