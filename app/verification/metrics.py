"""The metrics of a report, each with its interval, the baseline's value and the paired difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from app.learning.records import Estimate, Task
from app.statistics.auc import auc_interval, macro_auc_interval
from app.statistics.bootstrap import REPEATS, intervals, mean_size, median_interval
from app.statistics.interval import LEVEL, MINIMUM, Interval, too_few, without
from app.statistics.proportions import mean_of_shares
from app.statistics.statistic import AveragePrecision, Difference, LogMean, Median, Statistic
from app.text.message import Text
from app.verification.catalogue import METRICS, is_loss
from app.verification.measures import (
    Part,
    classified,
    constant,
    explained_by,
    f1_of,
    log_losses,
    losses_of,
    macro_f1_of,
    mean,
    measured,
    no_squares,
    one_class,
    paired,
    rare_class,
    root_of,
    share,
    squared_misses,
)
from app.verification.observed import Floats, Measured, Observed
from app.verification.records import MetricRow


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A metric before resampling: what is a statistic yet becomes an interval in one pass for all."""

    estimate: Interval | Statistic
    baseline: Part = None
    difference: Part = None
    negate: bool = False


def measure(
    task: Task, observed: Observed, *, level: float = LEVEL, seed: int = 0, repeats: int = REPEATS
) -> list[MetricRow]:
    """Every metric of the task, on the rows observed.

    Parameters
    ----------
    level
        Two-sided confidence of the intervals.
    seed, repeats
        Of the bootstrap, where a metric needs it.
    """
    if not observed.rows:
        nothing = Estimate(value=None, reason=Text("verification.interval.nothing_counted"))
        return [MetricRow(code=code, estimate=nothing) for code in METRICS[task]]
    parts = {code: _BUILDERS[code](observed, level) for code in METRICS[task]}
    statistics = [
        part
        for p in parts.values()
        for part in (p.estimate, p.baseline, p.difference)
        if part is not None and not isinstance(part, Interval)
    ]
    made = intervals(statistics, observed.rows, seed=seed, repeats=repeats, level=level)
    known = {id(statistic): interval for statistic, interval in zip(statistics, made, strict=True)}
    refused = refusal(observed)
    return [_row(code, part, known, refused) for code, part in parts.items()]


def refusal(observed: Observed) -> Text | None:
    """Why rows carry no interval, whatever the metric; None where they do."""
    if observed.rows < MINIMUM:
        return Text("verification.interval.few_rows", {"n": observed.rows, "minimum": MINIMUM})
    if isinstance(observed, Measured) or observed.positive < 0:
        return None
    positives = int(observed.is_positive.sum())
    return too_few(positives, observed.rows - positives)


def _row(code: str, parts: Parts, known: dict[int, Interval], refused: Text | None) -> MetricRow:
    estimate, baseline, difference = (
        as_estimate(_interval(part, known), parts.negate, refused)
        for part in (parts.estimate, parts.baseline, parts.difference)
    )
    estimate = estimate or Estimate(value=None)
    return MetricRow(
        code=code, estimate=estimate, baseline=baseline, difference=difference, axis=_axis(code, estimate, baseline)
    )


def _axis(code: str, estimate: Estimate, baseline: Estimate | None) -> tuple[float, float]:
    """The range on which the interval is drawn: the metric's natural one, or as far as the figures reach."""
    others = (baseline.value, baseline.low) if baseline else ()
    lowest = min((v for v in (estimate.value, estimate.low, *others) if v is not None), default=0.0)
    if is_loss(code):
        return (lowest * 1.1 or -1.0, 0.0)
    if code in ("roc_auc", "roc_auc_ovr") and lowest >= 0.5:
        return (0.5, 1.0)
    return (min(0.0, lowest), 1.0)


def _interval(part: Part, known: dict[int, Interval]) -> Interval | None:
    return part if part is None or isinstance(part, Interval) else known[id(part)]


def as_estimate(interval: Interval | None, negate: bool, refused: Text | None) -> Estimate | None:
    """An interval as it is stored, in the scorer's sense."""
    if interval is None:
        return None
    value = _finite(interval.value, negate)
    if refused is not None and interval.low is not None:
        return Estimate(value=value, reason=refused)
    low, high = (interval.high, interval.low) if negate else (interval.low, interval.high)
    return Estimate(
        value=value,
        low=_finite(low, negate),
        high=_finite(high, negate),
        method=interval.method,
        reason=interval.reason,
    )


def _finite(value: float | None, negate: bool) -> float | None:
    if value is None or not np.isfinite(value):
        return None
    return 0.0 - value if negate else value


def _shifted(interval: Interval, by: float) -> Interval:
    """The difference to a constant."""
    ends = (None if end is None else end - by for end in (interval.value, interval.low, interval.high))
    value, low, high = ends
    return Interval(value=value, low=low, high=high, method=interval.method, reason=interval.reason)


# Classification


def _roc_auc(observed: Observed, level: float) -> Parts:
    data = classified(observed)
    estimate = auc_interval(data.is_positive, data.scores, level=level)
    return Parts(estimate=estimate, baseline=constant(0.5), difference=_shifted(estimate, 0.5))


def _average_precision(observed: Observed, level: float) -> Parts:
    data = classified(observed)
    refused = one_class(data)
    if refused:
        return Parts(estimate=refused)
    precision = AveragePrecision(data.is_positive, data.scores)
    usual = mean(data.is_positive.astype(np.float64))
    return Parts(
        estimate=precision, baseline=share(data.is_positive, level=level), difference=Difference(precision, usual)
    )


def _recall(observed: Observed, level: float) -> Parts:
    data = classified(observed)
    found = (data.predicted == data.positive)[data.is_positive]
    usual = np.full(len(found), data.usual == data.positive)
    return Parts(
        estimate=share(found, level=level),
        baseline=constant(float(data.usual == data.positive)),
        difference=paired(found, usual, level=level),
    )


def _precision(observed: Observed, level: float) -> Parts:
    data = classified(observed)
    warned = data.predicted == data.positive
    if not warned.any():
        return Parts(estimate=without(None, "verification.interval.never_warns"))
    always = data.usual == data.positive
    baseline = share(data.is_positive, level=level) if always else without(None, "verification.interval.never_warns")
    return Parts(estimate=share(data.is_positive[warned], level=level), baseline=baseline)


def _f1(observed: Observed, level: float) -> Parts:
    data = classified(observed)
    ours = f1_of(data.is_positive, data.predicted == data.positive)
    usual = f1_of(data.is_positive, np.full(data.rows, data.usual == data.positive))
    return Parts(estimate=ours, baseline=constant(usual.value()), difference=Difference(ours, usual))


def _balanced_accuracy(observed: Observed, level: float) -> Parts:
    data = classified(observed)
    present = np.flatnonzero(data.counts)
    if len(present) < 2:
        return Parts(estimate=without(None, "verification.interval.one_class"))
    right = np.bincount(data.actual[data.predicted == data.actual], minlength=len(data.labels))
    estimate = mean_of_shares(right[present].tolist(), data.counts[present].tolist(), level=level)
    refused, chance = rare_class(data), 1 / len(present)
    if refused is not None:
        return Parts(estimate=Interval(value=estimate.value, reason=refused), baseline=constant(chance))
    return Parts(estimate=estimate, baseline=constant(chance), difference=_shifted(estimate, chance))


def _accuracy(observed: Observed, level: float) -> Parts:
    data = classified(observed)
    right, usual = data.predicted == data.actual, data.actual == data.usual
    return Parts(
        estimate=share(right, level=level),
        baseline=share(usual, level=level),
        difference=paired(right, usual, level=level),
    )


def _f1_macro(observed: Observed, level: float) -> Parts:
    data = classified(observed)
    ours, usual = macro_f1_of(data, data.predicted), macro_f1_of(data, np.full(data.rows, data.usual))
    refused = rare_class(data)
    if refused:
        return Parts(estimate=Interval(value=ours.value(), reason=refused), baseline=constant(usual.value()))
    return Parts(estimate=ours, baseline=constant(usual.value()), difference=Difference(ours, usual))


def _roc_auc_ovr(observed: Observed, level: float) -> Parts:
    data = classified(observed)
    estimate = macro_auc_interval(data.actual, data.probabilities, level=level)
    return Parts(estimate=estimate, baseline=constant(0.5), difference=_shifted(estimate, 0.5))


def _log_loss(observed: Observed, level: float) -> Parts:
    data = classified(observed)
    return _losses(log_losses(data), losses_of(data.prior[data.actual]))


def _brier(observed: Observed, level: float) -> Parts:
    data = classified(observed)
    return _losses(squared_misses(data), (data.prior[data.positive] - data.is_positive) ** 2)


def _losses(ours: Floats, usual: Floats) -> Parts:
    """A mean loss. The difference is ours minus the baseline's, negated, so that above 0 is better."""
    first, second = mean(ours), mean(usual)
    return Parts(estimate=first, baseline=second, difference=Difference(first, second), negate=True)


# Regression


def _r2(observed: Observed, level: float) -> Parts:
    data = measured(observed)
    if data.rows < 2 or np.ptp(data.actual) == 0:
        return Parts(estimate=without(None, "verification.interval.constant_target"))
    centred = data.actual - data.actual.mean()
    ours, usual = explained_by(centred, data.residuals), explained_by(centred, data.actual - data.centre)
    if reason := no_squares(data):
        heavy = without(ours.value(), reason)
        apart = without(ours.value() - usual.value(), reason)
        return Parts(estimate=heavy, baseline=constant(usual.value()), difference=apart)
    return Parts(estimate=ours, baseline=constant(usual.value()), difference=Difference(ours, usual))


def _rmse(observed: Observed, level: float) -> Parts:
    data = measured(observed)
    ours, usual = data.residuals**2, (data.actual - data.centre) ** 2
    first, second = root_of(ours), root_of(usual)
    reason = no_squares(data)
    apart = without(first.value() - second.value(), reason) if reason else Difference(first, second)
    own = without(first.value(), reason) if reason else LogMean(ours, power=0.5)
    return Parts(estimate=own, baseline=constant(second.value()), difference=apart, negate=True)


_MANY_SIZES = 1_000
"""Rows from which on the bootstrap of a mean error covers what it says."""


def _mae(observed: Observed, level: float) -> Parts:
    data = measured(observed)
    ours, usual = np.abs(data.residuals), np.abs(data.actual - data.centre)
    parts = _losses(ours, usual)
    return replace(parts, estimate=mean_size(ours, level=level)) if 1 < data.rows < _MANY_SIZES else parts


def _median_error(observed: Observed, level: float) -> Parts:
    data = measured(observed)
    ours, usual = np.abs(data.residuals), np.abs(data.actual - data.centre)
    return Parts(
        estimate=median_interval(ours, level=level),
        baseline=median_interval(usual, level=level),
        difference=Difference(Median(ours), Median(usual)),
        negate=True,
    )


_BUILDERS: dict[str, Callable[[Observed, float], Parts]] = {
    "roc_auc": _roc_auc,
    "average_precision": _average_precision,
    "recall": _recall,
    "precision": _precision,
    "f1": _f1,
    "balanced_accuracy": _balanced_accuracy,
    "accuracy": _accuracy,
    "neg_log_loss": _log_loss,
    "neg_brier_score": _brier,
    "f1_macro": _f1_macro,
    "roc_auc_ovr": _roc_auc_ovr,
    "r2": _r2,
    "neg_root_mean_squared_error": _rmse,
    "neg_mean_absolute_error": _mae,
    "neg_median_absolute_error": _median_error,
}
