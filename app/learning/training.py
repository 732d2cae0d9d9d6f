"""Training: the next version of a model, from a dataset version."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as library_version
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from app import __version__
from app.jobs.asking import running_now
from app.jobs.contract import Context, Outcome, Progress
from app.jobs.system import peak_memory_mb
from app.learning.alarms import leak_alarms
from app.learning.balance.notes import notes_on_balance
from app.learning.choosing import Winner, choose, executed, notes_on_sample, refit
from app.learning.comparing import find_champion
from app.learning.compute.machines import Machines, machines
from app.learning.curve import learning_curve
from app.learning.energy import check_country, energy_of
from app.learning.estimators.catalogue import BASELINE
from app.learning.estimators.extras import installed
from app.learning.estimators.references import REFERENCES
from app.learning.examination import notes_on
from app.learning.leaks import encoded, leak_hints
from app.learning.preparing import Prepared, prepare
from app.learning.records import MODEL, Estimate, ModelVersion, Reference, Split, Task, TrainAnswer, TrainRequest
from app.learning.row_part import notes_on_row_part, row_part_of
from app.learning.rule.outcome import notes_on_rule
from app.learning.scoring import THRESHOLD, estimate, metric_names, score
from app.learning.search.champion import Champion
from app.learning.search.checkpoint import Checkpoint
from app.learning.search.data import LearningData
from app.learning.search.engine import Search
from app.learning.search.records import LearningCurve, Spent
from app.learning.search.replaying import TakenOnly
from app.learning.search.strategy import WORK_S, Planned, Strategy
from app.learning.search.trials import Trial
from app.learning.serving import measure
from app.learning.splits.splitting import split_key
from app.learning.splits.work import figures_of
from app.project import draft
from app.project.durable import stage_file
from app.project.folder import Folder
from app.project.record import Draft, encode
from app.text.message import Text

_LIBRARIES = ("numpy", "scipy", "pandas", "pyarrow", "scikit-learn", "imbalanced-learn", "skops", "optuna")
_SHARE_FOR_SEARCH, _SHARE_FOR_CURVE = 0.9, 0.05
"""Of a time limit; the rest is for writing it all down. The last fits are reserved for by the search."""
_SHARE_OF_WORK = 0.1
"""Of the work that a preset may use, that the learning curve may cost."""


def train(context: Context, request: TrainRequest) -> Outcome:
    """Train the next version of ``request.model``; the hold-out is set aside first and not looked at.

    Raises
    ------
    CicloError
        What is wrong with the request or the data, in one sentence; ``learning.nothing_finished`` where no candidate
        could be fitted in time.
    """
    began, cpu = running_now(context.staging), time.process_time()
    check_country(request.country)
    with threadpool_limits(1), machines(context, request, versions=library_versions()) as computing:
        prepared = _prepared(context, request)
        checkpoint = open_checkpoint(prepared, request)
        champion, remark = find_champion(request, prepared)
        search = _search(context, prepared, request, began, checkpoint, computing, champion)
        winner = choose(search.trials, prepared.data, prepared.metric, preset=request.preset, taken=request.taken)
        plan = executed(search.trials, winner, prepared.data, stop=search.stop, resumed=search.resumed)
        if len(winner.members) > 1:
            search.trials.append(winner.trial)
            search.publish()
        curve, curve_spent = _curve(context, prepared, request, winner, checkpoint, computing)
        last = refit(
            context,
            winner,
            prepared.data,
            context.staging / "model.skops",
            preset=request.preset,
            pool=computing.pool(prepared.data),
        )
        context.report(Progress(step=Text("learning.step.checking")))
        served = measure(context.staging / "model.skops", prepared.data.frame, classes=prepared.data.classes)
        seconds = running_now(context.staging) - began
        spent = _together((search.spent(), curve_spent, last), seconds, cpu, request.country)
        body = _body(prepared, request, search, winner, seconds)
        part = row_part_of(request, prepared.asked.source, prepared.features)
        notes = (*body.notes, *([remark] if remark is not None else []), *notes_on_row_part(part))
        body = msgspec.structs.replace(
            body, plan=plan, spent=spent, served=served, curve=curve, notes=notes, row_part=part
        )
    drafted = _draft(context, prepared, body, winner)
    return Outcome(drafts=(drafted,), answer=msgspec.Raw(encode(_answer(body))), checkpoint=checkpoint.key)


def _answer(body: ModelVersion) -> TrainAnswer:
    return TrainAnswer(
        task=body.task,
        estimator=body.estimator,
        metric=body.metric,
        cv=body.cv,
        baseline=body.baseline,
        candidates=body.candidates,
        seconds=body.seconds,
        peak_memory_mb=body.peak_memory_mb,
    )


def _prepared(context: Context, request: TrainRequest) -> Prepared:
    context.report(Progress(step=Text("learning.step.reading")))
    prepared = prepare(request)
    context.check_cancelled()
    return prepared


def open_checkpoint(prepared: Prepared, request: TrainRequest) -> Checkpoint:
    """The fits of a training that was cut off, if it was this one: same data, split, columns, seed and libraries."""
    rows, data = prepared.asked.divided.rows, prepared.data
    told = (
        prepared.asked.source.record.id,
        request.target,
        data.task.value,
        data.seed,
        [(f.name, f.type.value) for f in prepared.features],
        rows.hashes(),
        data.directions,
        data.balance.value,
        [hashlib.sha256(scored.astype("<i8").tobytes()).hexdigest() for _, scored in data.folds],
        library_versions(),
    )
    key = hashlib.sha256(msgspec.msgpack.encode(told)).hexdigest()[:32]
    return Checkpoint(Folder(Path(request.project)).checkpoint(key))


def library_versions() -> dict[str, str]:
    """The libraries that decide about a model's bytes."""
    return {"ciclo": __version__, **{name: library_version(name) for name in _LIBRARIES}, **_extras()}


def _extras() -> dict[str, str]:
    """Their versions; a package for processors alone has another name."""
    found = {}
    for name in installed():
        for package in (name, f"{name}-cpu"):
            with suppress(PackageNotFoundError):
                found[name] = library_version(package)
    return found


def _search(
    context: Context,
    prepared: Prepared,
    request: TrainRequest,
    began: float,
    checkpoint: Checkpoint,
    computing: Machines,
    champion: Champion | None,
) -> Search:
    limit, data = request.time_limit_s, prepared.data
    pool = computing.pool(data)
    spent = checkpoint.seconds() / pool.processors if limit is not None else 0.0
    search = Search(
        context,
        data,
        metric=prepared.metric,
        strategy=_strategy(prepared, request, champion),
        pool=pool,
        checkpoint=checkpoint,
        deadline=None if limit is None else began + _SHARE_FOR_SEARCH * limit - spent,
        champion=champion,
    )
    search.run()
    return search


def _strategy(prepared: Prepared, request: TrainRequest, champion: Champion | None) -> Strategy:
    if request.taken is not None:
        return TakenOnly(prepared.data, request.taken, preset=request.preset, champion=champion)
    return Planned(
        prepared.data,
        metric=prepared.metric,
        preset=request.preset,
        work_s=None if request.time_limit_s is None else math.inf,
        champion=champion,
    )


def _curve(
    context: Context,
    prepared: Prepared,
    request: TrainRequest,
    winner: Winner,
    checkpoint: Checkpoint,
    computing: Machines,
) -> tuple[LearningCurve, Spent]:
    limit = request.time_limit_s
    return learning_curve(
        context,
        winner,
        prepared.data,
        metric=prepared.metric,
        pool=computing.pool(prepared.data),
        checkpoint=checkpoint,
        most_s=_SHARE_OF_WORK * WORK_S[request.preset] if limit is None else _SHARE_FOR_CURVE * limit,
        deadline=None if limit is None else running_now(context.staging) + _SHARE_FOR_CURVE * limit,
    )


def _together(parts: Sequence[Spent], seconds: float, cpu: float, country: str) -> Spent:
    """The fits and this process's own work."""
    cpu_s = sum(part.cpu_s for part in parts) + time.process_time() - cpu
    return Spent(
        seconds=round(seconds, 3),
        cpu_s=round(cpu_s, 3),
        memory_mb=max(part.memory_mb for part in parts),
        fits=sum(part.fits for part in parts),
        energy=energy_of(cpu_s, country=country),
    )


def _body(prepared: Prepared, request: TrainRequest, search: Search, winner: Winner, seconds: float) -> ModelVersion:
    data, target = prepared.data, prepared.asked.target
    base = next((trial for trial in search.trials if trial.kind.id == BASELINE and trial.done), None)
    own, bases = _every_metric(winner.trial, data), _every_metric(base, data) if base else {}
    share = data.test_share
    gain = _gains(own, bases, share)
    compared = [*(t for t in search.trials if t.kind.id in REFERENCES), search.champion()]
    references = tuple(_reference(trial, own, data) for trial in compared if trial is not None)
    return ModelVersion(
        dataset=prepared.asked.source.record.label,
        dataset_id=prepared.asked.source.record.id,
        target=request.target,
        task=target.task,
        labels=target.labels,
        positive=target.positive,
        features=prepared.features,
        excluded=tuple(column for column in prepared.asked.columns if not column.used),
        split=_split(prepared, request),
        request=msgspec.structs.replace(request, afterwards=prepared.asked.request.afterwards),
        metric=prepared.metric,
        estimator=winner.trial.kind.id,
        candidates=search.leaderboard(),
        baseline=_estimates(base, bases, data) if base else {},
        cv=_estimates(winner.trial, own, data),
        gain=gain,
        references=references,
        threshold=THRESHOLD,
        complexity=winner.trial.kind.complexity,
        alarms=_alarms(prepared, winner),
        notes=(
            *_notes_on_gain(gain, references, prepared.metric),
            *notes_on_sample(winner, data, request.preset),
            *_notes_on_data(prepared, request),
        ),
        versions=library_versions(),
        threads={"blas": 1, "openmp": 1},
        seconds=round(seconds, 3),
        peak_memory_mb=round(peak_memory_mb(), 1),
    )


def _alarms(prepared: Prepared, winner: Winner) -> tuple[Text, ...]:
    asked, data = prepared.asked, prepared.data
    found = leak_alarms(data, prepared.features, winner.trial.out_of_fold(data), labels=asked.target.labels)
    return (*encoded(asked.source, asked.target, asked.columns), *found)


def _notes_on_data(prepared: Prepared, request: TrainRequest) -> tuple[Text, ...]:
    asked, target = prepared.asked, prepared.asked.target
    taken = () if request.taken is None else (Text("learning.note.taken", {"model": request.taken.version}),)
    return (
        *taken,
        *notes_on_balance(request.balance),
        *notes_on_rule(asked.stated, asked.divided.rows.train, target.task),
        *notes_on(asked.source, target, asked.columns, directed=any(prepared.data.directions)),
        *leak_hints(asked.source, target, request.target, asked.columns),
    )


def _every_metric(trial: Trial, data: LearningData) -> dict[str, tuple[float, ...]]:
    return {
        name: tuple(score(data.task, name, data.values[s], trial.predictions[f]) for f, (_, s) in enumerate(data.folds))
        for name in metric_names(data.task)
    }


def _estimates(trial: Trial, scores: dict[str, tuple[float, ...]], data: LearningData) -> dict[str, Estimate]:
    """Each metric over the folds."""
    heavy, share = trial.heavy(data), data.test_share
    return {name: estimate(folds, test_share=share, metric=name, heavy=heavy) for name, folds in scores.items()}


def _gains(own: dict[str, tuple[float, ...]], bases: dict[str, tuple[float, ...]], share: float) -> dict[str, Estimate]:
    """The winner's scores minus the baseline's, paired by fold."""
    return {
        name: estimate([a - b for a, b in zip(own[name], bases[name], strict=True)], test_share=share) for name in bases
    }


def _reference(trial: Trial, own: dict[str, tuple[float, ...]], data: LearningData) -> Reference:
    """What the model was compared with, and its gain over that."""
    found = _every_metric(trial, data)
    gain = _gains(own, found, data.test_share)
    return Reference(estimator=trial.kind.id, cv=_estimates(trial, found, data), gain=gain)


def _notes_on_gain(gain: dict[str, Estimate], references: tuple[Reference, ...], metric: str) -> Iterator[Text]:
    """What to say where nothing does clearly better than the baseline, or than what decides today."""
    if _unclear(gain.get(metric)):
        yield Text("learning.note.no_gain")
    for one in references:
        if _unclear(one.gain.get(metric)):
            yield Text(f"learning.note.no_gain_over.{one.estimator}")


def _unclear(gain: Estimate | None) -> bool:
    ends = [] if gain is None else [end for end in (gain.value, gain.low) if end is not None]
    return bool(ends) and min(ends) <= 0


def _split(prepared: Prepared, request: TrainRequest) -> Split:
    test = prepared.asked.test.record.label if prepared.asked.test else ""
    rows, fraction = prepared.asked.divided.rows, 0.0 if test else request.holdout
    train_sha256, holdout_sha256 = rows.hashes()
    return Split(
        scheme="test" if test else str(rows.scheme),
        seed=request.seed,
        fraction=fraction,
        key=split_key(
            dataset=prepared.asked.source.record.name,
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
        figures=figures_of(prepared.asked.divided, request, prepared.twins.notes),
        twins=prepared.twins.figures,
    )


def _judged(prepared: Prepared) -> NDArray[np.int64]:
    """The rows on which the model will be judged: of the same dataset, or those of the test with a known target."""
    if prepared.asked.test is None:
        return prepared.asked.divided.rows.holdout
    return np.flatnonzero(~np.isnan(prepared.asked.divided.answers)).astype(np.int64)


def _draft(context: Context, prepared: Prepared, body: ModelVersion, winner: Winner) -> Draft:
    staging, data = context.staging, prepared.data
    pq.write_table(pa.table({"row": _judged(prepared)}), staging / "holdout.parquet")
    predictions = winner.trial.out_of_fold(data)
    scored = ~np.isnan(predictions).any(axis=1)
    names = ["value"] if data.task is Task.REGRESSION else [f"p{n}" for n in range(data.classes)]
    columns = {name: predictions[scored, n] for n, name in enumerate(names)}
    pq.write_table(pa.table({"row": data.rows[scored], **columns}), staging / "out_of_fold.parquet")
    parquet = "application/vnd.apache.parquet"
    return draft(
        MODEL,
        body,
        parents=(prepared.asked.source.record.id, *((prepared.asked.test.record.id,) if prepared.asked.test else ())),
        objects={
            "model": stage_file(staging / "model.skops", media="application/vnd.skops"),
            "holdout": stage_file(staging / "holdout.parquet", media=parquet),
            "out_of_fold": stage_file(staging / "out_of_fold.parquet", media=parquet),
        },
        name=body.request.model,
    )
