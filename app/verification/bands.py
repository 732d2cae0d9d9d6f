"""How far a predicted amount may be off: intervals for single predictions, from residuals out of fold."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.data.stored import read_stored
from app.learning.matrix import numbers
from app.learning.records import ModelVersion
from app.project import Project, Record
from app.statistics.interval import MINIMUM
from app.verification.measures import share
from app.verification.metrics import as_estimate
from app.verification.observed import Booleans, Floats, Measured
from app.verification.records import BandPart, PredictionBand

LEVEL = 0.9
"""Of the rows, that shall lie within: the usual one for single predictions."""
_GROUP, _FEWEST_GROUPS, _MOST_GROUPS = 12, 4, 20
"""Rows from which the size of the errors around an amount is told, at least, and how many such groups there are."""
_PARTS = 5
_THIRDS = 3
_SEED = 0


@dataclass(frozen=True, kw_only=True)
class Band:
    """What lies from ``low`` times to ``high`` times the usual size of the errors away from a prediction.

    Attributes
    ----------
    at, size
        Shape (k,): predicted amounts, rising, and the usual size of the errors around each; in between it runs
        straight, beyond it stays. Of a band that is equally wide everywhere one amount, with size 1.
    """

    low: float
    high: float
    at: Floats
    size: Floats

    @property
    def even(self) -> bool:
        """Whether it is equally wide everywhere."""
        return len(self.at) == 1

    def ends(self, predicted: Floats) -> tuple[Floats, Floats]:
        """How far below and above each prediction it reaches, shape (n,)."""
        size = np.interp(predicted, self.at, self.size)
        return self.low * size, self.high * size


def prediction_band(
    project: Project, record: Record, version: ModelVersion, observed: Measured
) -> PredictionBand | None:
    """The band around each prediction that holds nine tenths of the rows, and how many of the judged rows it held,
    also by third of their predictions; None where too few rows were predicted out of fold."""
    predicted, left = out_of_fold(project, record, version)
    band = band_of(predicted, left)
    if band is None or observed.rows < MINIMUM:
        return None
    low, high = band.ends(observed.predicted)
    inside = (observed.residuals >= low) & (observed.residuals <= high)
    middle_low, middle_high = band.ends(np.array([np.median(observed.predicted)]))
    held = as_estimate(share(inside), False, None)
    assert held is not None
    return PredictionBand(
        level=LEVEL,
        low=float(middle_low[0]),
        high=float(middle_high[0]),
        held=held,
        rows=len(left),
        even=band.even,
        parts=_parts(band, observed.predicted, inside),
    )


def _parts(band: Band, predicted: Floats, inside: Booleans) -> tuple[BandPart, ...]:
    """The band, and what it held, by third of the predictions; nothing where thirds can't be told apart."""
    cuts = np.quantile(predicted, [0.0, 1 / _THIRDS, 2 / _THIRDS, 1.0])
    if np.any(np.diff(cuts) <= 0):
        return ()
    third = np.clip(np.searchsorted(cuts, predicted, side="right") - 1, 0, _THIRDS - 1)
    made = []
    for n in range(_THIRDS):
        rows = third == n
        low, high = band.ends(np.array([np.median(predicted[rows])]))
        held = as_estimate(share(inside[rows]), False, None)
        assert held is not None
        made.append(
            BandPart(
                start=float(cuts[n]),
                end=float(cuts[n + 1]),
                low=float(low[0]),
                high=float(high[0]),
                held=held,
                rows=int(rows.sum()),
            )
        )
    return tuple(made)


def band_of(predicted: Floats, left: Floats) -> Band | None:
    """The band, from predictions and residuals of shape (n,) out of fold; None where n is too small for the level.

    It is as wide as errors usually are around such an amount, where that makes it clearly shorter for what it holds
    (Winkler's score); else equally wide everywhere. Its ends are quantiles of the residuals, each divided by the usual
    size of errors as other rows tell it, one rank further out for the row to come.

    References
    ----------
    J. Lei, M. G'Sell, A. Rinaldo, R. Tibshirani, L. Wasserman, "Distribution-free predictive inference for
    regression", JASA 113 (2018), 1094-1111, section 5.2 (locally weighted). By cross-validation: V. Vovk,
    "Cross-conformal predictors", Annals of Mathematics and Artificial Intelligence 74 (2015), 9-28; R. Barber,
    E. Candès, A. Ramdas, R. Tibshirani, "Predictive inference with the jackknife+", Annals of Statistics 49 (2021),
    486-507. The score: R. Winkler, JASA 67 (1972), 187-191; T. Gneiting, A. Raftery, JASA 102 (2007), 359-378.
    """
    even = _ends(left)
    if even is None:
        return None
    plain = Band(low=even[0], high=even[1], at=np.zeros(1), size=np.ones(1))
    if _groups(len(left) - len(left) // _PARTS) < _FEWEST_GROUPS:
        return plain
    sizes = _sizes_by_others(predicted, left)
    scaled = _ends(left / sizes)
    assert scaled is not None
    gain = _winkler(left, *even) - _winkler(left, scaled[0] * sizes, scaled[1] * sizes)
    if gain.mean() <= gain.std() / math.sqrt(len(left)):
        return plain
    at, size = _sizes(predicted, left)
    return Band(low=scaled[0], high=scaled[1], at=at, size=size)


def _ends(left: Floats) -> tuple[float, float] | None:
    """Each tail is left with at most (1 - :data:`LEVEL`) / 2, counted with the row to come."""
    n = len(left)
    rank = math.floor((n + 1) * (1 - LEVEL) / 2 + 1e-9)
    if rank < 1:
        return None
    ordered = np.sort(left)
    return float(ordered[rank - 1]), float(ordered[n - rank])


def _winkler(left: Floats, low: Floats | float, high: Floats | float) -> Floats:
    """Of each row: the width, and for a row outside twenty times (of 90 %) how far it lies outside."""
    outside = np.maximum(low - left, 0.0) + np.maximum(left - high, 0.0)
    return np.asarray(high - low + 2 / (1 - LEVEL) * outside, dtype=np.float64)


def _groups(n: int) -> int:
    return min(_MOST_GROUPS, n // _GROUP)


def _sizes(predicted: Floats, left: Floats) -> tuple[Floats, Floats]:
    """Mean predicted amounts of groups of equally many rows, rising, and the mean size of their errors, smoothed with
    the groups beside."""
    order = np.argsort(predicted, kind="stable")
    parts = np.array_split(order, _groups(len(left)))
    at = np.array([predicted[part].mean() for part in parts])
    size = np.array([np.abs(left[part]).mean() for part in parts])
    padded = np.concatenate([size[:1], size, size[-1:]])
    smooth = (padded[:-2] + 2 * size + padded[2:]) / 4
    floor = 0.05 * float(np.abs(left).mean()) or 1.0  # a group that was right every time may be wrong once
    kept = np.append(True, np.diff(at) > 0)  # a model that says the same of many rows
    return at[kept], np.maximum(smooth, floor)[kept]


def _sizes_by_others(predicted: Floats, left: Floats) -> Floats:
    """The usual size of errors around each row's prediction, told by the rows of the other fifths, shape (n,)."""
    fifth = np.random.default_rng(_SEED).permutation(len(left)) % _PARTS
    found = np.empty(len(left))
    for part in range(_PARTS):
        own = fifth == part
        at, size = _sizes(predicted[~own], left[~own])
        found[own] = np.interp(predicted[own], at, size)
    return found


def out_of_fold(project: Project, record: Record, version: ModelVersion) -> tuple[Floats, Floats]:
    """What was predicted, and actual minus predicted, of the rows that a fold held out, shape (n,) each."""
    stored = read_stored(project.whole_object(record.objects["out_of_fold"].sha256), ["row", "value"])
    learned = project.get(version.dataset_id)
    table = read_stored(project.whole_object(learned.objects["table"].sha256), [version.target])
    rows: NDArray[np.int64] = stored.column("row").to_numpy()
    predicted = np.asarray(stored.column("value").to_numpy(), dtype=np.float64)
    return predicted, np.asarray(numbers(table.column(version.target))[rows] - predicted, dtype=np.float64)
