"""A candidate while it is tried, and how candidates are ordered."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.learning.estimators.kind import EstimatorKind, Params
from app.learning.records import Candidate, Task
from app.learning.scoring import SQUARED, estimate
from app.learning.search.data import LearningData
from app.learning.search.records import EVERY_ROW, Tried
from app.statistics.statistic import heavy_tails
from app.text.message import Text

Floats = NDArray[np.float64]


@dataclass(kw_only=True, eq=False)
class Trial:
    """A candidate while it is tried.

    Attributes
    ----------
    predictions
        For each fold that was fitted, shape (rows that it holds out, k).
    rows
        Learned from a sample of so many; 0 is all.
    round
        In which round it was proposed.
    left
        Why it isn't finished although nothing failed, a message id.
    at_s
        When its last fit was done, in seconds after the search began.
    """

    kind: EstimatorKind
    params: Params
    folds: int
    rows: int = EVERY_ROW
    round: int = 0
    predictions: dict[int, Floats] = field(default_factory=dict)
    scores: dict[int, float] = field(default_factory=dict)
    seconds: float = 0.0
    cpu_s: float = 0.0
    memory_mb: float = 0.0
    failure: Text | None = None
    left: str = ""
    at_s: float = 0.0
    _heavy: tuple[int, bool] = (0, False)

    @property
    def done(self) -> bool:
        return self.failure is None and len(self.scores) == self.folds

    @property
    def mean(self) -> float:
        return float(np.mean([self.scores[f] for f in sorted(self.scores)])) if self.scores else float("nan")

    @property
    def deviation(self) -> float:
        """Of its scores over folds; 0 where there is one only."""
        scores = [self.scores[f] for f in sorted(self.scores)]
        return float(np.std(scores, ddof=1)) if len(scores) > 1 else 0.0

    @property
    def standard_error(self) -> float:
        """Of the mean over folds."""
        return self.deviation / math.sqrt(max(1, len(self.scores)))

    def out_of_fold(self, data: LearningData) -> Floats:
        """Predictions of every training row, shape (n, k); NaN where no fold scored it."""
        found = np.full((len(data.rows), max(1, data.classes)), np.nan)
        for fold, predictions in self.predictions.items():
            found[data.folds[fold][1]] = predictions
        return found

    def heavy(self, data: LearningData) -> bool:
        """Whether a few rows make up the mean of its squared errors; those of the folds so far, counted once each."""
        if data.task is not Task.REGRESSION or not self.predictions:
            return False
        folds = len(self.predictions)
        if self._heavy[0] != folds:
            found = self.out_of_fold(data)[:, 0]
            self._heavy = folds, heavy_tails((data.values - found)[~np.isnan(found)])
        return self._heavy[1]

    def candidate(self, metric: str, data: LearningData) -> Candidate:
        """As a row of the leaderboard."""
        scores, cv = tuple(self.scores[f] for f in sorted(self.scores)), {}
        if scores and not self.failure:
            heavy = metric in SQUARED and self.heavy(data)
            cv[metric] = estimate(scores, test_share=data.test_share, metric=metric, heavy=heavy)
        state = "done" if self.done else "failed" if self.failure else "left" if self.left else "waiting"
        if state == "waiting" and scores:
            state = "running"
        return Candidate(
            estimator=self.kind.id,
            params=dict(self.params),
            cv=cv,
            seconds=round(self.seconds, 3),
            cpu_s=round(self.cpu_s, 3),
            memory_mb=round(self.memory_mb, 1),
            complexity=self.kind.complexity,
            state=state,
            remark=self.failure or (Text(self.left) if self.left else None),
            folds=tuple(s for s in scores if not np.isnan(s)),
            rows=self.rows,
            at_s=round(self.at_s, 2),
            exports=tuple(sorted(self.kind.exports)),
        )

    def tried(self) -> Tried:
        """As a line of the executed plan."""
        return Tried(
            estimator=self.kind.id,
            params=dict(self.params),
            folds=tuple(sorted(self.scores)),
            round=self.round,
            rows=self.rows,
            left=self.failure.id if self.failure else self.left,
        )


def ranked(trials: Iterable[Trial]) -> list[Trial]:
    """Best first; those without a score in every fold after those with one, of equals the simpler first."""
    return sorted(trials, key=_rank)


def finished(trials: Iterable[Trial]) -> list[Trial]:
    """The trials with a score in every fold, best first."""
    return [trial for trial in ranked(trials) if trial.done and not np.isnan(trial.mean)]


def _rank(trial: Trial) -> tuple[int, float, int]:
    scored = trial.failure is None and bool(trial.scores) and not np.isnan(trial.mean)
    return (0 if trial.done else 1 if scored else 2, -trial.mean if scored else 0.0, trial.kind.complexity)
