"""Scores under scikit-learn's scorer names, from labels and probabilities (or amounts) that are already there."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

from app.errors import CicloError
from app.learning.records import Estimate, Task
from app.statistics.interval import HEAVY_TAILS
from app.statistics.resampled import corrected_t
from app.text.message import Text

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

DEFAULT_METRIC = {
    Task.BINARY: "roc_auc",
    Task.MULTICLASS: "neg_log_loss",
    Task.REGRESSION: "neg_root_mean_squared_error",
}
"""What decides between candidates. Log loss for several classes, since accuracy moves in steps and sees no doubt."""

BY_SIZE = frozenset({"neg_mean_absolute_error", "neg_median_absolute_error"})
"""Metrics for which the median of amounts is the best guess."""

SQUARED = frozenset({"neg_root_mean_squared_error", "r2"})
"""Metrics of squared errors, which a few rows can make up."""

THRESHOLD = 0.5
"""The positive class is predicted if and only if its probability reaches this."""


def _macro_auc(truth: Integers, probabilities: Floats) -> float:
    present = [c for c in range(probabilities.shape[1]) if 0 < np.count_nonzero(truth == c) < len(truth)]
    return float(np.mean([metrics.roc_auc_score(truth == c, probabilities[:, c]) for c in present]))


def _log_loss(truth: Integers, probabilities: Floats) -> float:
    clipped = np.clip(probabilities[np.arange(len(truth)), truth], np.finfo(np.float64).eps, 1.0)
    return float(np.log(clipped).mean())


def decide(probabilities: Floats, *, threshold: float) -> Integers:
    """The predicted class of each row, shape (n,): of two, the second iff its probability >= threshold."""
    if probabilities.shape[1] == 2:
        reached: Integers = (probabilities[:, 1] >= threshold).astype(np.int64)
        return reached
    most_likely: Integers = probabilities.argmax(axis=1).astype(np.int64)
    return most_likely


def _by_label(function: Callable[..., float], **options: object) -> Callable[[Integers, Floats], float]:
    def score(truth: Integers, probabilities: Floats) -> float:
        return float(function(truth, decide(probabilities, threshold=THRESHOLD), **options))

    return score


_ANY_CLASSES: dict[str, Callable[[Integers, Floats], float]] = {
    "accuracy": _by_label(metrics.accuracy_score),
    "balanced_accuracy": _by_label(metrics.balanced_accuracy_score),
    "f1_macro": _by_label(metrics.f1_score, average="macro", zero_division=0),
    "neg_log_loss": _log_loss,
}
_CLASS_SCORES: dict[Task, dict[str, Callable[[Integers, Floats], float]]] = {
    Task.BINARY: {
        "roc_auc": lambda truth, p: float(metrics.roc_auc_score(truth, p[:, 1])),
        "average_precision": lambda truth, p: float(metrics.average_precision_score(truth, p[:, 1])),
        "recall": _by_label(metrics.recall_score, zero_division=0),
        "precision": _by_label(metrics.precision_score, zero_division=0),
        "f1": _by_label(metrics.f1_score, zero_division=0),
        "neg_brier_score": lambda truth, p: -float(np.mean((p[:, 1] - truth) ** 2)),
        **_ANY_CLASSES,
    },
    Task.MULTICLASS: {"roc_auc_ovr": _macro_auc, **_ANY_CLASSES},
}
"""Of several classes, ``roc_auc_ovr`` is the mean over the classes that occur in the fold."""


_AMOUNT_SCORES: dict[str, Callable[[Floats, Floats], float]] = {
    "r2": lambda truth, p: float(metrics.r2_score(truth, p[:, 0])),
    "neg_root_mean_squared_error": lambda truth, p: -float(np.sqrt(np.mean((truth - p[:, 0]) ** 2))),
    "neg_mean_absolute_error": lambda truth, p: -float(np.mean(np.abs(truth - p[:, 0]))),
    "neg_median_absolute_error": lambda truth, p: -float(np.median(np.abs(truth - p[:, 0]))),
}


_RANKING = frozenset({"roc_auc", "roc_auc_ovr", "average_precision"})


def metric_names(task: Task) -> tuple[str, ...]:
    """The metrics of a task; the one that decides unless told otherwise comes first."""
    known = _AMOUNT_SCORES if task is Task.REGRESSION else _CLASS_SCORES[task]
    return tuple(sorted(known, key=lambda name: name != DEFAULT_METRIC[task]))


def choose_metric(task: Task, wanted: str) -> str:
    """The metric that decides.

    Raises
    ------
    CicloError
        ``learning.unknown_metric`` where the task has no such metric.
    """
    if wanted and wanted not in metric_names(task):
        raise CicloError("learning.unknown_metric", metric=wanted, known=", ".join(metric_names(task)))
    return wanted or DEFAULT_METRIC[task]


def score(task: Task, metric: str, truth: Floats, predictions: Floats) -> float:
    """One metric, higher is better; NaN where the rows don't define it.

    Parameters
    ----------
    truth
        Shape (n,): positions of classes, or amounts.
    predictions
        Shape (n, k): probabilities of the k classes; for regression, shape (n, 1).
    """
    if task is Task.REGRESSION:
        return _AMOUNT_SCORES[metric](truth, predictions)
    if not is_defined(task, metric, truth):
        return float("nan")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of classes that are predicted and don't occur
        return _CLASS_SCORES[task][metric](truth.astype(np.int64), predictions)


def is_defined(task: Task, metric: str, truth: Floats) -> bool:
    """Whether the rows to be scored define a metric: one class can't be ranked."""
    return task is Task.REGRESSION or metric not in _RANKING or len(np.unique(truth)) > 1


def estimate(folds: Sequence[float], *, test_share: float, metric: str = "", heavy: bool = False) -> Estimate:
    """Mean over folds with the interval of Nadeau & Bengio (2003), where it can be given.

    The interval ends where the values of ``metric`` end; a difference of two scores has no ``metric``. With ``heavy``
    tails of the errors a metric of their squares has none.
    """
    values = np.array(folds, dtype=np.float64)
    if np.isnan(values).any():
        return Estimate(value=None, reason=Text("learning.undefined_in_fold"))
    if heavy and metric in SQUARED:
        return Estimate(value=float(values.mean()), reason=Text(HEAVY_TAILS))
    found = corrected_t(values, test_share=test_share)
    least, most = _reach(metric)
    low = None if found.low is None else max(least, found.low)
    high = None if found.high is None else min(most, found.high)
    return Estimate(value=found.value, low=low, high=high, method=found.method, reason=found.reason)


def _reach(metric: str) -> tuple[float, float]:
    """The least and the largest value that a metric can have."""
    if not metric:
        return -math.inf, math.inf
    if metric.startswith("neg_"):
        return -math.inf, 0.0
    return (-math.inf if metric == "r2" else 0.0), 1.0
