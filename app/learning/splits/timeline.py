"""Cuts in time: the latest part is judged, folds learn from what came before them, ties stay together.

Where every row has a moment of its own, the folds are those of scikit-learn's ``TimeSeriesSplit`` with its ``gap``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.errors import CicloError
from app.learning.splits.scheme import Gap

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Fold = tuple[Integers, Integers]
_NOTHING = Gap()


def last_part(order: Floats, *, fraction: float, gap: Gap = _NOTHING) -> tuple[Booleans, Booleans]:
    """Which rows are set aside, and which are left out between the two sides; both of shape (n,).

    Parameters
    ----------
    order
        Shape (n,): when each row happened, without NaN.
    fraction
        The share to set aside; the cut goes to the nearest place where the moment changes.

    Raises
    ------
    CicloError
        ``learning.one_moment``.
    """
    moments = np.sort(order)
    cuts = _changes(moments)
    if not len(cuts):
        raise CicloError("learning.one_moment")
    at = _nearest(cuts, len(moments) * (1 - fraction))
    late: Booleans = order >= moments[at]
    between: Booleans = ~late & (order >= _gap_begins(moments, at, gap))
    return late, between


def forward_folds(order: Floats, *, folds: int, gap: Gap = _NOTHING) -> tuple[Fold, ...]:
    """Pairs of positions, fitted on and scored on: each fold is scored on what came after all that it learned from.

    Raises
    ------
    CicloError
        ``learning.gap_too_wide`` or ``learning.too_few_moments`` where fewer than two folds are left,
        ``learning.one_moment``.
    """
    ranked = np.argsort(order, kind="stable")
    moments = order[ranked]
    bounds = _bounds(moments, folds)
    made = []
    for start, end in zip(bounds, [*bounds[1:], len(order)], strict=True):
        fitted = ranked[: int(np.searchsorted(moments, _gap_begins(moments, start, gap), side="left"))]
        if len(fitted):
            made.append((np.sort(fitted), np.sort(ranked[start:end])))
    if len(made) < 2:
        raise CicloError("learning.gap_too_wide" if gap else "learning.too_few_moments")
    return tuple(made)


def _bounds(moments: Floats, folds: int) -> list[int]:
    """Where each fold's scored part begins: a different moment each."""
    cuts = _changes(moments)
    if not len(cuts):
        raise CicloError("learning.one_moment")
    each = max(1, len(moments) // (folds + 1))
    return sorted({_nearest(cuts, len(moments) - each * left) for left in range(folds, 0, -1)})


def _changes(moments: Floats) -> Integers:
    """Positions in ascending moments at which another moment begins."""
    found: Integers = np.flatnonzero(np.diff(moments) > 0).astype(np.int64) + 1
    return found


def _nearest(cuts: Integers, wanted: float) -> int:
    return int(cuts[np.abs(cuts - wanted).argmin()])


def _gap_begins(moments: Floats, cut: int, gap: Gap) -> float:
    """The first moment that is left out before ``moments[cut]``: rows of one moment are never torn apart."""
    if gap.seconds:
        return float(moments[cut] - gap.seconds)
    return float(moments[max(0, cut - gap.rows)]) if gap.rows else float(moments[cut])
