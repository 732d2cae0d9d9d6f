"""Permutation importance: how much worse the model gets when a column's values are shuffled between the rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from app.learning.matrix import frame_columns
from app.learning.records import Feature
from app.text.message import Text, amount
from app.verification.observed import Codes, Floats
from app.verification.records import BarChart
from app.verification.verdict import FEWEST_FOR_IMPORTANCE

SAMPLE_ROWS = 5_000
SHOWN = 15
_REPEATS = 5

Loss = Callable[[pd.DataFrame], float]


@dataclass(frozen=True, kw_only=True)
class Importance:
    """Rise of the loss for each feature; ``low`` and ``high`` are its 95 % interval over the shuffles."""

    names: tuple[str, ...]
    values: Floats
    low: Floats
    high: Floats
    rows: int


def permutation_importance(
    frame: pd.DataFrame,
    features: Sequence[Feature],
    loss: Loss,
    *,
    budget_s: float,
    step: Callable[[int, int], None],
    seed: int = 0,
) -> Importance | None:
    """Importance of each feature, or None where there are too few rows or the budget doesn't do for one shuffle each.

    Parameters
    ----------
    frame
        The sample, as the model eats it; a feature that became several columns is shuffled as one.
    loss
        The model's loss on a frame of the same rows.
    budget_s
        About how many seconds it may take.
    step
        Called with done and total before each feature; raises to stop.

    References
    ----------
    L. Breiman, "Random forests", Machine Learning 45 (2001), 5-32; model-agnostic form: A. Fisher, C. Rudin,
    F. Dominici, JMLR 20 (2019), 177. Interval: t over the shuffles.
    """
    if len(frame) < FEWEST_FOR_IMPORTANCE or not features:
        return None
    began = time.perf_counter()
    usual = loss(frame)
    cost = max(1e-4, time.perf_counter() - began)
    repeats = min(_REPEATS, int(budget_s / (cost * len(features))))
    if repeats < 1:
        return None
    generator = np.random.default_rng(seed)
    rises = np.empty((len(features), repeats))
    columns = frame_columns(features)
    for position, feature in enumerate(features):
        step(position, len(features))
        names = [column.name for column in columns if column.feature == feature.name]
        for repeat in range(repeats):
            order = generator.permutation(len(frame))
            rises[position, repeat] = loss(_shuffled(frame, names, order)) - usual
    return _summary(features, rises, len(frame))


def _shuffled(frame: pd.DataFrame, names: Sequence[str], order: Codes) -> pd.DataFrame:
    changed = frame.copy(deep=False)
    for name in names:
        changed[name] = frame[name].to_numpy()[order]
    return changed


def _summary(features: Sequence[Feature], rises: Floats, rows: int) -> Importance:
    mean, repeats = rises.mean(axis=1), rises.shape[1]
    half = np.zeros(len(features))
    if repeats > 1:
        half = stats.t.ppf(0.975, repeats - 1) * rises.std(axis=1, ddof=1) / np.sqrt(repeats)
    order = np.argsort(-mean, kind="stable")
    return Importance(
        names=tuple(features[i].name for i in order),
        values=mean[order],
        low=(mean - half)[order],
        high=(mean + half)[order],
        rows=rows,
    )


def importance_chart(importance: Importance, *, measure: Text) -> BarChart:
    """The most important features as bars; ``measure`` names the loss."""
    return BarChart(
        code="importance",
        x_label=Text("verification.chart.importance.x", {"measure": measure, "rows": amount(importance.rows)}),
        names=importance.names[:SHOWN],
        values=_rounded(importance.values),
        low=_rounded(importance.low),
        high=_rounded(importance.high),
    )


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(float(f"{v:.6g}") for v in values[:SHOWN])
