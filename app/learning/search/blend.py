"""A weighted mean of the best candidates, chosen over their out-of-fold predictions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.learning.estimators.catalogue import ENSEMBLE, EstimatorKind, Params
from app.learning.estimators.linear import baseline
from app.learning.records import Task
from app.learning.scoring import score
from app.learning.search.data import LearningData
from app.learning.search.trials import Trial

Members = tuple[tuple[Trial, int], ...]
Floats = NDArray[np.float64]

_ROWS, _ROUGH_ROWS = 20_000, 4_000
_LEAST_GAIN = 0.1
_SAME_KIND = 4
_LEVEL = 6

KIND = EstimatorKind(id=ENSEMBLE, tasks=frozenset(Task), build=baseline, complexity=4)
"""How an ensemble shows on the leaderboard; it is never built from parameters."""


def blend(
    trials: Sequence[Trial],
    data: LearningData,
    metric: str,
    *,
    thrifty: bool = False,
    rough: bool = False,
    most: int = 6,
    pool: int = 6,
) -> tuple[Trial, Members] | None:
    """The best weighted mean of finished trials, as a trial of its own, with its members and their weights.

    Members are added one by one, with repetition, as long as the score over all folds gains (R. Caruana et al.,
    "Ensemble selection from libraries of models", ICML 2004).

    Parameters
    ----------
    trials
        Finished, best first.
    thrifty
        A candidate that isn't a member yet must gain more than a tenth of the best one's standard error: it makes the
        model larger and slower.
    rough
        Look at fewer rows: for a decision on the way.
    most, pool
        How many members there may be, and among how many candidates they are chosen.

    Returns
    -------
    tuple or None
        None where no mean beats a single candidate.
    """
    able = _able(trials, 10 if rough else pool)
    if len(able) < 2:
        return None
    scale = _Scale(able, data, metric, _ROUGH_ROWS if rough else _ROWS)
    weights: Counter[int] = Counter()
    least = _LEAST_GAIN * able[0].standard_error if thrifty else 0.0
    best = -np.inf  # whoever comes first is better than nothing
    for _round in range(3 * most):
        scores = [scale.with_one(n) if weights[n] or len(weights) < most else -np.inf for n in range(len(able))]
        gains = [s - best - (0.0 if weights[n] or not weights else least) for n, s in enumerate(scores)]
        chosen = int(np.argmax(gains))
        if not gains[chosen] > 0:
            break
        best = scores[chosen]
        weights[chosen] += 1
        scale.take(chosen)
    if len(weights) < 2:
        return None
    return _mixed(tuple((able[position], weights[position]) for position in sorted(weights)), data, metric)


def level_mean(trials: Sequence[Trial], data: LearningData, metric: str) -> tuple[Trial, Members] | None:
    """The plain mean of kinds that can't be told apart: of each the best, where it lies within a standard error of the
    best of all.

    With few rows, weights that were chosen follow chance, and equal ones predict better (J. Smith and K. F. Wallis, "A
    simple explanation of the forecast combination puzzle", Oxford Bulletin of Economics and Statistics 71, 2009). With
    many rows nothing else is that near to the best. Only for probabilities: amounts that one member extrapolates far
    from the others would spoil a plain mean.

    Parameters
    ----------
    trials
        Finished, best first.

    Returns
    -------
    tuple or None
        The mean with its members; None where there are fewer than two such kinds, or for amounts.
    """
    if data.task is Task.REGRESSION or not trials:
        return None
    least = trials[0].mean - trials[0].standard_error
    firsts = {trial.kind.id: trial for trial in reversed(trials)}
    near = [trial for trial in trials if firsts[trial.kind.id] is trial and trial.mean >= least][:_LEVEL]
    return _mixed(tuple((trial, 1) for trial in near), data, metric) if len(near) > 1 else None


def _mixed(members: Members, data: LearningData, metric: str) -> tuple[Trial, Members]:
    named: Params = {f"member{n}": f"{trial.kind.id} x {weight}" for n, (trial, weight) in enumerate(members)}
    return mean_of(members, data, metric, kind=KIND, params=named), members


def _able(trials: Sequence[Trial], pool: int) -> list[Trial]:
    """The best, but not too many that are alike."""
    able: list[Trial] = []
    kinds: Counter[str] = Counter()
    for trial in trials:
        kinds[trial.kind.id] += 1
        if kinds[trial.kind.id] <= _SAME_KIND and len(able) < pool:
            able.append(trial)
    return able


class _Scale:
    """The score of a growing mean."""

    def __init__(self, able: Sequence[Trial], data: LearningData, metric: str, rows: int) -> None:
        self._data, self._metric = data, metric
        most = rows // len(data.folds)
        steps = [1 + len(scored) // max(1, most) for _, scored in data.folds]
        self._truth = [data.values[s][::k] for (_, s), k in zip(data.folds, steps, strict=True)]
        self._parts = [[t.predictions[f][::k] for f, k in enumerate(steps)] for t in able]
        self._sums: list[Floats] = [np.zeros_like(part) for part in self._parts[0]]
        self._size = 0

    def with_one(self, n: int) -> float:
        """The mean score over folds, if candidate ``n`` were added."""
        task, size = self._data.task, self._size + 1
        found = [
            score(task, self._metric, truth, (total + part) / size)
            for truth, total, part in zip(self._truth, self._sums, self._parts[n], strict=True)
        ]
        return float(np.mean(found))

    def take(self, n: int) -> None:
        """Add candidate ``n``."""
        self._sums = [total + part for total, part in zip(self._sums, self._parts[n], strict=True)]
        self._size += 1


def mean_of(members: Members, data: LearningData, metric: str, *, kind: EstimatorKind, params: Params) -> Trial:
    """The weighted mean of finished trials, as a trial of its own."""
    total = float(sum(weight for _, weight in members))
    mixed = {
        fold: np.sum([weight * trial.predictions[fold] for trial, weight in members], axis=0) / total
        for fold in range(len(data.folds))
    }
    scores = {f: score(data.task, metric, data.values[s], mixed[f]) for f, (_, s) in enumerate(data.folds)}
    exports = frozenset.intersection(*(trial.kind.exports for trial, _ in members))
    return Trial(
        kind=replace(kind, exports=exports),
        params=params,
        predictions=mixed,
        scores=scores,
        seconds=sum(trial.seconds for trial, _ in members),
        cpu_s=sum(trial.cpu_s for trial, _ in members),
        memory_mb=max(trial.memory_mb for trial, _ in members),
        folds=len(data.folds),
        at_s=max(trial.at_s for trial, _ in members),
    )
