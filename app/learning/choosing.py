"""The model that comes of a search: the best candidate, or the mean of several, fitted on every training row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.errors import CicloError, worded
from app.jobs.contract import Context, Progress
from app.jobs.forks import FitFailure, Pool
from app.learning.estimators import combined
from app.learning.estimators.catalogue import ENSEMBLE
from app.learning.model import open_pipeline, save_model
from app.learning.records import Preset, Taken
from app.learning.search.blend import Members, blend, level_mean
from app.learning.search.data import LearningData
from app.learning.search.records import Answered, ExecutedPlan, Member, RefitOrder, Spent
from app.learning.search.strategy import refit_rows
from app.learning.search.trials import Trial, finished
from app.project.durable import writing
from app.text.message import Text, plain

_WAIT_S = 0.05
_MOST = {Preset.QUICK: 6, Preset.BALANCED: 10, Preset.THOROUGH: 14}
_POOL = {Preset.QUICK: 6, Preset.BALANCED: 24, Preset.THOROUGH: 32}


@dataclass(frozen=True, kw_only=True)
class Winner:
    """The chosen trial; an ensemble has several members."""

    trial: Trial
    members: Members


def choose(
    trials: Sequence[Trial], data: LearningData, metric: str, *, preset: Preset, taken: Taken | None = None
) -> Winner:
    """The best finished candidate, or the mean of several: of kinds that can't be told apart the plain one, else the
    one that the folds weigh (:mod:`~app.learning.search.blend`).

    What models are only compared with is never chosen; nothing else than what was ``taken`` by hand is.

    Raises
    ------
    CicloError
        ``learning.nothing_finished``, or ``learning.nothing_fitted`` with the first reason.
    """
    learned = [t for t in finished(trials) if not t.kind.reference and (taken is None or _is(t, taken))]
    if not learned:
        failed = next((trial.failure for trial in trials if trial.failure), None)
        failed = None if any(trial.left for trial in trials) else failed
        raise CicloError("learning.nothing_finished") if failed is None else _nothing_fitted(failed)
    winner = Winner(trial=learned[0], members=((learned[0], 1),))
    if taken is not None:
        return winner
    thrifty = preset is Preset.QUICK
    mixed = None if thrifty else level_mean(learned, data, metric)
    if mixed is None or mixed[0].mean <= winner.trial.mean:
        mixed = blend(learned, data, metric, thrifty=thrifty, most=_MOST[preset], pool=_POOL[preset])
    if mixed is not None and mixed[0].mean > winner.trial.mean:
        mixed[0].at_s = max(trial.at_s for trial in trials)
        winner = Winner(trial=mixed[0], members=mixed[1])
    return winner


def _is(trial: Trial, taken: Taken) -> bool:
    return trial.kind.id == taken.estimator and dict(trial.params) == taken.params


def _nothing_fitted(failed: Text) -> CicloError:
    reason = {name: plain(value) for name, value in failed.params.items()}
    return CicloError("learning.nothing_fitted", **{**reason, "reason": worded(failed.id)})


def executed(
    trials: Sequence[Trial], winner: Winner, data: LearningData, *, stop: str, resumed: int = 0
) -> ExecutedPlan:
    """What was done, as it can be done again."""
    place = {id(trial): position for position, trial in enumerate(trials)}
    return ExecutedPlan(
        tried=tuple(trial.tried() for trial in trials if trial.kind.id != ENSEMBLE),
        members=tuple(Member(candidate=place[id(trial)], weight=weight) for trial, weight in winner.members),
        seed=data.seed,
        folds=len(data.folds),
        stop=stop,
        rounds=max((trial.round for trial in trials), default=-1) + 1,
        resumed=resumed,
    )


def refit(context: Context, winner: Winner, data: LearningData, path: Path, *, preset: Preset, pool: Pool) -> Spent:
    """Fit the members of the winner on all training rows, each in a process of its own, and write the model's file."""
    name = Text(f"learning.estimator.{winner.trial.kind.id}")
    context.report(Progress(step=Text("learning.step.refit", {"estimator": name}), done=0.99, total=1.0))
    places = {}
    for position, (trial, _weight) in enumerate(winner.members):
        rows = refit_rows(trial, data, preset)
        order = RefitOrder(estimator=trial.kind.id, params=dict(trial.params), rows=rows)
        places[pool.submit(msgspec.msgpack.encode(order))] = position
    answers: dict[int, Answered] = {}
    try:
        while len(answers) < len(places):
            context.check_cancelled()
            for number, answer in pool.collect(_WAIT_S):
                if isinstance(answer, FitFailure):
                    raise CicloError(answer.failure.code, **answer.failure.params)
                answers[places[number]] = msgspec.msgpack.decode(answer, type=Answered)
    finally:
        pool.close()
    _write([answers[n].result for n in range(len(answers))], winner, data, path)
    return Spent(
        seconds=sum(a.seconds for a in answers.values()),
        cpu_s=sum(a.cpu_s for a in answers.values()),
        memory_mb=max(a.memory_mb for a in answers.values()),
        fits=len(answers),
    )


def notes_on_sample(winner: Winner, data: LearningData, preset: Preset) -> tuple[Text, ...]:
    """Which parts of the model learned from a sample of the rows, and of how many."""
    every = data.whole_size.rows
    learned = {
        trial.kind.id: min(refit_rows(trial, data, preset) or every, trial.kind.most_rows)
        for trial, _ in winner.members
    }
    return tuple(
        Text("learning.note.sample", {"estimator": Text(f"learning.estimator.{kind}"), "n": rows, "every": every})
        for kind, rows in learned.items()
        if rows < every
    )


def _write(files: Sequence[bytes], winner: Winner, data: LearningData, path: Path) -> None:
    if len(files) == 1:
        with writing(path):
            path.write_bytes(files[0])
        return
    fitted = [open_pipeline(file) for file in files]
    save_model(combined.ensemble(data.task, fitted, [weight for _, weight in winner.members]), path)
