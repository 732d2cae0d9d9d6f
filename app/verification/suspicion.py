"""Signs that a result is too good to be true: a column that gives the answer away, a perfect score, a test better
than cross-validation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from app.learning.matrix import FrameColumn, frame_columns
from app.learning.records import Feature, ModelVersion
from app.statistics.auc import placements
from app.statistics.interval import LEVEL
from app.text.message import Text, amount
from app.verification.catalogue import shown
from app.verification.observed import Booleans, Classified, Floats, Measured, Observed
from app.verification.records import MetricRow
from app.verification.verdict import CLEARLY, standard_errors_apart

SINGLE_AUC = 0.99
SINGLE_CORRELATION = 0.999
_FEWEST = 30
_PERFECT = 1 - 1e-9


def suspicions(
    version: ModelVersion,
    observed: Observed,
    frame: pd.DataFrame,
    metrics: Sequence[MetricRow],
    *,
    on_holdout: bool,
    level: float = LEVEL,
) -> tuple[Text, ...]:
    """What speaks for a leak, in sentences.

    Parameters
    ----------
    frame
        Features of the same rows as ``observed`` (a sample does), as the model eats them.
    on_holdout
        Whether the rows come from the data that was learned from; only then is the comparison with cross-validation
        meaningful.
    level
        The confidence of the intervals of ``metrics``.
    """
    found = [*_single_columns(version.features, observed, frame), *_perfect(observed)]
    if on_holdout:
        found += _better_than_cv(version, metrics, level)
    return tuple(found)


def _single_columns(features: Sequence[Feature], observed: Observed, frame: pd.DataFrame) -> list[Text]:
    """Columns that alone foretell the target."""
    if observed.rows < _FEWEST:
        return []
    columns: dict[str, list[FrameColumn]] = {feature.name: [] for feature in features}
    for column in frame_columns(features):
        columns[column.feature].append(column)
    if isinstance(observed, Measured):
        found = [(name, _correlation(own, frame, observed.actual)) for name, own in columns.items()]
        return [
            Text("verification.suspicion.correlated", {"column": name, "value": amount(value, "metric")})
            for name, value in found
            if value > SINGLE_CORRELATION
        ]
    found = [(name, _separation(own, frame, observed)) for name, own in columns.items()]
    return [
        Text("verification.suspicion.single_column", {"column": name, "value": amount(value, "metric")})
        for name, value in found
        if value > SINGLE_AUC
    ]


def _correlation(columns: Sequence[FrameColumn], frame: pd.DataFrame, actual: Floats) -> float:
    """Largest absolute rank correlation of the feature's numbers with the target."""
    best = 0.0
    for column in columns:
        if not column.numeric:
            continue
        values = frame[column.name].to_numpy()
        known = ~np.isnan(values)
        if known.sum() < _FEWEST or np.ptp(values[known]) == 0 or np.ptp(actual[known]) == 0:
            continue
        ranks = stats.rankdata(values[known]), stats.rankdata(actual[known])
        best = max(best, abs(float(np.corrcoef(*ranks)[0, 1])))
    return best


def _separation(columns: Sequence[FrameColumn], frame: pd.DataFrame, data: Classified) -> float:
    """How well the feature alone separates the classes: the AUC of its best column, averaged over the classes."""
    classes = [data.positive] if data.positive >= 0 else [int(c) for c in np.flatnonzero(data.counts)]
    sides = [np.equal(data.actual, label) for label in classes]
    sides = [side for side in sides if side.sum() >= 5 and (~side).sum() >= 5]
    if not sides:
        return 0.0
    return max(
        float(np.mean([_column_auc(frame[c.name].to_numpy(), side, numeric=c.numeric) for side in sides]))
        for c in columns
    )


def _column_auc(values: Floats, side: Booleans, *, numeric: bool) -> float:
    if numeric:
        known = np.isnan(values)
        filled = np.where(known, np.nanmedian(values) if not known.all() else 0.0, values)
        auc = placements(side, filled)[0]
        return max(auc, 1 - auc)
    return _word_auc(values, side)


def _word_auc(words: Floats, side: Booleans) -> float:
    """AUC of words by the share of positives that each had in the other half, so that rare words prove nothing."""
    codes = pd.factorize(pd.Series(words, dtype=object), use_na_sentinel=False)[0]
    half = np.arange(len(codes)) % 2 == 0
    scores = np.empty(len(codes))
    for learnt, judged in ((half, ~half), (~half, half)):
        totals = np.bincount(codes[learnt], minlength=codes.max() + 1)
        hits = np.bincount(codes[learnt], weights=side[learnt], minlength=codes.max() + 1)
        share = side[learnt].mean()
        scores[judged] = ((hits + share) / (totals + 1))[codes[judged]]
    return placements(side, scores)[0]


def _perfect(observed: Observed) -> list[Text]:
    if observed.rows < _FEWEST:
        return []
    if isinstance(observed, Classified):
        mixed = len(np.unique(observed.actual)) > 1
        perfect = mixed and bool(np.equal(observed.actual, observed.predicted).all())
    else:
        spread = float(np.var(observed.actual))
        perfect = spread > 0 and 1 - float(np.mean(observed.residuals**2)) / spread > _PERFECT
    return [Text("verification.suspicion.perfect", {"n": observed.rows})] if perfect else []


def _better_than_cv(version: ModelVersion, metrics: Sequence[MetricRow], level: float) -> list[Text]:
    """Whether the metric that decided is better on the test than in cross-validation by over two standard errors."""
    row = next((r for r in metrics if r.code == version.metric), None)
    expected = version.cv.get(version.metric)
    if row is None or expected is None:
        return []
    if not standard_errors_apart(row.estimate, expected, level=level) > CLEARLY:
        return []
    name = Text(f"verification.metric.{version.metric}")
    values = {"value": row.estimate.value or 0.0, "cv": expected.value or 0.0}
    figures = {key: shown(version.metric, value) for key, value in values.items()}
    return [Text("verification.suspicion.better_than_cv", {"metric": name, **figures})]
