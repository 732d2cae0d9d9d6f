"""A weighted mean of the best candidates, chosen over their out-of-fold predictions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.learning.estimators.catalogue import ENSEMBLE, EstimatorKind
from app.learning.estimators.families import baseline
from app.learning.records import Task
from app.learning.scoring import score
from app.learning.search.trials import LearningData, Trial

MOST_MEMBERS = 6
ROUNDS = 12
_ROWS = 20_000
_LEAST_GAIN = 0.1

KIND = EstimatorKind(id=ENSEMBLE, tasks=frozenset(Task), build=baseline, complexity=4, quick=())
"""How an ensemble shows on the leaderboard; it is never built from parameters."""


def blend(
    trials: Sequence[Trial], data: LearningData, metric: str, *, thrifty: bool = False
) -> tuple[Trial, tuple[tuple[Trial, int], ...]] | None:
    """The best weighted mean of finished trials, as a trial of its own, with its members and their weights.

    Members are added one by one, with repetition, as long as the score over all folds gains (R. Caruana et al.,
    "Ensemble selection from libraries of models", ICML 2004). With ``thrifty``, a candidate that isn't a member yet
    must gain more than a tenth of the best one's standard error: it makes the model larger and slower. None where no
    mean beats a single candidate.
    """
    pool = list(trials[:MOST_MEMBERS])
    if len(pool) < 2:
        return None
    folds = [_thinned(scored) for _, scored in data.folds]
    weights: Counter[int] = Counter()
    least = _LEAST_GAIN * _standard_error(pool[0]) if thrifty else 0.0
    total, best = np.zeros_like(pool[0].predictions), -np.inf  # whoever comes first is better than nothing
    for size in range(1, ROUNDS + 1):
        scores = [_mean_score((total + t.predictions) / size, data, folds, metric) for t in pool]
        gains = [s - best - (0.0 if weights[n] or not weights else least) for n, s in enumerate(scores)]
        chosen = int(np.argmax(gains))
        if gains[chosen] <= 0:
            break
        best = scores[chosen]
        weights[chosen] += 1
        total = total + pool[chosen].predictions
    if len(weights) < 2:
        return None
    members = tuple((pool[position], weights[position]) for position in sorted(weights))
    return _trial(members, data, metric), members


def _standard_error(trial: Trial) -> float:
    """Of the mean over folds; 0 where there is one fold only."""
    scores = list(trial.scores.values())
    return float(np.std(scores, ddof=1)) / len(scores) ** 0.5 if len(scores) > 1 else 0.0


def _thinned(scored: NDArray[np.int64]) -> NDArray[np.int64]:
    return scored[:: 1 + len(scored) // _ROWS]


def _mean_score(
    predictions: NDArray[np.float64], data: LearningData, folds: Sequence[NDArray[np.int64]], metric: str
) -> float:
    return float(np.mean([score(data.task, metric, data.values[f], predictions[f]) for f in folds]))


def _trial(members: tuple[tuple[Trial, int], ...], data: LearningData, metric: str) -> Trial:
    total = float(sum(weight for _, weight in members))
    predictions = sum(
        (weight * trial.predictions for trial, weight in members), np.zeros_like(members[0][0].predictions)
    )
    mixed = predictions / total
    scores = {f: score(data.task, metric, data.values[s], mixed[s]) for f, (_, s) in enumerate(data.folds)}
    params = {f"member{n}": f"{trial.kind.id} x {weight}" for n, (trial, weight) in enumerate(members)}
    return Trial(
        kind=KIND,
        params=params,
        predictions=mixed,
        scores=scores,
        seconds=sum(trial.seconds for trial, _ in members),
        folds=len(data.folds),
    )
