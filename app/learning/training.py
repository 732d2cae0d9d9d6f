"""Training: the next version of a model, from a dataset version."""

from __future__ import annotations

import time
from dataclasses import dataclass
from importlib.metadata import version as library_version
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from threadpoolctl import threadpool_limits

from app.errors import CicloError
from app.jobs.contract import Context, Outcome, Progress
from app.jobs.forks import FitFailure, run_forked
from app.jobs.system import peak_memory_mb, usable_processors
from app.learning.alarms import leak_alarms
from app.learning.columns import choose_columns, propose_columns
from app.learning.estimators import families
from app.learning.estimators.catalogue import BASELINE, portfolio
from app.learning.examination import examine_target, notes_on
from app.learning.matrix import describe_features, feature_frame, frame_columns
from app.learning.model import save_model
from app.learning.records import (
    MODEL,
    Estimate,
    Feature,
    ModelVersion,
    PlannedColumn,
    Preset,
    Split,
    Task,
    TrainAnswer,
    TrainRequest,
)
from app.learning.scoring import THRESHOLD, choose_metric, estimate, metric_names, score
from app.learning.search.blend import blend
from app.learning.search.trials import LearningData, Search, Trial, fit
from app.learning.source import Source, open_source, read_table
from app.learning.splits.records import TwinsFound
from app.learning.splits.splitting import Sealed, split_key
from app.learning.splits.testset import open_test
from app.learning.splits.twin_work import twins_of
from app.learning.splits.work import Divided, choose_scheme, figures_of, make_split
from app.learning.target import Target
from app.project import draft
from app.project.durable import stage_file
from app.project.record import Draft, encode
from app.text.message import Text

_LIBRARIES = ("numpy", "scipy", "pandas", "pyarrow", "scikit-learn", "skops")
_SHARE_FOR_SEARCH = 0.8
"""Of a time limit; the rest is for the refit on all training rows."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A request, checked and read: everything that a training works on."""

    source: Source
    test: Source | None
    target: Target
    columns: tuple[PlannedColumn, ...]
    divided: Divided
    twins: TwinsFound
    features: tuple[Feature, ...]
    data: LearningData
    metric: str


@dataclass(frozen=True, kw_only=True)
class Winner:
    """The chosen trial; an ensemble has several members."""

    trial: Trial
    members: tuple[tuple[Trial, int], ...]


def train(context: Context, request: TrainRequest) -> Outcome:
    """Train the next version of ``request.model``; the hold-out is set aside first and not looked at.

    Raises
    ------
    CicloError
        What is wrong with the request or the data, in one sentence; ``learning.nothing_finished`` where no candidate
        could be fitted in time.
    """
    began = time.monotonic()
    with threadpool_limits(1):
        context.report(Progress(step=Text("learning.step.reading")))
        prepared = prepare(request)
        context.check_cancelled()
        search = _search(context, prepared, request, began)
        winner = choose(search, prepared.data, prepared.metric, thrifty=request.preset is Preset.QUICK)
        _refit(context, winner, prepared.data, context.staging / "model.skops", search)
        context.report(Progress(step=Text("learning.step.checking")))
        body = _body(prepared, request, search, winner, began)
    drafted = _draft(context, prepared, body, winner)
    answer = TrainAnswer(
        task=body.task,
        estimator=body.estimator,
        metric=body.metric,
        cv=body.cv,
        baseline=body.baseline,
        candidates=body.candidates,
        seconds=body.seconds,
        peak_memory_mb=body.peak_memory_mb,
    )
    return Outcome(drafts=(drafted,), answer=msgspec.Raw(encode(answer)))


def prepare(request: TrainRequest) -> Prepared:
    """Read and check what a request asks for, and set the hold-out aside."""
    source = open_source(request.project, request.dataset)
    test = open_test(request.project, request.test, source, whole=True)
    target = examine_target(source, request.target, task=request.task, positive=request.positive)
    if request.positive and target.task is not Task.BINARY:
        raise CicloError("learning.positive_without_two", column=request.target)
    metric = choose_metric(target.task, request.metric)
    scheme = choose_scheme(source, target, request)
    proposed = propose_columns(source, target=request.target, group=scheme.column if scheme.kind == "group" else "")
    columns = choose_columns(proposed, exclude=request.exclude, include=request.include, target=request.target)
    divided = make_split(source, test, target, scheme, columns, request)
    features, data = _learning_data(divided, request.seed)
    return Prepared(
        source=source,
        test=test,
        target=target,
        columns=columns,
        divided=divided,
        twins=twins_of(divided),
        features=features,
        data=data,
        metric=metric,
    )


def _learning_data(divided: Divided, seed: int) -> tuple[tuple[Feature, ...], LearningData]:
    rows, used, target = divided.rows, divided.columns, divided.target
    table = read_table(divided.source, tuple(name for name, _ in used)).take(pa.array(rows.train))
    features = describe_features(table, used)
    data = LearningData(
        task=target.task,
        classes=len(target.labels),
        frame=feature_frame(table, features),
        columns=frame_columns(features),
        values=divided.learned,
        rows=rows.train,
        units=rows.units,
        folds=divided.folds,
        sealed=Sealed(rows.closed),
        seed=seed,
    )
    return features, data


def _search(context: Context, prepared: Prepared, request: TrainRequest, began: float) -> Search:
    limit = request.time_limit_s
    search = Search(
        context,
        prepared.data,
        metric=prepared.metric,
        processors=request.processors or context.processors or usable_processors(),
        deadline=None if limit is None else began + _SHARE_FOR_SEARCH * limit,
    )
    search.run(portfolio(prepared.data.task, request.preset))
    return search


def choose(search: Search, data: LearningData, metric: str, *, thrifty: bool = False) -> Winner:
    """The best finished candidate, or the mean of several (:func:`~app.learning.search.blend.blend`).

    The baseline wins only alone.
    """
    finished = search.finished()
    learned = [trial for trial in finished if trial.kind.id != BASELINE]
    if not learned:
        failed = next((trial.failure for trial in search.trials if trial.failure), None)
        raise CicloError("learning.nothing_finished", cause=failed.id if failed else "")
    winner = Winner(trial=learned[0], members=((learned[0], 1),))
    blended = blend(learned, data, metric, thrifty=thrifty)
    if blended is not None:
        mixed, members = blended
        search.trials.append(mixed)
        search.publish()
        if mixed.mean > winner.trial.mean:
            winner = Winner(trial=mixed, members=members)
    return winner


def _refit(context: Context, winner: Winner, data: LearningData, path: Path, search: Search) -> None:
    """Fit the winner on all training rows, in a process of its own, and write its file."""
    total = len(data.folds) * len(search.trials) + 1
    name = Text(f"learning.estimator.{winner.trial.kind.id}")
    context.report(Progress(step=Text("learning.step.refit", {"estimator": name}), done=total - 1, total=total))

    def work() -> bytes:
        save_model(fit_winner(winner, data), path)
        return b""

    for _, answer in run_forked([work], processors=1, check_cancelled=context.check_cancelled):
        if isinstance(answer, FitFailure):
            raise CicloError(answer.failure.code, **answer.failure.params)


def fit_winner(winner: Winner, data: LearningData) -> BaseEstimator:
    """The winner, fitted on every training row."""
    everything = np.arange(len(data.rows))
    fitted = [fit(trial.kind, trial.params, data, everything) for trial, _ in winner.members]
    if len(fitted) == 1:
        return fitted[0]
    return families.ensemble(data.task, fitted, [weight for _, weight in winner.members])


def _body(prepared: Prepared, request: TrainRequest, search: Search, winner: Winner, began: float) -> ModelVersion:
    data, target = prepared.data, prepared.target
    base = next((trial for trial in search.trials if trial.kind.id == BASELINE and trial.done), None)
    own, bases = _every_metric(winner.trial, data), _every_metric(base, data) if base else {}
    share = data.test_share
    gain = _gains(own, bases, share)
    return ModelVersion(
        dataset=prepared.source.record.label,
        dataset_id=prepared.source.record.id,
        target=request.target,
        task=target.task,
        labels=target.labels,
        positive=target.positive,
        features=prepared.features,
        excluded=tuple(column for column in prepared.columns if not column.used),
        split=_split(prepared, request),
        request=request,
        metric=prepared.metric,
        estimator=winner.trial.kind.id,
        candidates=search.leaderboard(),
        baseline={name: estimate(folds, test_share=share, metric=name) for name, folds in bases.items()},
        cv={name: estimate(folds, test_share=share, metric=name) for name, folds in own.items()},
        gain=gain,
        threshold=THRESHOLD,
        complexity=winner.trial.kind.complexity,
        alarms=leak_alarms(data, prepared.features, winner.trial.predictions),
        notes=(*_note_on_gain(gain.get(prepared.metric)), *notes_on(target, prepared.columns)),
        versions={name: library_version(name) for name in _LIBRARIES},
        threads={"blas": 1, "openmp": 1},
        seconds=round(time.monotonic() - began, 3),
        peak_memory_mb=round(peak_memory_mb(), 1),
    )


def _every_metric(trial: Trial, data: LearningData) -> dict[str, tuple[float, ...]]:
    return {
        name: tuple(score(data.task, name, data.values[s], trial.predictions[s]) for _, s in data.folds)
        for name in metric_names(data.task)
    }


def _gains(own: dict[str, tuple[float, ...]], bases: dict[str, tuple[float, ...]], share: float) -> dict[str, Estimate]:
    """The winner's scores minus the baseline's, paired by fold."""
    return {
        name: estimate([a - b for a, b in zip(own[name], bases[name], strict=True)], test_share=share) for name in bases
    }


def _note_on_gain(gain: Estimate | None) -> tuple[Text, ...]:
    """What to say where nothing does clearly better than the baseline."""
    ends = [] if gain is None else [end for end in (gain.value, gain.low) if end is not None]
    return (Text("learning.note.no_gain"),) if ends and min(ends) <= 0 else ()


def _split(prepared: Prepared, request: TrainRequest) -> Split:
    test = prepared.test.record.label if prepared.test else ""
    rows, fraction = prepared.divided.rows, 0.0 if test else request.holdout
    train_sha256, holdout_sha256 = rows.hashes()
    return Split(
        scheme="test" if test else str(rows.scheme),
        seed=request.seed,
        fraction=fraction,
        key=split_key(
            dataset=prepared.source.record.name,
            target=request.target,
            scheme=str(rows.scheme),
            seed=0 if test else request.seed,
            fraction=fraction,
            test=test,
            rows="" if test or rows.scheme.plain else holdout_sha256,
        ),
        train_rows=len(rows.train),
        holdout_rows=len(_judged(prepared)),
        test_dataset=test,
        gap=request.gap,
        keep_together=request.keep_together,
        train_sha256=train_sha256,
        holdout_sha256=holdout_sha256,
        figures=figures_of(prepared.divided, request, prepared.twins.notes),
        twins=prepared.twins.figures,
    )


def _judged(prepared: Prepared) -> NDArray[np.int64]:
    """The rows on which the model will be judged: of the same dataset, or those of the test with a known target."""
    if prepared.test is None:
        return prepared.divided.rows.holdout
    return np.flatnonzero(~np.isnan(prepared.divided.answers)).astype(np.int64)


def _draft(context: Context, prepared: Prepared, body: ModelVersion, winner: Winner) -> Draft:
    staging, data = context.staging, prepared.data
    pq.write_table(pa.table({"row": _judged(prepared)}), staging / "holdout.parquet")
    scored = ~np.isnan(winner.trial.predictions).any(axis=1)
    names = ["value"] if data.task is Task.REGRESSION else [f"p{n}" for n in range(data.classes)]
    columns = {name: winner.trial.predictions[scored, n] for n, name in enumerate(names)}
    pq.write_table(pa.table({"row": data.rows[scored], **columns}), staging / "out_of_fold.parquet")
    parquet = "application/vnd.apache.parquet"
    return draft(
        MODEL,
        body,
        parents=(prepared.source.record.id, *((prepared.test.record.id,) if prepared.test else ())),
        objects={
            "model": stage_file(staging / "model.skops", media="application/vnd.skops"),
            "holdout": stage_file(staging / "holdout.parquet", media=parquet),
            "out_of_fold": stage_file(staging / "out_of_fold.parquet", media=parquet),
        },
        name=body.request.model,
    )
