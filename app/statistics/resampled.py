"""Comparing two learners by resampled training: the corrected t interval."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from app.statistics.interval import LEVEL, Interval, without


def corrected_t(differences: NDArray[np.float64], *, test_share: float, level: float = LEVEL) -> Interval:
    """Interval of the mean difference over folds, for the overlap of their training sets.

    Parameters
    ----------
    differences
        Shape (j,): the score's difference (or the score itself) in each fold or repetition.
    test_share
        Rows tested divided by rows trained on, in each fold (1/9 for ten folds).

    References
    ----------
    C. Nadeau, Y. Bengio, "Inference for the generalization error", Machine Learning 52 (2003), 239-281.
    """
    j = len(differences)
    if j < 2:
        return without(float(np.mean(differences)) if j else None, "verification.interval.few_folds")
    mean = float(np.mean(differences))
    error = math.sqrt(float(np.var(differences, ddof=1)) * (1 / j + test_share))
    half = float(stats.t.ppf((1 + level) / 2, j - 1)) * error
    return Interval(value=mean, low=mean - half, high=mean + half, method="corrected t")
