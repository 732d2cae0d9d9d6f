"""How far a predicted amount may be off: intervals for single predictions, from residuals out of fold."""

from __future__ import annotations

import math

import numpy as np

from app.data.stored import read_stored
from app.learning.matrix import numbers
from app.learning.records import ModelVersion
from app.project import Project, Record
from app.statistics.interval import MINIMUM
from app.verification.measures import share
from app.verification.metrics import as_estimate
from app.verification.observed import Floats, Measured
from app.verification.records import PredictionBand

LEVEL = 0.9
"""Of the rows, that shall lie within: the usual one for single predictions."""


def prediction_band(
    project: Project, record: Record, version: ModelVersion, observed: Measured
) -> PredictionBand | None:
    """The band around each prediction that holds nine tenths of the rows, and how many of the judged rows it held;
    None where too few rows were predicted out of fold.

    Its ends are quantiles of the residuals of rows that each was predicted without, one rank further out for the row
    to come: conformal prediction by cross-validation.

    References
    ----------
    V. Vovk, "Cross-conformal predictors", Annals of Mathematics and Artificial Intelligence 74 (2015), 9-28; R. Barber,
    E. Candès, A. Ramdas, R. Tibshirani, "Predictive inference with the jackknife+", Annals of Statistics 49 (2021),
    486-507.
    """
    left = residuals(project, record, version)
    ends = band_of(left)
    if ends is None or observed.rows < MINIMUM:
        return None
    low, high = ends
    inside = (observed.residuals >= low) & (observed.residuals <= high)
    held = as_estimate(share(inside), False, None)
    assert held is not None
    return PredictionBand(level=LEVEL, low=low, high=high, held=held, rows=len(left))


def band_of(left: Floats) -> tuple[float, float] | None:
    """The ends of the band, from residuals of shape (n,); None where n is too small for the level.

    Each tail is left with at most (1 - :data:`LEVEL`) / 2, counted with the row to come.
    """
    n = len(left)
    rank = math.floor((n + 1) * (1 - LEVEL) / 2 + 1e-9)
    if rank < 1:
        return None
    ordered = np.sort(left)
    return float(ordered[rank - 1]), float(ordered[n - rank])


def residuals(project: Project, record: Record, version: ModelVersion) -> Floats:
    """Actual minus predicted of the rows that a fold held out, shape (n,)."""
    stored = read_stored(project.whole_object(record.objects["out_of_fold"].sha256), ["row", "value"])
    learned = project.get(version.dataset_id)
    table = read_stored(project.whole_object(learned.objects["table"].sha256), [version.target])
    actual = numbers(table.column(version.target))[stored.column("row").to_numpy()]
    return np.asarray(actual - stored.column("value").to_numpy(), dtype=np.float64)
