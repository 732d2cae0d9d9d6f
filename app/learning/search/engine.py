"""Cross-validation of every candidate through one loop: rounds are opened, their fits carried out, and told in order.

Which fits count never depends on which processor was first: a round is told when all of it is there, and rounds are
told in their order. Only a limit of time looks at the clock; what it let through stands in the executed plan, and
:class:`~app.learning.search.replaying.Replayed` carries out exactly that.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from app.jobs.asking import is_asked_to_finish, running_now
from app.jobs.contract import Context, Progress
from app.jobs.forks import Answer, FitFailure, Pool
from app.learning.estimators.references import RULE
from app.learning.records import Candidate, Leaderboard
from app.learning.scoring import score
from app.learning.search.champion import Champion, as_trial
from app.learning.search.checkpoint import Checkpoint
from app.learning.search.data import Floats, LearningData, stated_predictions
from app.learning.search.records import Answered, FoldOrder, Spent
from app.learning.search.remaining import seconds_left, work_left
from app.learning.search.strategy import Proposal, Strategy
from app.learning.search.trials import Trial, ranked
from app.text.message import Text

_WAIT_S = 0.05
_OPEN = 2
"""Rounds that are under way at the same time."""


@dataclass(eq=False)
class _Round:
    number: int
    trials: list[Trial]
    screened: list[Trial]
    waiting: int = 0
    decided: bool = False


@dataclass
class _Fit:
    round: _Round
    trial: Trial
    fold: int
    order: bytes


class _Enough(Exception):
    """The search ends before its strategy does: ``stop`` says why, ``left`` why a candidate isn't finished."""

    def __init__(self, *, stop: str, left: str) -> None:
        super().__init__(stop)
        self.stop, self.left = stop, left


class Search:
    """Tries candidates fold by fold, and publishes the leaderboard as it fills."""

    def __init__(
        self,
        context: Context,
        data: LearningData,
        *,
        metric: str,
        strategy: Strategy,
        pool: Pool,
        checkpoint: Checkpoint | None = None,
        deadline: float | None = None,
        champion: Champion | None = None,
    ) -> None:
        self.trials: list[Trial] = []
        self.stop = ""
        self.resumed = 0
        self._context, self._data, self._metric = context, data, metric
        self._strategy, self._pool, self._checkpoint = strategy, pool, checkpoint
        self._deadline, self._champion = deadline, champion
        self._compared: Trial | None = None
        self._rounds: list[_Round] = []
        self._told = 0
        self._over = False
        self._running: dict[int, _Fit] = {}
        self._began = self._now()
        self._resumed_s = 0.0
        self._done = 0

    def run(self) -> None:
        """Try candidates until the strategy has no more; one that fails costs itself only."""
        gc.freeze()  # a collection in a fork would copy every page of what is there already
        try:
            self._open()
            while self._running:
                self._check()
                for number, answer in self._pool.collect(_WAIT_S):
                    fit = self._running.pop(number)
                    self._keep(fit, answer)
                    self._take(fit, answer)
                    self._report(fit)
            self.stop = self._strategy.stop
        except _Enough as enough:
            self.stop = enough.stop
            for trial in self.trials:
                if not trial.done and trial.failure is None and not trial.left:
                    trial.left = enough.left
        finally:
            self._pool.close()
            gc.unfreeze()
        self.publish()

    def _check(self) -> None:
        self._context.check_cancelled()
        if self._deadline is not None and self._now() > self._deadline - self._reserve():
            raise _Enough(stop="learning.stop.time", left="learning.remark.no_time")
        found = any(trial.done and not trial.kind.reference for trial in self.trials)
        if found and is_asked_to_finish(self._context.staging):
            raise _Enough(stop="learning.stop.asked", left="learning.remark.asked")

    def _now(self) -> float:
        """Of a clock that stands still while the job is paused."""
        return running_now(self._context.staging)

    def _elapsed(self) -> float:
        """Seconds since the search began; what an earlier training has already done counts as if it were done now."""
        return self._now() - self._began + self._resumed_s / self._pool.processors

    def _reserve(self) -> float:
        """Seconds that the last fits will take: of the best so far, and of what they would be mixed with, on every row,
        in parallel."""
        best = {id(t): t for t in (*ranked(self.trials)[:5], *self._strategy.likely) if t.done}.values()
        each = [t.seconds / max(1, t.folds) * (1 + self._data.test_share) for t in best]
        return 1.2 * max([*each, sum(each) / self._pool.processors], default=0.0)

    # Rounds

    def _open(self) -> None:
        """Open rounds as long as there may be more; each sees what the rounds before the last one gave."""
        while not self._over and len(self._rounds) - self._told < _OPEN:
            number = len(self._rounds)
            proposals = self._strategy.propose(number, self._trials_before(number - 1))
            self._over = not proposals
            if proposals:
                self._begin(number, proposals)
            self._settle()

    def _trials_before(self, number: int) -> list[Trial]:
        return [trial for trial in self.trials if trial.round < number]

    def _begin(self, number: int, proposals: Sequence[Proposal]) -> None:
        folds = len(self._data.folds)
        made = [
            (Trial(kind=p.kind, params=p.params, folds=folds, rows=p.rows, round=number), p.screened) for p in proposals
        ]
        opened = _Round(number, [trial for trial, _ in made], [trial for trial, screened in made if screened])
        self._rounds.append(opened)
        self.trials += opened.trials
        for trial, screened in made:
            for fold in range(1 if screened else folds):
                self._submit(opened, trial, fold)

    def _submit(self, opened: _Round, trial: Trial, fold: int) -> None:
        if trial.kind is RULE:
            self._told_of(trial, fold, stated_predictions(self._data, fold))
            return
        order = msgspec.msgpack.encode(
            FoldOrder(estimator=trial.kind.id, params=dict(trial.params), fold=fold, rows=trial.rows)
        )
        fit = _Fit(opened, trial, fold, order)
        known = self._checkpoint.get(order) if self._checkpoint is not None else None
        if known is not None:
            self.resumed += 1
            self._resumed_s += known.seconds
            self._store(trial, fold, known)
            return
        opened.waiting += 1
        self._running[self._pool.submit(order)] = fit

    def _settle(self) -> None:
        """Decide about the rounds that have all their fits, in their order, and open the next."""
        for opened in self._rounds[self._told :]:
            if opened.waiting == 0 and not opened.decided:
                self._decide(opened)
        while self._told < len(self._rounds):
            first = self._rounds[self._told]
            if first.waiting or not first.decided:
                return
            self._told += 1

    def _decide(self, opened: _Round) -> None:
        """Of the candidates with one fold: those that are worth it get the others."""
        opened.decided = True
        told = self._trials_before(opened.number - 1)
        for trial in opened.screened:
            if trial.failure is not None:
                continue
            if self._strategy.survives(trial, told):
                for fold in range(1, trial.folds):
                    self._submit(opened, trial, fold)
            else:
                trial.left = "learning.remark.left"

    # Answers

    def _keep(self, fit: _Fit, answer: Answer) -> None:
        if self._checkpoint is not None and isinstance(answer, bytes):
            self._checkpoint.put(fit.order, answer)

    def _take(self, fit: _Fit, answer: Answer) -> None:
        if isinstance(answer, FitFailure):
            fit.trial.seconds += answer.elapsed_s
            fit.trial.failure = fit.trial.failure or Text(answer.failure.code, {**answer.failure.params})
        else:
            self._store(fit.trial, fit.fold, msgspec.msgpack.decode(answer, type=Answered))
        fit.round.waiting -= 1
        self._settle()
        self._open()

    def _store(self, trial: Trial, fold: int, answer: Answered) -> None:
        scored = self._data.folds[fold][1]
        self._told_of(trial, fold, np.frombuffer(answer.result, dtype=np.float64).reshape(len(scored), -1))
        trial.seconds += answer.seconds
        trial.cpu_s += answer.cpu_s
        trial.memory_mb = max(trial.memory_mb, answer.memory_mb)
        self._done += 1

    def _told_of(self, trial: Trial, fold: int, predictions: Floats) -> None:
        truth = self._data.values[self._data.folds[fold][1]]
        trial.predictions[fold] = predictions
        trial.scores[fold] = score(self._data.task, self._metric, truth, predictions)
        trial.at_s = self._elapsed()

    # What is told to others

    def _report(self, fit: _Fit) -> None:
        step = Text(
            "learning.step.fold",
            {
                "estimator": Text(f"learning.estimator.{fit.trial.kind.id}"),
                "fold": fit.fold + 1,
                "folds": fit.trial.folds,
            },
        )
        share, remaining = self._outlook()
        self._context.report(Progress(step=step, done=round(share, 4), total=1.0, remaining_s=remaining))
        self.publish()

    def _outlook(self) -> tuple[float, float | None]:
        """How far the search is, and the seconds that are left: by the work that it means to do, as this machine does
        it, or by the time that it has."""
        meant = self._strategy.total_work()
        done, ahead = work_left(self.trials, self._data.fold_size, meant=0.0 if math.isinf(meant) else meant)
        share = 0.0 if math.isinf(meant) else done / max(done + ahead, 1e-9)
        left = None if math.isinf(meant) else seconds_left(ahead, self._pool.processors) + self._reserve()
        if self._deadline is not None:
            now = self._now()
            share = max(share, (now - self._began) / max(1e-9, self._deadline - self._began))
            left = min(max(0.0, self._deadline - now), math.inf if left is None else left)
        return min(0.99, share), left

    def publish(self) -> None:
        """Hand out the leaderboard as it stands."""
        self._context.publish(
            "leaderboard", Leaderboard(metric=self._metric, candidates=self.leaderboard(), task=self._data.task)
        )

    def leaderboard(self) -> tuple[Candidate, ...]:
        """Every candidate, best first, those without a score last."""
        champion = self.champion()
        shown = [*self.trials, *([champion] if champion is not None else [])]
        return tuple(trial.candidate(self._metric, self._data) for trial in ranked(shown))

    def champion(self) -> Trial | None:
        """The champion on the folds, as soon as everything that it is made of is fitted."""
        if self._compared is None and self._champion is not None:
            self._compared = as_trial(self._champion, self.trials, self._data, self._metric)
        return self._compared

    def spent(self) -> Spent:
        """What all fits took."""
        return Spent(
            seconds=round(sum(t.seconds for t in self.trials), 3),
            cpu_s=round(sum(t.cpu_s for t in self.trials), 3),
            memory_mb=round(max((t.memory_mb for t in self.trials), default=0.0), 1),
            fits=self._done,
        )
