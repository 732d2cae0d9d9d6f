"""Whether more rows would help: the chosen kind fitted on smaller parts of each fold's rows, and a law through that.

The fits are orders as those of the search are, kept and carried out in the same way. They don't touch the model, so a
version is reproduced without them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.jobs.asking import is_asked_to_finish
from app.jobs.contract import Context, Progress
from app.jobs.forks import Pool
from app.learning.choosing import Winner
from app.learning.estimators.kind import EstimatorKind
from app.learning.search.checkpoint import Checkpoint
from app.learning.search.data import LearningData
from app.learning.search.engine import Search
from app.learning.search.records import CurveGain, LearningCurve, Spent
from app.learning.search.strategy import Proposal, fit_cost
from app.learning.search.trials import Trial
from app.statistics.power_law import fit_power_law
from app.text.message import Text

_PARTS = ((2, 4, 8), (4, 8, 16), (8, 16, 32))
"""Of the rows, one by so many: the first that cost little enough."""
_FEWEST_ROWS = 40
"""That anything is learned from."""
_DRAWN = 24


class _Fractions(Search):
    """Carries out the fits of a curve; the leaderboard stays as it is."""

    def publish(self) -> None:
        """They are no candidates."""

    def _report(self, fit: object) -> None:
        self._context.report(Progress(step=Text("learning.step.curve"), done=0.98, total=1.0))


class _Once:
    """All fits in one round."""

    stop = ""
    likely: Sequence[Trial] = ()

    def __init__(self, proposals: Sequence[Proposal]) -> None:
        self._proposals = proposals

    def propose(self, number: int, told: Sequence[Trial]) -> Sequence[Proposal]:
        """Nothing after the first."""
        return () if number else self._proposals

    def survives(self, trial: Trial, told: Sequence[Trial]) -> bool:
        """Nothing is screened."""
        return True

    def total_work(self) -> float:
        """Nothing beyond what is proposed."""
        return 0.0


def learning_curve(
    context: Context,
    winner: Winner,
    data: LearningData,
    *,
    metric: str,
    pool: Pool,
    checkpoint: Checkpoint,
    most_s: float,
    deadline: float | None,
) -> tuple[LearningCurve, Spent]:
    """The curve of the chosen candidate, or of the heaviest member of a mean, and what it took. Closes the pool.

    Parameters
    ----------
    most_s
        Seconds of a processor that it may take, as foretold; otherwise it is left out.
    """
    trial = max(winner.members, key=lambda member: (member[1], member[0].mean))[0]
    curve = LearningCurve(estimator=trial.kind.id, metric=metric)
    rows = _rows(trial, data)
    smaller = [[rows // part for part in parts] for parts in _PARTS if rows // parts[-1] >= _FEWEST_ROWS]
    affordable = [sizes for sizes in smaller if _cost(trial, data, sizes) <= most_s]
    asked = is_asked_to_finish(context.staging)
    if asked or len(data.folds) < 2 or not affordable:
        pool.close()
        reason = "asked" if asked else "costly" if smaller else "few_rows"
        return _without(curve, f"learning.curve.{reason}"), Spent()
    proposals = [Proposal(kind=trial.kind, params=trial.params, rows=size) for size in sorted(affordable[0])]
    search = _Fractions(
        context,
        data,
        metric=metric,
        strategy=_Once(proposals),
        pool=pool,
        checkpoint=checkpoint,
        deadline=deadline,
    )
    search.run()
    fitted = [*search.trials, trial]
    if not all(one.done and not np.isnan(one.mean) for one in fitted):
        return _without(curve, "learning.curve.unfinished"), search.spent()
    return _drawn(curve, fitted, [*(p.rows for p in proposals), rows], data, trial.kind), search.spent()


def _without(curve: LearningCurve, reason: str) -> LearningCurve:
    return LearningCurve(estimator=curve.estimator, metric=curve.metric, reason=Text(reason))


def _rows(trial: Trial, data: LearningData) -> int:
    return min(data.fold_size.rows, trial.rows or data.fold_size.rows, trial.kind.most_rows)


def _cost(trial: Trial, data: LearningData, sizes: Sequence[int]) -> float:
    return len(data.folds) * sum(fit_cost(trial.kind, trial.params, data.fold_size, rows=size) for size in sizes)


def _drawn(
    curve: LearningCurve, fitted: Sequence[Trial], sizes: Sequence[int], data: LearningData, kind: EstimatorKind
) -> LearningCurve:
    top = 0.0 if curve.metric.startswith("neg_") else 1.0
    scores = np.array([[one.scores[fold] for one in fitted] for fold in range(len(data.folds))])
    rows = np.array(sizes, dtype=np.float64)
    law = fit_power_law(rows, top - scores, test_share=data.test_share, seed=data.seed)
    now = min(len(data.rows), fitted[-1].rows or len(data.rows), kind.most_rows)
    gain = law.gain(now, 2 * now)
    at = np.geomspace(rows[0], 2 * now, _DRAWN)
    middle, low, high = law.band(at)
    return LearningCurve(
        estimator=curve.estimator,
        metric=curve.metric,
        rows=tuple(sizes),
        values=tuple(float(value) for value in scores.mean(axis=0)),
        fitted_rows=tuple(float(value) for value in at),
        fitted=tuple(float(value) for value in top - middle),
        low=tuple(float(value) for value in top - high),
        high=tuple(float(value) for value in top - low),
        gain=CurveGain(rows=now, value=gain.value or 0.0, low=gain.low or 0.0, high=gain.high or 0.0),
    )
