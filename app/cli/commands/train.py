"""``ciclo train``: the next version of a model. The hold-out stays sealed."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

import msgspec

from app.cli.asked import check_metric, check_plan
from app.cli.figures import Figure, figures, spoken
from app.cli.parser import Parser
from app.cli.split import SplitAnswer, left_out_lines, split_answer, split_lines
from app.cli.terminal import Terminal, table
from app.cli.work import absolute, committed, dataset_version, opened, project_job, series_name
from app.data.records import DatasetVersion
from app.errors import CicloError
from app.learning.curve_words import sentence
from app.learning.records import (
    MODEL,
    TRAIN,
    Balance,
    Candidate,
    ModelVersion,
    PlanRequest,
    Preset,
    Taken,
    TrainRequest,
    model_name,
)
from app.learning.search.records import LearningCurve, Served, Spent
from app.learning.simplest import take
from app.learning.spending import sentences
from app.project import Project, Record
from app.text import Words
from app.verification.catalogue import without_interval
from app.verification.state import VersionState, champion, version_state

_HOLDOUT = 0.2


class _Candidate(msgspec.Struct, frozen=True, kw_only=True):
    estimator: str
    cv: dict[str, Figure]
    seconds: float
    complexity: int
    state: str
    remark: str
    cpu_s: float
    memory_mb: float
    rows: int
    exports: tuple[str, ...] | None


class _Reference(msgspec.Struct, frozen=True, kw_only=True):
    estimator: str
    cv: dict[str, Figure]
    gain: dict[str, Figure]


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    model: str
    version: int
    task: str
    estimator: str
    metric: str
    cv: dict[str, Figure]
    baseline: dict[str, Figure]
    references: tuple[_Reference, ...]
    candidates: tuple[_Candidate, ...]
    seconds: float
    peak_memory_mb: float
    dataset: str
    target: str
    labels: tuple[str, ...]
    positive: str
    balance: str
    train_rows: int
    holdout_rows: int
    excluded: tuple[str, ...]
    alarms: tuple[str, ...]
    notes: tuple[str, ...]
    split: SplitAnswer
    spent: Spent | None
    served: Served | None
    curve: LearningCurve | None


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("dataset", metavar="DATASET")
    plan_arguments(parser)
    parser.option("--model", metavar="N", default="")
    parser.option("--preset", choices=[p.value for p in Preset], default=Preset.QUICK.value)
    parser.option("--time-limit", metavar="S", number=float, low=1)
    parser.option("--metric", metavar="M", default="")
    parser.option("--cluster", metavar="ADDRESS", default="")
    parser.option("--country", metavar="ES", default="")
    parser.option("--champion", metavar="MODEL[@V]|none", default="")
    parser.option("--take", metavar="MODEL[@V][:ROW]", default="")


def plan_arguments(parser: Parser) -> None:
    """Declare what decides about target, columns and split."""
    parser.option("--target", metavar="COL", required=True)
    parser.option("--positive", metavar="LABEL", default="")
    parser.option("--task", choices=("auto", "classification", "regression"), default="auto")
    parser.option("--split", metavar="random|stratified[:COL]|group:COL|time[:COL]|auto", default="random")
    parser.option("--gap", metavar="30d|4w|12h|ROWS", default="")
    parser.option("--keep-together", metavar="duplicates", default="")
    parser.option("--holdout", metavar="0.2", number=float)
    parser.option("--test", metavar="DATASET", default="")
    parser.option("--exclude", metavar="COL", several=True)
    parser.option("--include", metavar="COL", several=True)
    parser.option("--never-falls", metavar="COL", several=True)
    parser.option("--never-rises", metavar="COL", several=True)
    parser.option("--balance", choices=[one.value for one in Balance], default=Balance.NONE.value)
    parser.option("--rule", metavar="SENTENCE", default="")
    parser.option("--seed", metavar="N", number=int, default=0, low=0, high=2**32 - 1)
    parser.option("--jobs", metavar="N", number=int, default=0, low=1, high=4096)


def run(terminal: Terminal, options: Namespace) -> int:
    """Train."""
    with opened(terminal, options.project) as project:
        dataset = dataset_version(terminal, project, options.dataset)
        columns = [column.name for column in dataset.read(DatasetVersion).columns]
        request = _request(options, columns, terminal.words.locale)
        check_plan(project, request, columns, dataset.label)
        check_metric(request.metric)
        request = msgspec.structs.replace(
            request,
            champion=_champion(project, options.champion, request.model),
            taken=_taken(project, options.take),
        )
        ended = project_job(terminal, TRAIN, request, project, processors=options.jobs)
        version = committed(project, ended, MODEL)
        body = version.read(ModelVersion)
        terminal.answer(
            _answer(version, body, ended.peak_memory_mb, terminal.words), _lines(version, body, terminal.words)
        )
    return 0


def _request(options: Namespace, columns: Sequence[str], locale: str) -> TrainRequest:
    return TrainRequest(
        **msgspec.structs.asdict(plan_request(options, columns, locale)),
        model=series_name("--model", options.model or model_name(options.target)),
        preset=Preset(options.preset),
        time_limit_s=options.time_limit,
        metric=options.metric,
        processors=options.jobs,
        cluster=options.cluster,
        country=options.country,
    )


def _champion(project: Project, wanted: str, model: str) -> str:
    """The version to compare with: the approved one that is named, else the newest approved one of the same model."""
    if not wanted:
        return champion(project, model)
    if wanted == "none":
        return ""
    named = project.version(MODEL, wanted)
    if version_state(project, named.id) is not VersionState.APPROVED:
        raise CicloError("cli.train.champion_not_approved", model=named.label)
    return named.label


def _taken(project: Project, wanted: str) -> Taken | None:
    """The candidate in a row of a version's leaderboard, or the simplest that is as good as its best."""
    if not wanted:
        return None
    model, colon, row = wanted.rpartition(":")
    if not (colon and row.isdecimal()):
        model, row = wanted, "0"
    record = project.version(MODEL, model)
    if row == "0" and model != wanted:
        raise CicloError("learning.no_such_row", row=0, model=record.label, n=len(record.read(ModelVersion).candidates))
    return take(record.label, record.read(ModelVersion), int(row))


def plan_request(options: Namespace, columns: Sequence[str], locale: str) -> PlanRequest:
    """What :func:`plan_arguments` gave, with columns as they are called in the data.

    Raises
    ------
    CicloError
        ``cli.not_together`` where another dataset is the test and a share is set aside; ``learning.exclude_target``.
    """
    if options.test and options.holdout is not None:
        raise CicloError("cli.not_together", name="--holdout", other="--test")
    target = column_name(options.target, columns)
    exclude = tuple(column_name(name, columns) for name in options.exclude)
    if target in exclude:
        raise CicloError("learning.exclude_target", column=target)
    kind, colon, name = options.split.partition(":")
    return PlanRequest(
        project=absolute(options.project),
        dataset=options.dataset,
        target=target,
        positive=options.positive,
        task=options.task,
        split=f"{kind}:{column_name(name, columns)}" if colon else kind,
        gap=options.gap,
        keep_together=options.keep_together,
        holdout=_HOLDOUT if options.holdout is None else options.holdout,
        test=options.test,
        exclude=exclude,
        include=tuple(column_name(name, columns) for name in options.include),
        seed=options.seed,
        rule=options.rule,
        locale=locale if options.rule else "",
        increasing=tuple(column_name(name, columns) for name in options.never_falls),
        decreasing=tuple(column_name(name, columns) for name in options.never_rises),
        balance=Balance(options.balance),
    )


def column_name(wanted: str, columns: Sequence[str]) -> str:
    """The column that is meant: headers often begin with a space that nobody sees or types."""
    if wanted in columns:
        return wanted
    likely = [name for name in columns if name.strip() == wanted.strip()]
    return likely[0] if len(likely) == 1 else wanted


def _answer(version: Record, body: ModelVersion, peak_memory_mb: float, words: Words) -> _Answer:
    return _Answer(
        model=version.name,
        version=version.number,
        task=body.task,
        estimator=body.estimator,
        metric=body.metric,
        cv=figures(body.cv, words),
        baseline=figures(body.baseline, words),
        references=tuple(
            _Reference(estimator=one.estimator, cv=figures(one.cv, words), gain=figures(one.gain, words))
            for one in body.references
        ),
        candidates=tuple(_candidate(c, words) for c in body.candidates),
        seconds=body.seconds,
        peak_memory_mb=max(body.peak_memory_mb, peak_memory_mb),
        dataset=body.dataset,
        target=body.target,
        labels=body.labels,
        positive=body.positive,
        balance=body.request.balance,
        train_rows=body.split.train_rows,
        holdout_rows=body.split.holdout_rows,
        excluded=tuple(column.name for column in body.excluded),
        alarms=tuple(words.text(t) for t in body.alarms),
        notes=tuple(words.text(t) for t in body.notes),
        split=split_answer(body.split, words),
        spent=body.spent,
        served=body.served,
        curve=body.curve,
    )


def _candidate(candidate: Candidate, words: Words) -> _Candidate:
    return _Candidate(
        estimator=candidate.estimator,
        cv=figures(candidate.cv, words),
        seconds=candidate.seconds,
        complexity=candidate.complexity,
        state=candidate.state,
        remark=words.text(candidate.remark) if candidate.remark else "",
        cpu_s=candidate.cpu_s,
        memory_mb=candidate.memory_mb,
        rows=candidate.rows,
        exports=candidate.exports,
    )


def _lines(version: Record, body: ModelVersion, words: Words) -> list[str]:
    winner = words(f"learning.estimator.{body.estimator}")
    lines = [words("cli.train.done", label=version.label, estimator=winner, time=words.duration(body.seconds)), ""]
    rows = [("", body.metric, words("cli.train.time"), "")]
    rows += [
        (
            words(f"learning.estimator.{c.estimator}"),
            spoken(c.cv.get(body.metric), words, body.metric),
            words.duration(c.seconds),
            words.text(c.remark) if c.remark else "",
        )
        for c in body.candidates
    ]
    lines += table(rows, right=frozenset({2}))
    done = [c for c in body.candidates if c.state == "done" and body.metric in c.cv]
    lines += map(words.text, without_interval((body.metric, c.cv[body.metric]) for c in done))
    lines += ["", *(words.text(said) for said in sentences(body.spent, body.served))]
    lines += [words.text(sentence(body.curve))] if body.curve is not None else []
    lines += ["", *split_lines(body.split, words), "", *(words.text(t) for t in (*body.alarms, *body.notes))]
    return lines + left_out_lines(body.excluded, words)
