"""Which of many columns could tell the target by themselves: by bins of their values, for all columns at once. It takes
a hundredth of what a tree for each column would."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_MOST_BINS, _ROWS_A_BIN = 256, 8
_CELLS = 2_000_000


def binned_auc(columns: Floats, codes: Integers) -> Floats:
    """How well the share of each class in the bins of a column ranks the rows that it was counted on.

    Parameters
    ----------
    columns
        Shape (n, k); NaN is a value of its own.
    codes
        Shape (n,): the class of each row.

    Returns
    -------
    Floats
        Shape (k,): the mean over the classes of the AUC, between 0.5 and 1: what a model of one column can reach at
        most, but for the width of the bins.
    """
    classes, own = np.unique(codes, return_inverse=True)
    found = []
    for part in _parts(columns):
        places, bins = _binned(part)
        counts = _counted(places, own, bins, len(classes))
        found.append(np.mean([_auc(counts[:, :, label], counts.sum(axis=2)) for label in range(len(classes))], axis=0))
    return np.concatenate(found) if found else np.zeros(0)


def binned_r2(columns: Floats, values: Floats) -> Floats:
    """The share of the variance of ``values``, shape (n,), that lies between the bins of each column."""
    spread = float(np.sum(np.square(values - values.mean())))
    found = []
    for part in _parts(columns):
        places, bins = _binned(part)
        flat = (places + np.arange(part.shape[1]) * bins).ravel()
        shape = (part.shape[1], bins)
        rows = np.bincount(flat, minlength=shape[0] * bins).reshape(shape)
        sums = np.bincount(flat, weights=np.repeat(values, shape[0]), minlength=shape[0] * bins).reshape(shape)
        between = np.sum(np.where(rows > 0, np.square(sums - rows * values.mean()) / np.maximum(rows, 1), 0.0), axis=1)
        found.append(between / spread if spread else np.zeros(shape[0]))
    return np.concatenate(found) if found else np.zeros(0)


def _parts(columns: Floats) -> list[Floats]:
    step = max(1, _CELLS // max(1, len(columns)))
    return [columns[:, start : start + step] for start in range(0, columns.shape[1], step)]


def _binned(columns: Floats) -> tuple[Integers, int]:
    """The bin of each cell, and how many there are: as many rows in each; equal values share the first one's."""
    n, k = columns.shape
    bins = int(min(_MOST_BINS, max(2, n // _ROWS_A_BIN)))
    order = np.argsort(columns, axis=0, kind="stable")
    ordered = np.take_along_axis(columns, order, axis=0)
    fresh = np.ones((n, k), dtype=bool)
    fresh[1:] = ~((ordered[1:] == ordered[:-1]) | (np.isnan(ordered[1:]) & np.isnan(ordered[:-1])))
    first = np.maximum.accumulate(np.where(fresh, np.arange(n)[:, None], 0), axis=0)
    places = np.empty((n, k), dtype=np.int64)
    np.put_along_axis(places, order, first * bins // n, axis=0)
    return places, bins


def _counted(places: Integers, own: Integers, bins: int, classes: int) -> Integers:
    """Rows by column, bin and class: shape (k, bins, classes)."""
    k = places.shape[1]
    flat = ((places + np.arange(k) * bins) * classes + own[:, None]).ravel()
    return np.bincount(flat, minlength=k * bins * classes).reshape(k, bins, classes)


def _auc(hits: Integers, rows: Integers) -> Floats:
    """Of rows that are ranked by the share of hits in their bin: shape (k,)."""
    share = hits / np.maximum(rows, 1)
    order = np.argsort(share, axis=1)
    hits, rows = np.take_along_axis(hits, order, axis=1), np.take_along_axis(rows, order, axis=1)
    misses = rows - hits
    below = np.cumsum(misses, axis=1) - misses / 2
    pairs = np.maximum(1, hits.sum(axis=1) * misses.sum(axis=1))
    auc: Floats = np.sum(hits * below, axis=1) / pairs
    return np.where(hits.sum(axis=1) * misses.sum(axis=1) > 0, auc, 0.5)
