"""The statistics that metrics are made of, and the paired difference of two models on the same rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from app.statistics.auc import auc_difference, macro_auc_difference
from app.statistics.interval import FEW_ERRORS, HEAVY_TAILS, LEVEL, MINIMUM, Interval, without
from app.statistics.proportions import newcombe_paired, share_interval
from app.statistics.statistic import ENOUGH_ERRORS, AveragePrecision, Difference, Means, Median, Statistic, heavy_tails
from app.text.message import Text
from app.verification.observed import Booleans, Classified, Codes, Floats, Measured, Observed

Part = Interval | Statistic | None
_TINY = np.finfo(np.float64).eps


# Shares and ratios


def ratio(above: Floats, below: Floats) -> Floats:
    """Above over below; 0 where nothing was counted, as scikit-learn's metrics say."""
    return np.asarray(np.divide(above, below, out=np.zeros_like(above), where=below > 0), dtype=np.float64)


def constant(value: float) -> Interval:
    """A figure that no sample was needed for."""
    return Interval(value=value, method="constant")


def share(hits: Booleans, *, level: float = LEVEL) -> Interval:
    """How many of the rows."""
    return share_interval(int(hits.sum()), len(hits), level=level)


def paired(first: Booleans, second: Booleans, *, level: float = LEVEL) -> Interval:
    """The difference of two shares of the same rows."""
    both, neither = int((first & second).sum()), int((~first & ~second).sum())
    only = int((first & ~second).sum()), int((~first & second).sum())
    return newcombe_paired(both, *only, neither, level=level)


def mean(values: Floats) -> Means:
    """The mean over rows."""
    return Means(values[:, None], lambda means: means[..., 0])


# Classification


def classified(observed: Observed) -> Classified:
    """Refuses what isn't one."""
    if not isinstance(observed, Classified):
        raise TypeError("a metric of classification")
    return observed


def one_class(data: Classified) -> Interval | None:
    """Why nothing that needs both classes can be told; None where it can."""
    positives = int(data.is_positive.sum())
    return None if 0 < positives < data.rows else without(None, "verification.interval.one_class")


def f1_of(actual: Booleans, predicted: Booleans) -> Means:
    """The harmonic mean of recall and precision."""
    columns = np.column_stack([actual & predicted, actual, predicted]).astype(np.float64)
    return Means(columns, lambda m: ratio(2 * m[..., 0], m[..., 1] + m[..., 2]), share=True)


def precision_of(actual: Booleans, predicted: Booleans) -> Means:
    """Of what is predicted positive, the share that is."""
    columns = np.column_stack([actual & predicted, predicted]).astype(np.float64)
    return Means(columns, lambda m: ratio(m[..., 0], m[..., 1]), share=True)


def recalls_of(data: Classified, present: Codes) -> Means:
    """The mean of the recalls of the classes ``present``."""
    actual = data.actual[:, None] == present
    hit = actual & (data.predicted == data.actual)[:, None]
    k = len(present)
    columns = np.hstack([hit, actual]).astype(np.float64)
    return Means(columns, lambda m: ratio(m[..., :k], m[..., k:]).mean(axis=-1), share=True)


def rare_class(data: Classified) -> Text | None:
    """Why averages over classes get no interval: too few rows of the rarest class that occurs."""
    counts = data.counts
    if data.positive >= 0:
        return None
    rarest = int(np.where(counts > 0, counts, counts.max() + 1).argmin())
    if counts[rarest] >= MINIMUM:
        return None
    return Text("verification.interval.rare_class", {"label": data.labels[rarest], "n": int(counts[rarest])})


def macro_f1_of(data: Classified, predicted: Codes) -> Means:
    """F1 averaged over the classes that occur or are predicted, as scikit-learn does."""
    occurring = np.union1d(data.actual, predicted)
    actual, said = data.actual[:, None] == occurring, predicted[:, None] == occurring
    k = len(occurring)
    columns = np.hstack([actual & said, actual, said]).astype(np.float64)
    return Means(
        columns, lambda m: ratio(2 * m[..., :k], m[..., k : 2 * k] + m[..., 2 * k :]).mean(axis=-1), share=True
    )


def log_losses(data: Classified) -> Floats:
    """Of each row, shape (n,)."""
    return losses_of(data.probabilities[np.arange(data.rows), data.actual])


def losses_of(probabilities: Floats) -> Floats:
    """The log losses where what happened had these probabilities."""
    return np.asarray(-np.log(np.clip(probabilities, _TINY, 1 - _TINY)), dtype=np.float64)


def squared_misses(data: Classified) -> Floats:
    """Of the probability of the positive class, shape (n,): what the Brier score is the mean of."""
    return np.asarray((data.scores - data.is_positive) ** 2, dtype=np.float64)


# Regression


def measured(observed: Observed) -> Measured:
    """Refuses what isn't one."""
    if not isinstance(observed, Measured):
        raise TypeError("a metric of regression")
    return observed


def no_squares(*models: Measured) -> str:
    """Why the mean of squared errors has no interval, as a reason's code: too few rows to tell whether large errors
    are rare, or a few of them make it up. Empty where it has one."""
    if any(data.rows < ENOUGH_ERRORS for data in models):
        return FEW_ERRORS
    return HEAVY_TAILS if any(heavy_tails(data.residuals) for data in models) else ""


def explained_by(centred: Floats, residuals: Floats) -> Means:
    """R²: of the variance, the share that is explained."""
    columns = np.column_stack([residuals**2, centred**2, centred])
    return Means(columns, lambda m: 1 - m[..., 0] / (m[..., 1] - m[..., 2] ** 2))


def root_of(squares: Floats) -> Means:
    """The root of their mean."""
    return Means(squares[:, None], lambda means: np.sqrt(means[..., 0]))


# Two models on the same rows


def _of_classes(part: Callable[[Classified, Classified, float], Part]) -> Callable[[Observed, Observed, float], Part]:
    return lambda ours, theirs, level: part(classified(ours), classified(theirs), level)


def _of_amounts(part: Callable[[Measured, Measured], Part]) -> Callable[[Observed, Observed, float], Part]:
    return lambda ours, theirs, level: part(measured(ours), measured(theirs))


def _average_precision(ours: Classified, theirs: Classified, level: float) -> Part:
    first, second = (AveragePrecision(data.is_positive, data.scores) for data in (ours, theirs))
    return one_class(ours) or Difference(first, second)


def _recall(ours: Classified, theirs: Classified, level: float) -> Part:
    positive = ours.is_positive
    first, second = ((data.predicted == data.positive)[positive] for data in (ours, theirs))
    return paired(first, second, level=level)


def _precision(ours: Classified, theirs: Classified, level: float) -> Part:
    said = [data.predicted == data.positive for data in (ours, theirs)]
    if not all(one.any() for one in said):
        return without(None, "verification.interval.never_warns")
    first, second = (precision_of(ours.is_positive, one) for one in said)
    return Difference(first, second)


def _f1(ours: Classified, theirs: Classified, level: float) -> Part:
    first, second = (f1_of(data.is_positive, data.predicted == data.positive) for data in (ours, theirs))
    return Difference(first, second)


def _balanced_accuracy(ours: Classified, theirs: Classified, level: float) -> Part:
    present = np.flatnonzero(ours.counts)
    if len(present) < 2:
        return without(None, "verification.interval.one_class")
    refused = rare_class(ours)
    first, second = recalls_of(ours, present), recalls_of(theirs, present)
    if refused is not None:
        return Interval(value=first.value() - second.value(), reason=refused)
    return Difference(first, second)


def _f1_macro(ours: Classified, theirs: Classified, level: float) -> Part:
    refused = rare_class(ours)
    first, second = macro_f1_of(ours, ours.predicted), macro_f1_of(theirs, theirs.predicted)
    if refused is not None:
        return Interval(value=first.value() - second.value(), reason=refused)
    return Difference(first, second)


def _r2(ours: Measured, theirs: Measured) -> Part:
    if ours.rows < 2 or np.ptp(ours.actual) == 0:
        return without(None, "verification.interval.constant_target")
    centred = ours.actual - ours.actual.mean()
    first, second = explained_by(centred, ours.residuals), explained_by(centred, theirs.residuals)
    if reason := no_squares(ours, theirs):
        return without(first.value() - second.value(), reason)
    return Difference(first, second)


def _rmse(ours: Measured, theirs: Measured) -> Part:
    first, second = root_of(ours.residuals**2), root_of(theirs.residuals**2)
    if reason := no_squares(ours, theirs):
        return without(first.value() - second.value(), reason)
    return Difference(first, second)


DIFFERENCES: dict[str, Callable[[Observed, Observed, float], Part]] = {
    "roc_auc": _of_classes(lambda a, b, level: auc_difference(a.is_positive, a.scores, b.scores, level=level)),
    "average_precision": _of_classes(_average_precision),
    "recall": _of_classes(_recall),
    "precision": _of_classes(_precision),
    "f1": _of_classes(_f1),
    "balanced_accuracy": _of_classes(_balanced_accuracy),
    "accuracy": _of_classes(lambda a, b, level: paired(a.predicted == a.actual, b.predicted == b.actual, level=level)),
    "neg_log_loss": _of_classes(lambda a, b, level: Difference(mean(log_losses(a)), mean(log_losses(b)))),
    "neg_brier_score": _of_classes(lambda a, b, level: Difference(mean(squared_misses(a)), mean(squared_misses(b)))),
    "f1_macro": _of_classes(_f1_macro),
    "roc_auc_ovr": _of_classes(
        lambda a, b, level: macro_auc_difference(a.actual, a.probabilities, b.probabilities, level=level)
    ),
    "r2": _of_amounts(_r2),
    "neg_root_mean_squared_error": _of_amounts(_rmse),
    "neg_mean_absolute_error": _of_amounts(
        lambda a, b: Difference(mean(np.abs(a.residuals)), mean(np.abs(b.residuals)))
    ),
    "neg_median_absolute_error": _of_amounts(
        lambda a, b: Difference(Median(np.abs(a.residuals)), Median(np.abs(b.residuals)))
    ),
}
"""Of the first model minus the second; for losses (``neg_``) not yet negated."""

BY_LABEL = frozenset({"recall", "precision", "f1", "balanced_accuracy", "accuracy", "f1_macro"})
"""Metrics that look at what is predicted and not at probabilities."""
