"""The metrics of a report, each with its interval, the baseline's value and the paired difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.learning.records import Estimate, Task
from app.statistics.auc import auc_difference, auc_interval, macro_auc_interval
from app.statistics.bootstrap import REPEATS, intervals, median_interval
from app.statistics.interval import MINIMUM, Interval, too_few, without
from app.statistics.proportions import newcombe_paired, wilson
from app.statistics.statistic import AveragePrecision, Difference, LogMean, Means, Median, Statistic
from app.text.message import Text
from app.verification.catalogue import METRICS, is_loss
from app.verification.observed import Booleans, Classified, Codes, Floats, Measured, Observed
from app.verification.records import MetricRow

Part = Interval | Statistic | None


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A metric before resampling: what is a statistic yet becomes an interval in one pass for all."""

    estimate: Interval | Statistic
    baseline: Part = None
    difference: Part = None
    negate: bool = False


def measure(task: Task, observed: Observed, *, seed: int = 0, repeats: int = REPEATS) -> list[MetricRow]:
    """Every metric of the task, on the rows observed.

    Parameters
    ----------
    seed, repeats
        Of the bootstrap, where a metric needs it.
    """
    if not observed.rows:
        nothing = Estimate(value=None, reason=Text("verification.interval.nothing_counted"))
        return [MetricRow(code=code, estimate=nothing) for code in METRICS[task]]
    parts = {code: _BUILDERS[code](observed) for code in METRICS[task]}
    statistics = [
        part
        for p in parts.values()
        for part in (p.estimate, p.baseline, p.difference)
        if part is not None and not isinstance(part, Interval)
    ]
    made = intervals(statistics, observed.rows, seed=seed, repeats=repeats)
    known = {id(statistic): interval for statistic, interval in zip(statistics, made, strict=True)}
    refused = _refused(observed)
    return [_row(code, part, known, refused) for code, part in parts.items()]


def _refused(observed: Observed) -> Text | None:
    if observed.rows < MINIMUM:
        return Text("verification.interval.few_rows", {"n": observed.rows, "minimum": MINIMUM})
    if isinstance(observed, Measured) or observed.positive < 0:
        return None
    positives = int(observed.is_positive.sum())
    return too_few(positives, observed.rows - positives)


def _row(code: str, parts: Parts, known: dict[int, Interval], refused: Text | None) -> MetricRow:
    estimate, baseline, difference = (
        _estimate(_interval(part, known), parts.negate, refused)
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


def _estimate(interval: Interval | None, negate: bool, refused: Text | None) -> Estimate | None:
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


# Shares and ratios


def _ratio(above: Floats, below: Floats) -> Floats:
    """Above over below; 0 where nothing was counted, as scikit-learn's metrics say."""
    return np.asarray(np.divide(above, below, out=np.zeros_like(above), where=below > 0), dtype=np.float64)


def _constant(value: float) -> Interval:
    return Interval(value=value, method="constant")


def _shifted(interval: Interval, by: float) -> Interval:
    """The difference to a constant."""
    ends = (None if end is None else end - by for end in (interval.value, interval.low, interval.high))
    value, low, high = ends
    return Interval(value=value, low=low, high=high, method=interval.method, reason=interval.reason)


def _share(hits: Booleans) -> Interval:
    return wilson(int(hits.sum()), len(hits))


def _paired(first: Booleans, second: Booleans) -> Interval:
    both, neither = int((first & second).sum()), int((~first & ~second).sum())
    return newcombe_paired(both, int((first & ~second).sum()), int((~first & second).sum()), neither)


def _mean(values: Floats) -> Means:
    return Means(values[:, None], lambda means: means[..., 0])


# Classification


def _classified(observed: Observed) -> Classified:
    if not isinstance(observed, Classified):
        raise TypeError("a metric of classification")
    return observed


def _one_class(data: Classified) -> Interval | None:
    positives = int(data.is_positive.sum())
    return None if 0 < positives < data.rows else without(None, "verification.interval.one_class")


def _roc_auc(observed: Observed) -> Parts:
    data = _classified(observed)
    flat = np.zeros(data.rows)
    return Parts(
        estimate=auc_interval(data.is_positive, data.scores),
        baseline=_constant(0.5),
        difference=auc_difference(data.is_positive, data.scores, flat),
    )


def _average_precision(observed: Observed) -> Parts:
    data = _classified(observed)
    refused = _one_class(data)
    if refused:
        return Parts(estimate=refused)
    precision = AveragePrecision(data.is_positive, data.scores)
    share = _mean(data.is_positive.astype(np.float64))
    return Parts(estimate=precision, baseline=_share(data.is_positive), difference=Difference(precision, share))


def _recall(observed: Observed) -> Parts:
    data = _classified(observed)
    found = (data.predicted == data.positive)[data.is_positive]
    usual = np.full(len(found), data.usual == data.positive)
    return Parts(
        estimate=_share(found),
        baseline=_constant(float(data.usual == data.positive)),
        difference=_paired(found, usual),
    )


def _precision(observed: Observed) -> Parts:
    data = _classified(observed)
    warned = data.predicted == data.positive
    if not warned.any():
        return Parts(estimate=without(None, "verification.interval.never_warns"))
    always = data.usual == data.positive
    baseline = _share(data.is_positive) if always else without(None, "verification.interval.never_warns")
    return Parts(estimate=_share(data.is_positive[warned]), baseline=baseline)


def _f1(observed: Observed) -> Parts:
    data = _classified(observed)
    ours = _f1_of(data.is_positive, data.predicted == data.positive)
    usual = _f1_of(data.is_positive, np.full(data.rows, data.usual == data.positive))
    return Parts(estimate=ours, baseline=_constant(usual.value()), difference=Difference(ours, usual))


def _f1_of(actual: Booleans, predicted: Booleans) -> Means:
    columns = np.column_stack([actual & predicted, actual, predicted]).astype(np.float64)
    return Means(columns, lambda m: _ratio(2 * m[..., 0], m[..., 1] + m[..., 2]), share=True)


def _balanced_accuracy(observed: Observed) -> Parts:
    data = _classified(observed)
    present = np.flatnonzero(data.counts)
    if len(present) < 2:
        return Parts(estimate=without(None, "verification.interval.one_class"))
    refused = _rare_class(data)
    ours = _recalls(data, present)
    estimate = ours if refused is None else Interval(value=ours.value(), reason=refused)
    chance = 1 / len(present)
    difference = Difference(ours, _mean(np.full(data.rows, chance))) if refused is None else None
    return Parts(estimate=estimate, baseline=_constant(chance), difference=difference)


def _recalls(data: Classified, present: Codes) -> Means:
    actual = data.actual[:, None] == present
    hit = actual & (data.predicted == data.actual)[:, None]
    k = len(present)
    columns = np.hstack([hit, actual]).astype(np.float64)
    return Means(columns, lambda m: _ratio(m[..., :k], m[..., k:]).mean(axis=-1), share=True)


def _rare_class(data: Classified) -> Text | None:
    """Why averages over classes get no interval: too few rows of the rarest class that occurs."""
    counts = data.counts
    if data.positive >= 0:
        return None
    rarest = int(np.where(counts > 0, counts, counts.max() + 1).argmin())
    if counts[rarest] >= MINIMUM:
        return None
    return Text("verification.interval.rare_class", {"label": data.labels[rarest], "n": int(counts[rarest])})


def _accuracy(observed: Observed) -> Parts:
    data = _classified(observed)
    right, usual = data.predicted == data.actual, data.actual == data.usual
    return Parts(estimate=_share(right), baseline=_share(usual), difference=_paired(right, usual))


def _f1_macro(observed: Observed) -> Parts:
    data = _classified(observed)
    ours, usual = _macro(data, data.predicted), _macro(data, np.full(data.rows, data.usual))
    refused = _rare_class(data)
    if refused:
        return Parts(estimate=Interval(value=ours.value(), reason=refused), baseline=_constant(usual.value()))
    return Parts(estimate=ours, baseline=_constant(usual.value()), difference=Difference(ours, usual))


def _macro(data: Classified, predicted: Codes) -> Means:
    """F1 averaged over the classes that occur or are predicted, as scikit-learn does."""
    occurring = np.union1d(data.actual, predicted)
    actual, said = data.actual[:, None] == occurring, predicted[:, None] == occurring
    k = len(occurring)
    columns = np.hstack([actual & said, actual, said]).astype(np.float64)
    return Means(
        columns, lambda m: _ratio(2 * m[..., :k], m[..., k : 2 * k] + m[..., 2 * k :]).mean(axis=-1), share=True
    )


def _roc_auc_ovr(observed: Observed) -> Parts:
    data = _classified(observed)
    estimate = macro_auc_interval(data.actual, data.probabilities)
    return Parts(estimate=estimate, baseline=_constant(0.5), difference=_shifted(estimate, 0.5))


def _log_loss(observed: Observed) -> Parts:
    data = _classified(observed)
    tiny = np.finfo(np.float64).eps
    own = data.probabilities[np.arange(data.rows), data.actual]
    ours = -np.log(np.clip(own, tiny, 1 - tiny))
    usual = -np.log(np.clip(data.prior[data.actual], tiny, 1 - tiny))
    return _losses(ours, usual)


def _brier(observed: Observed) -> Parts:
    data = _classified(observed)
    happened = data.is_positive.astype(np.float64)
    return _losses((data.scores - happened) ** 2, (data.prior[data.positive] - happened) ** 2)


def _losses(ours: Floats, usual: Floats) -> Parts:
    """A mean loss. The difference is ours minus the baseline's, negated, so that above 0 is better."""
    first, second = _mean(ours), _mean(usual)
    return Parts(estimate=first, baseline=second, difference=Difference(first, second), negate=True)


# Regression


def _measured(observed: Observed) -> Measured:
    if not isinstance(observed, Measured):
        raise TypeError("a metric of regression")
    return observed


def _heavy(data: Measured) -> bool:
    return LogMean(data.residuals**2, power=0.5).dominated() if data.rows >= MINIMUM else False


def _r2(observed: Observed) -> Parts:
    data = _measured(observed)
    if data.rows < 2 or np.ptp(data.actual) == 0:
        return Parts(estimate=without(None, "verification.interval.constant_target"))
    centred = data.actual - data.actual.mean()
    ours, usual = _explained(centred, data.residuals), _explained(centred, data.actual - data.centre)
    if _heavy(data):
        heavy = without(ours.value(), "verification.interval.heavy_tails")
        return Parts(estimate=heavy, baseline=_constant(usual.value()))
    return Parts(estimate=ours, baseline=_constant(usual.value()), difference=Difference(ours, usual))


def _explained(centred: Floats, residuals: Floats) -> Means:
    columns = np.column_stack([residuals**2, centred**2, centred])
    return Means(columns, lambda m: 1 - m[..., 0] / (m[..., 1] - m[..., 2] ** 2))


def _rmse(observed: Observed) -> Parts:
    data = _measured(observed)
    ours, usual = data.residuals**2, (data.actual - data.centre) ** 2
    difference = None if _heavy(data) else Difference(_root(ours), _root(usual))
    return Parts(
        estimate=LogMean(ours, power=0.5), baseline=_constant(_root(usual).value()), difference=difference, negate=True
    )


def _root(squares: Floats) -> Means:
    return Means(squares[:, None], lambda means: np.sqrt(means[..., 0]))


def _mae(observed: Observed) -> Parts:
    data = _measured(observed)
    return _losses(np.abs(data.residuals), np.abs(data.actual - data.centre))


def _median_error(observed: Observed) -> Parts:
    data = _measured(observed)
    ours, usual = np.abs(data.residuals), np.abs(data.actual - data.centre)
    return Parts(
        estimate=median_interval(ours),
        baseline=median_interval(usual),
        difference=Difference(Median(ours), Median(usual)),
        negate=True,
    )


_BUILDERS: dict[str, Callable[[Observed], Parts]] = {
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
