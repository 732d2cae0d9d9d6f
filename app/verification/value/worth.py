"""What a version is worth on the rows that judge it, beside what could be done without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from app.learning.records import Estimate
from app.statistics.bootstrap import intervals
from app.statistics.interval import LEVEL, MINIMUM
from app.statistics.statistic import Difference, Means
from app.verification.observed import Booleans, Classified, Codes, Floats, Measured, Observed
from app.verification.value.records import Counts, Policy, ValueTable, Worth

_WITHOUT = ("none", "all", "some", "always", "constant")
"""Policies that need neither model nor rule."""
_MODELS = ("model", "champion")
"""Those that cost something to use."""


@dataclass(frozen=True, kw_only=True)
class Rival:
    """What is used today: ``code`` champion or rule, and what it said of the rows ``which`` (positions among ours)."""

    code: str
    name: str
    observed: Observed
    which: Codes


def worth(
    table: ValueTable,
    ours: Observed,
    rivals: Sequence[Rival],
    *,
    counts: Counts | None = None,
    level: float = LEVEL,
    seed: int = 0,
) -> Worth | None:
    """Every policy priced by ``table``; None where the table is of other labels, or there are too few rows.

    Parameters
    ----------
    level
        Two-sided confidence of the intervals.
    """
    classes = ours.labels if isinstance(ours, Classified) else ()
    if ours.rows < MINIMUM or table.labels != classes:
        return None
    own = prices(table, ours)
    others = [(code, name, values, np.arange(ours.rows)) for code, name, values in _without(table, ours)]
    others += [(r.code, r.name, prices(table, r.observed), r.which) for r in rivals if len(r.which) >= MINIMUM]
    priced = [("model", "", own, np.arange(ours.rows)), *others]
    policies = []
    for code, name, values, which in priced:
        charged = code in _MODELS
        told = _money(_mean(values), len(which), table, fixed=charged, level=level, seed=seed)
        if code == "model":
            policies.append(Policy(code=code, worth=told))
            continue
        ours_there = own[which]  # what the champion costs to use falls away
        difference = Difference(_mean(ours_there), _mean(values))
        gain = _money(difference, len(which), table, fixed=not charged, level=level, seed=seed)
        shift = 0.0 if charged else table.fixed / table.rows
        worse = chance_below(ours_there - values - shift)
        policies.append(Policy(code=code, name=name, worth=told, gain=gain, worse=worse))
    threshold = ours.threshold if isinstance(ours, Classified) else None
    return Worth(
        table=table,
        policies=tuple(policies),
        today=_today(policies),
        threshold=threshold,
        counts=counts,
        wanted=_wanted(table, ours),
    )


def _wanted(table: ValueTable, ours: Observed) -> float | None:
    """How many rows of a period reach the threshold; None where there is none."""
    if not isinstance(ours, Classified) or ours.positive < 0:
        return None
    return float(np.mean(ours.predicted == ours.positive)) * table.rows


def prices(table: ValueTable, observed: Observed) -> Floats:
    """What each row is worth as it was decided, shape (n,). Of two classes, no more rows are acted on than can be: the
    likeliest come first."""
    if isinstance(observed, Measured):
        above = observed.predicted - observed.actual
        return np.asarray(-(table.over * np.maximum(above, 0) + table.under * np.maximum(-above, 0)))
    cells = np.array(table.cells, dtype=np.float64)
    predicted = observed.predicted
    if observed.positive >= 0:
        acted = within(observed.scores, predicted == observed.positive, table.share)
        predicted = np.where(acted, observed.positive, 1 - observed.positive)
    return np.asarray(cells[observed.actual, predicted])


def within(scores: Floats, wanted: Booleans, share: float) -> Booleans:
    """Of the rows that are wanted, those with the highest scores, up to a share of all."""
    most = int(np.floor(share * len(scores) + 1e-9))
    if int(wanted.sum()) <= most:
        return wanted
    order = np.lexsort((np.arange(len(scores)), -scores, ~wanted))
    chosen = np.zeros(len(scores), dtype=np.bool_)
    chosen[order[:most]] = True
    return chosen


def chance_below(values: Floats) -> float:
    """The chance that the true mean is below 0, by Student's t: the posterior under a flat prior.

    References
    ----------
    A. Gelman et al., "Bayesian Data Analysis", 3rd ed., section 3.2.
    """
    error = float(values.std(ddof=1)) / np.sqrt(len(values))
    if error == 0:
        return 0.5 if values.mean() == 0 else float(values.mean() < 0)
    return float(stats.t.cdf(-float(values.mean()) / error, len(values) - 1))


def _without(table: ValueTable, ours: Observed) -> list[tuple[str, str, Floats]]:
    """What could be done without a model: code, name and the worth of each row."""
    if isinstance(ours, Measured):
        best = _best_constant(table, ours)
        usual = Measured(actual=ours.actual, predicted=np.full(ours.rows, best), centre=ours.centre)
        return [("constant", repr(best), prices(table, usual))]
    cells = np.array(table.cells, dtype=np.float64)
    if ours.positive < 0:
        best = int(np.argmax(ours.counts @ cells))
        return [("always", ours.labels[best], np.asarray(cells[ours.actual, best]))]
    nobody, everybody = cells[ours.actual, 1 - ours.positive], cells[ours.actual, ours.positive]
    everybody = table.share * everybody + (1 - table.share) * nobody  # as many as can be, whoever they are
    code = "all" if table.share >= 1 else "some"
    return [("none", "", np.asarray(nobody)), (code, "", np.asarray(everybody))]


def _best_constant(table: ValueTable, ours: Measured) -> float:
    """The single amount that costs least on the very rows that judge: more than fair to what has no model.

    References
    ----------
    R. Koenker, G. Bassett, "Regression Quantiles", Econometrica 46 (1978), 33-50: of costs by the unit above and below,
    the quantile at their ratio costs least.
    """
    both = table.over + table.under
    return float(np.quantile(ours.actual, table.under / both, method="inverted_cdf")) if both else ours.centre


def _today(policies: Sequence[Policy]) -> int:
    """What to compare with: the champion, else the rule, else the best that needs neither."""
    codes = [policy.code for policy in policies]
    for code in ("champion", "rule"):
        if code in codes:
            return codes.index(code)
    plain = [n for n, policy in enumerate(policies) if policy.code in _WITHOUT]
    return max(plain, key=lambda n: policies[n].worth.value or 0.0)


def _mean(values: Floats) -> Means:
    return Means(values[:, None], lambda means: means[..., 0])


def _money(part: Means | Difference, rows: int, table: ValueTable, *, fixed: bool, level: float, seed: int) -> Estimate:
    """Of a row, as money of a period, less the fixed costs."""
    interval = intervals([part], rows, level=level, seed=seed)[0]
    value, low, high = (
        None if end is None else table.rows * end - (table.fixed if fixed else 0.0)
        for end in (interval.value, interval.low, interval.high)
    )
    return Estimate(value=value, low=low, high=high, method=interval.method, reason=interval.reason)
