"""Cross-validation of every candidate through one loop, each fit in a killable process."""

from __future__ import annotations

import gc
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from app.jobs.contract import Context, Progress
from app.jobs.forks import FitFailure, run_forked
from app.learning.estimators.catalogue import EstimatorKind, Params
from app.learning.estimators.preparation import shape_of
from app.learning.matrix import FrameColumn
from app.learning.model import fold_predictions
from app.learning.records import Candidate, Leaderboard, Task
from app.learning.scoring import estimate, score
from app.learning.splits.splitting import Hashes, Sealed
from app.text.message import Text

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class LearningData:
    """The training rows, and the guard over those that aren't.

    Attributes
    ----------
    frame, values, rows, units
        A row each: features, target, position in the dataset's table, hash of what stays together.
    folds
        Pairs of positions in ``frame``: fitted on, scored on.
    """

    task: Task
    classes: int
    frame: pd.DataFrame
    columns: tuple[FrameColumn, ...]
    values: Floats
    rows: Integers
    units: Hashes
    folds: tuple[tuple[Integers, Integers], ...]
    sealed: Sealed
    seed: int

    @property
    def test_share(self) -> float:
        """Rows scored by rows fitted on, averaged over folds."""
        return float(np.mean([len(scored) / len(fitted) for fitted, scored in self.folds]))


def fit(kind: EstimatorKind, params: Params, data: LearningData, positions: Integers) -> Pipeline:
    """Fit one candidate on some training rows. Every fit of the program goes through here, and so past the guard.

    The caller has limited BLAS and OpenMP to one thread (:func:`app.learning.training.train`): forks inherit that.
    """
    data.sealed.check(data.rows[positions])
    if len(positions) > kind.most_rows:
        order = np.argsort(data.units[positions], kind="stable")
        positions = np.sort(positions[order[: kind.most_rows]])
    pipeline = kind.build(data.task, shape_of(data.columns, len(positions)), params, data.seed)
    values = data.values[positions]
    target = values if data.task is Task.REGRESSION else values.astype(np.int64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline.fit(data.frame.iloc[positions], target)
    return pipeline


class FoldAnswer(msgspec.Struct, frozen=True):
    """What a fold's process sends home: predictions of the rows that it didn't see, as float64 bytes."""

    predictions: bytes
    seconds: float


@dataclass(kw_only=True)
class Trial:
    """A candidate while it is tried. ``predictions`` are out of fold; NaN where no fold scored the row."""

    kind: EstimatorKind
    params: Params
    predictions: Floats
    scores: dict[int, float] = field(default_factory=dict)
    seconds: float = 0.0
    failure: Text | None = None
    folds: int = 0

    @property
    def done(self) -> bool:
        return self.failure is None and len(self.scores) == self.folds

    @property
    def mean(self) -> float:
        return float(np.mean([self.scores[f] for f in sorted(self.scores)])) if self.scores else float("nan")

    def candidate(self, metric: str, test_share: float) -> Candidate:
        """As a row of the leaderboard."""
        scores = tuple(self.scores[f] for f in sorted(self.scores))
        state = "done" if self.done else "failed" if self.failure else "running" if scores else "waiting"
        return Candidate(
            estimator=self.kind.id,
            params=dict(self.params),
            cv={metric: estimate(scores, test_share=test_share, metric=metric)} if scores and not self.failure else {},
            seconds=round(self.seconds, 3),
            complexity=self.kind.complexity,
            state=state,
            remark=self.failure,
            folds=tuple(s for s in scores if not np.isnan(s)),
        )


class _TimeUp(Exception):
    """The time limit is reached."""


class Search:
    """Tries candidates fold by fold, and publishes the leaderboard as it fills."""

    def __init__(
        self, context: Context, data: LearningData, *, metric: str, processors: int, deadline: float | None
    ) -> None:
        self.trials: list[Trial] = []
        self._context = context
        self._data = data
        self._metric = metric
        self._processors = processors
        self._deadline = deadline

    def run(self, candidates: Sequence[tuple[EstimatorKind, Params]]) -> None:
        """Try every candidate; one that fails costs itself only. Stops in time for the last refit."""
        width, folds = max(1, self._data.classes), len(self._data.folds)
        for kind, params in candidates:
            empty = np.full((len(self._data.rows), width), np.nan)
            self.trials.append(Trial(kind=kind, params=params, predictions=empty, folds=folds))
        tasks = [(trial, fold) for trial in self.trials for fold in range(folds)]
        began = time.monotonic()
        work = run_forked(
            [self._fold(trial, fold) for trial, fold in tasks],
            processors=self._processors,
            check_cancelled=self._check,
        )
        gc.freeze()  # a collection in a fork would copy every page of what is there already
        try:
            for count, (position, answer) in enumerate(work, start=1):
                trial, fold = tasks[position]
                self._take(trial, fold, answer)
                self._report(trial, fold, count, len(tasks), time.monotonic() - began)
        except _TimeUp:
            for trial in self.trials:
                if not trial.done and trial.failure is None:
                    trial.failure = Text("learning.remark.no_time")
        finally:
            work.close()  # type: ignore[attr-defined]
            gc.unfreeze()
        self.publish()

    def _check(self) -> None:
        self._context.check_cancelled()
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise _TimeUp

    def _fold(self, trial: Trial, fold: int) -> Callable[[], bytes]:
        data = self._data

        def work() -> bytes:
            began = time.perf_counter()
            fitted, scored = data.folds[fold]
            pipeline = fit(trial.kind, trial.params, data, fitted)
            predictions = fold_predictions(pipeline, data.frame.iloc[scored], classes=data.classes)
            return msgspec.msgpack.encode(FoldAnswer(predictions.tobytes(), time.perf_counter() - began))

        return work

    def _take(self, trial: Trial, fold: int, answer: bytes | FitFailure) -> None:
        if isinstance(answer, FitFailure):
            trial.seconds += answer.elapsed_s
            trial.failure = trial.failure or Text(answer.failure.code, {**answer.failure.params})
            return
        found = msgspec.msgpack.decode(answer, type=FoldAnswer)
        scored = self._data.folds[fold][1]
        predictions = np.frombuffer(found.predictions, dtype=np.float64).reshape(len(scored), -1)
        trial.predictions[scored] = predictions
        trial.seconds += found.seconds
        trial.scores[fold] = score(self._data.task, self._metric, self._data.values[scored], predictions)

    def _report(self, trial: Trial, fold: int, count: int, total: int, elapsed_s: float) -> None:
        step = Text(
            "learning.step.fold",
            {"estimator": Text(f"learning.estimator.{trial.kind.id}"), "fold": fold + 1, "folds": trial.folds},
        )
        remaining = elapsed_s / count * (total - count)
        if self._deadline is not None:
            remaining = min(remaining, max(0.0, self._deadline - time.monotonic()))
        self._context.report(Progress(step=step, done=count, total=total + 1, remaining_s=remaining))
        self.publish()

    def publish(self) -> None:
        """Hand out the leaderboard as it stands."""
        self._context.publish(
            "leaderboard", Leaderboard(metric=self._metric, candidates=self.leaderboard(), task=self._data.task)
        )

    def leaderboard(self) -> tuple[Candidate, ...]:
        """Every candidate, best first, those without a score last."""
        ordered = sorted(self.trials, key=_rank)
        return tuple(trial.candidate(self._metric, self._data.test_share) for trial in ordered)

    def finished(self) -> list[Trial]:
        """The trials with a score in every fold, best first; of equals, the simpler."""
        return [trial for trial in sorted(self.trials, key=_rank) if trial.done and not np.isnan(trial.mean)]


def _rank(trial: Trial) -> tuple[int, float, int]:
    scored = trial.failure is None and bool(trial.scores) and not np.isnan(trial.mean)
    return (0 if trial.done else 1 if scored else 2, -trial.mean if scored else 0.0, trial.kind.complexity)
