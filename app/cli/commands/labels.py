"""``ciclo labels``: rows whose label is probably wrong, and the version in which they are corrected."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import msgspec

from app.cli.commands.train import column_name
from app.cli.figures import Figure, figure, spoken
from app.cli.parser import Parser
from app.cli.terminal import Terminal, table
from app.cli.work import absolute, dataset_version, opened, project_job, save
from app.data.recipe.steps import PREPARE, Decided, PrepareAnswer, PrepareRequest, Recipe, Relabel
from app.data.records import DATASET, DatasetVersion
from app.errors import CicloError
from app.learning.labels.file import read_decisions, write_queue
from app.learning.labels.records import LABELS, LABELS_EFFECT, Effect, EffectRequest, LabelsAnswer, LabelsRequest
from app.learning.records import Estimate
from app.project import Project, Record
from app.text import Words

_SHOWN = 20


class _Effect(msgspec.Struct, frozen=True, kw_only=True):
    metric: str
    estimator: str
    before: float
    after: float
    gain: Figure
    judged: int
    changed: int
    left_out: int


class _Doubt(msgspec.Struct, frozen=True, kw_only=True):
    row: int
    given: str
    likely: str
    confidence: float


class _Queue(msgspec.Struct, frozen=True, kw_only=True):
    dataset: str
    target: str
    rows: int
    doubtful: int
    noise: float
    decided: int
    doubts: tuple[_Doubt, ...]
    effect: _Effect | None
    out: str


class _Made(msgspec.Struct, frozen=True, kw_only=True):
    dataset: str
    version: int
    rows: int
    known: bool
    changed: int
    kept: int
    left_out: int
    undecided: int
    effect: _Effect | None


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("dataset", metavar="DATASET")
    parser.option("--target", metavar="COL", required=True)
    parser.option("--task", choices=("auto", "classification"), default="auto")
    parser.option("--top", metavar="N", number=int, default=100, low=1, high=10_000)
    parser.option("--exclude", metavar="COL", several=True)
    parser.option("--include", metavar="COL", several=True)
    parser.option("--seed", metavar="N", number=int, default=0, low=0, high=2**32 - 1)
    parser.option("--jobs", metavar="N", number=int, default=0, low=1, high=4096)
    parser.option("--out", metavar="FILE.csv", default="")
    parser.option("--apply", metavar="FILE.csv", default="")
    parser.option("--note", metavar="TEXT", default="")
    parser.option("--by", metavar="NAME", default="")


def run(terminal: Terminal, options: Namespace) -> int:
    """List them, or make the version."""
    if options.out and options.apply:
        raise CicloError("cli.not_together", name="--apply", other="--out")
    with opened(terminal, options.project) as project:
        base = dataset_version(terminal, project, options.dataset)
        request = _request(options, base)
        if options.apply:
            _apply(terminal, options, project, base, request)
        else:
            _list(terminal, options, project, base, request)
    return 0


def _request(options: Namespace, base: Record) -> LabelsRequest:
    columns = [column.name for column in base.read(DatasetVersion).columns]
    target = column_name(options.target, columns)
    if target not in columns:
        raise CicloError("data.missing_target", column=target, dataset=base.label, known=", ".join(columns))
    return LabelsRequest(
        project=absolute(options.project),
        dataset=base.label,
        target=target,
        task=options.task,
        exclude=tuple(column_name(name, columns) for name in options.exclude),
        include=tuple(column_name(name, columns) for name in options.include),
        top=options.top,
        seed=options.seed,
        processors=options.jobs,
    )


# The queue


def _list(terminal: Terminal, options: Namespace, project: Project, base: Record, request: LabelsRequest) -> None:
    ended = project_job(terminal, LABELS, request, project, processors=options.jobs)
    answer = msgspec.json.decode(ended.answer, type=LabelsAnswer)
    out = str(save(Path(options.out), write_queue(answer))) if options.out else ""
    document = _Queue(
        dataset=base.label,
        target=answer.target,
        rows=answer.rows,
        doubtful=answer.doubtful,
        noise=answer.noise,
        decided=answer.decided,
        doubts=tuple(
            _Doubt(row=one.row, given=one.given, likely=one.likely, confidence=one.confidence) for one in answer.doubts
        ),
        effect=_effect(answer.effect, terminal.words),
        out=out,
    )
    terminal.answer(document, _queue_lines(answer, out, terminal.words))


def _effect(effect: Effect | None, words: Words) -> _Effect | None:
    if effect is None:
        return None
    return _Effect(
        metric=effect.metric,
        estimator=effect.estimator,
        before=effect.before,
        after=effect.after,
        gain=figure(effect.gain, words),
        judged=effect.judged,
        changed=effect.changed,
        left_out=effect.left_out,
    )


def _queue_lines(answer: LabelsAnswer, out: str, words: Words) -> Iterator[str]:
    yield words("cli.labels.found", n=answer.doubtful, rows=answer.rows, share=words.percent(answer.noise, 1))
    if answer.decided:
        yield words("cli.labels.decided", n=answer.decided)
    if not answer.doubts:
        return
    heads = [words(f"cli.labels.{name}") for name in ("row", "given", "likely", "confidence")]
    rows = [
        [words.number(one.row), one.given, one.likely, words.percent(one.confidence, 1)]
        for one in answer.doubts[:_SHOWN]
    ]
    yield from ("", *table([heads, *rows], right=frozenset({0, 3})), "")
    if len(answer.doubts) > _SHOWN and not out:
        yield words("cli.labels.more", n=len(answer.doubts) - _SHOWN)
    if out:
        yield words("cli.labels.out", n=len(answer.doubts), out=out)
    if answer.effect is not None:
        yield words("cli.labels.effect_listed", n=len(answer.doubts), **_spoken(answer.effect, words))
        yield words("cli.labels.honest", n=answer.effect.judged)


def _spoken(effect: Effect, words: Words) -> dict[str, str]:
    before, after = (spoken(Estimate(value=v), words, effect.metric) for v in (effect.before, effect.after))
    return {
        "metric": effect.metric,
        "before": before,
        "after": after,
        "gain": spoken(effect.gain, words, effect.metric),
    }


# The version


def _apply(terminal: Terminal, options: Namespace, project: Project, base: Record, request: LabelsRequest) -> None:
    rows, undecided = read_decisions(Path(options.apply))
    told = EffectRequest(**msgspec.structs.asdict(request), decided=rows)
    found = project_job(terminal, LABELS_EFFECT, told, project, processors=options.jobs)
    effect = msgspec.json.decode(found.answer, type=Effect | None)
    wanted = PrepareRequest(
        project=request.project,
        dataset=base.label,
        recipe=Recipe(steps=(Relabel(column=request.target, rows=rows),)),
        name=base.name,
        note=options.note,
        by=options.by,
    )
    ended = project_job(terminal, PREPARE, wanted, project)
    answer = msgspec.json.decode(ended.answer, type=PrepareAnswer)
    made = project.get(answer.known) if answer.known else project.version(DATASET, base.name)
    document = _made(made, answer, rows, undecided, _effect(effect, terminal.words))
    terminal.answer(document, _made_lines(document, made.label, effect, terminal.words))


def _made(
    made: Record, answer: PrepareAnswer, rows: tuple[Decided, ...], undecided: int, effect: _Effect | None
) -> _Made:
    left_out = sum(one.to is None for one in rows)
    kept = sum(one.to == one.was for one in rows)
    return _Made(
        dataset=made.name,
        version=made.number,
        rows=answer.rows,
        known=bool(answer.known),
        changed=len(rows) - left_out - kept,
        kept=kept,
        left_out=left_out,
        undecided=undecided,
        effect=effect,
    )


def _made_lines(document: _Made, label: str, effect: Effect | None, words: Words) -> Iterator[str]:
    yield words("cli.prepare.known" if document.known else "cli.prepare.done", label=label, n=document.rows)
    for name in ("changed", "left_out", "kept", "undecided"):
        if count := getattr(document, name):
            yield words(f"cli.labels.{name}", n=count)
    if effect is not None and effect.changed + effect.left_out:
        yield words("cli.labels.effect_decided", **_spoken(effect, words))
        yield words("cli.labels.honest", n=effect.judged)
