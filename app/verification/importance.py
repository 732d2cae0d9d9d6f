"""Permutation importance: how much worse the model gets when a column's values are shuffled between the rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from app.learning.matrix import frame_columns
from app.learning.model import BLOCK
from app.learning.records import Feature
from app.text.message import Text, Value, amount
from app.verification.observed import Codes, Floats
from app.verification.records import BarChart
from app.verification.verdict import FEWEST_FOR_IMPORTANCE

SHOWN = 15
_MOST_ROWS, _ENOUGH_ROWS, _FEWEST_ROWS = 5_000, 1_000, 100
_MOST_REPEATS, _FEWEST_REPEATS = 5, 2
_BUDGET_MS, _LIMIT_MS = 30_000.0, 300_000.0
"""What it shall take, and what it may take at most, both counted and not measured."""
_TOGETHER = 8 * BLOCK
"""Rows that are predicted in one go."""

Losses = Callable[[pd.DataFrame], Floats]


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """How many rows are looked at, and how often each column is shuffled."""

    rows: int
    repeats: int


@dataclass(frozen=True, kw_only=True)
class Importance:
    """Rise of the loss for each feature; ``low`` and ``high`` are its 95 % interval over the shuffles."""

    names: tuple[str, ...]
    values: Floats
    low: Floats
    high: Floats
    rows: int
    repeats: int


def sampled(features: int, *, block_ms: float) -> Sampled | None:
    """How much is looked at, from counts alone, so that a report is the same whatever else the machine does; None where
    even the least would be too much.

    Parameters
    ----------
    features
        Columns to be shuffled.
    block_ms
        What the model takes for one block of rows, counted (:func:`app.learning.latency.block_ms`).
    """
    if not features:
        return None
    affordable = int(_BUDGET_MS / block_ms * BLOCK)
    repeats = max(_FEWEST_REPEATS, min(_MOST_REPEATS, affordable // (features * _ENOUGH_ROWS)))
    passes = 1 + features * repeats
    rows = max(_FEWEST_ROWS, min(_MOST_ROWS, affordable // passes))
    if passes * rows / BLOCK * block_ms > _LIMIT_MS:
        return None
    return Sampled(rows=rows, repeats=repeats)


def permutation_importance(
    frame: pd.DataFrame,
    features: Sequence[Feature],
    losses: Losses,
    *,
    repeats: int,
    step: Callable[[int, int], None],
    seed: int = 0,
) -> Importance | None:
    """Importance of each feature, or None where there are too few rows.

    Parameters
    ----------
    frame
        The n rows of the sample, as the model eats them; a feature that became several columns is shuffled as one.
    losses
        The model's loss on each stretch of n rows of a frame, shape (k,) for k · n rows.
    step
        Called with done and total before each prediction; raises to stop.

    References
    ----------
    L. Breiman, "Random forests", Machine Learning 45 (2001), 5-32; model-agnostic form: A. Fisher, C. Rudin,
    F. Dominici, JMLR 20 (2019), 177. Interval: t over the shuffles.
    """
    if len(frame) < FEWEST_FOR_IMPORTANCE or not features:
        return None
    usual = losses(frame)[0]
    names = [_columns(feature, features) for feature in features]
    shuffles = [columns for columns in names for _ in range(repeats)]
    generator = np.random.default_rng(seed)
    at_once = max(1, _TOGETHER // len(frame))
    found: list[Floats] = []
    for start in range(0, len(shuffles), at_once):
        step(start // repeats, len(features))
        found.append(losses(_shuffled(frame, shuffles[start : start + at_once], generator)))
    rises = np.concatenate(found).reshape(len(features), repeats) - usual
    return _summary(features, rises, len(frame))


def _columns(feature: Feature, features: Sequence[Feature]) -> list[str]:
    return [column.name for column in frame_columns(features) if column.feature == feature.name]


def _shuffled(frame: pd.DataFrame, shuffles: Sequence[Sequence[str]], generator: np.random.Generator) -> pd.DataFrame:
    """The frame once for each shuffle, one below the other, each with the values of some columns exchanged."""
    n = len(frame)
    usual = np.tile(np.arange(n), len(shuffles))
    changed = frame.take(usual).reset_index(drop=True)
    moved: dict[str, Codes] = {}
    for position, names in enumerate(shuffles):
        order = generator.permutation(n)
        for name in names:
            moved.setdefault(name, usual.copy())[position * n : (position + 1) * n] = order
    for name, order in moved.items():
        changed[name] = frame[name].array.take(order)
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
        repeats=repeats,
    )


def importance_chart(importance: Importance, *, measure: Text, total: int) -> BarChart:
    """The most important features as bars; ``measure`` names the loss, ``total`` counts the rows judged."""
    known: dict[str, Value | Text | str | int | float] = {
        "measure": measure,
        "rows": amount(importance.rows),
        "times": importance.repeats,
        "total": amount(total),
    }
    kind = "x" if importance.rows >= total else "x_sampled"
    return BarChart(
        code="importance",
        x_label=Text(f"verification.chart.importance.{kind}", known),
        names=importance.names[:SHOWN],
        values=_rounded(importance.values),
        low=_rounded(importance.low),
        high=_rounded(importance.high),
    )


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(float(f"{v:.6g}") for v in values[:SHOWN])
