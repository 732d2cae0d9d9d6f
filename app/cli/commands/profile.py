"""``ciclo profile``: statistics and findings of a dataset version, as they were stored at its import, and which of its
columns go together; with a target, what the table shows beside it, too."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence

import msgspec

from app.cli.commands.train import column_name
from app.cli.parser import Parser
from app.cli.terminal import Terminal, table
from app.cli.work import absolute, dataset_version, opened, project_job
from app.data.expectations.words import findings as broken_findings
from app.data.known.answers import known_of
from app.data.known.records import When
from app.data.pairs.records import Association
from app.data.recipe.steps import AnyStep
from app.data.records import ColumnProfile, DatasetVersion, Profile
from app.learning.findings.records import FIND, FindAnswer, FindRequest, Without
from app.project import Project, Record
from app.text import Words
from app.text.message import amount

_MOST_PAIRS, _SHOWN, _WORTH_SHOWING = 10_000, 10, 0.3


class _Finding(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    column: str
    severity: str
    message: str
    remedy: AnyStep | None = None
    alternatives: tuple[AnyStep, ...] = ()


class _Score(msgspec.Struct, frozen=True, kw_only=True):
    columns: tuple[str, ...]
    metric: str
    every: float
    without: float


class _Target(msgspec.Struct, frozen=True, kw_only=True):
    column: str
    task: str
    rows: int
    looked: int
    suspects: tuple[str, ...]
    known: dict[str, When]
    scores: tuple[_Score, ...]


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    dataset: str
    version: int
    columns: tuple[ColumnProfile, ...]
    findings: tuple[_Finding, ...]
    associations: tuple[Association, ...]
    associations_rows: int
    target: _Target | None = None


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("dataset", metavar="DATASET")
    parser.option("--target", metavar="COL", default="")


def run(terminal: Terminal, options: Namespace) -> int:
    """Show the profile."""
    from app.data.pairs.associations import associations

    words = terminal.words
    with opened(terminal, options.project) as project:
        version = dataset_version(terminal, project, options.dataset)
        profile = msgspec.json.decode(project.object_bytes(version.objects["profile"].sha256), type=Profile)
        types = {column.name: column.type for column in profile.columns}
        pairs, sample = associations(project.object_path(version.objects["table"].sha256), types)
        beside = _beside(terminal, project, version, options.target) if options.target else None
        known = known_of(project, version.name, beside.target).columns if beside is not None else {}
    expected = version.read(DatasetVersion).expected
    broken = broken_findings(expected.broken) if expected is not None else ()
    found = (*broken, *(beside.findings if beside is not None else ()), *profile.findings)
    findings = tuple(
        _Finding(
            code=f.code,
            column=f.column,
            severity=f.severity,
            message=words.text(f.message),
            remedy=f.remedy,
            alternatives=f.alternatives,
        )
        for f in found
    )
    answer = _Answer(
        dataset=version.name,
        version=version.number,
        columns=profile.columns,
        findings=findings,
        associations=tuple(pairs[:_MOST_PAIRS]),
        associations_rows=sample.rows,
        target=_target(beside, known) if beside is not None else None,
    )
    lines = [*_lines(profile.columns, words), *([""] if findings else []), *(f.message for f in findings)]
    lines += _interview(version, beside, known, words) if beside is not None else ()
    terminal.answer(answer, [*lines, *_together(pairs[:_SHOWN], sample.rows, words)])
    return 0


def _beside(terminal: Terminal, project: Project, version: Record, wanted: str) -> FindAnswer:
    target = column_name(wanted, [column.name for column in version.read(DatasetVersion).columns])
    request = FindRequest(project=absolute(str(project.folder)), dataset=version.label, target=target)
    ended = project_job(terminal, FIND, request, project)
    return msgspec.json.decode(ended.answer, type=FindAnswer)


def _target(beside: FindAnswer, known: dict[str, When]) -> _Target:
    scores = (_Score(columns=s.columns, metric=s.metric, every=s.every, without=s.without) for s in beside.scores)
    return _Target(
        column=beside.target,
        task=beside.task,
        rows=beside.rows,
        looked=beside.looked,
        suspects=beside.suspects,
        known=known,
        scores=tuple(scores),
    )


def _interview(version: Record, beside: FindAnswer, known: dict[str, When], words: Words) -> Iterator[str]:
    """Of each suspect: whether it is known before, as far as somebody said it, and what a model is without it."""
    if not beside.suspects:
        return
    without = {score.columns: score for score in beside.scores}
    yield ""
    for name in beside.suspects:
        said = words(f"findings.when.{known[name]}") if name in known else words("findings.question", column=name)
        yield f"  {name}: {said}" if name in known else f"  {said}"
        if (name,) in without:
            yield f"    {_said(without[(name,)], words)}"
    if len(beside.suspects) > 1 and beside.suspects in without:
        yield f"  {_said(without[beside.suspects], words)}"
    if any(name not in known for name in beside.suspects):
        yield words("cli.profile.suspects", dataset=version.name, target=beside.target)


def _said(score: Without, words: Words) -> str:
    id, n = ("findings.score", 1) if len(score.columns) == 1 else ("findings.score_all", len(score.columns))
    ends = {"every": amount(score.every, "metric"), "without": amount(score.without, "metric")}
    return words(id, metric=words(f"verification.metric.{score.metric}"), n=n, **ends)


def _lines(columns: tuple[ColumnProfile, ...], words: Words) -> list[str]:
    names = ("column", "type", "missing", "distinct", "mean", "median")
    rows = [tuple(words(f"cli.profile.{name}") for name in names)]
    for column in columns:
        mean = "" if column.mean is None else words.significant(column.mean)
        is_number = column.type in ("integer", "number") and len(column.quantiles) > 3
        median = words.significant(column.quantiles[3]) if is_number else ""
        counts = (words.number(column.missing), words.number(column.distinct))
        rows.append((column.name, words(f"cli.type.{column.type}"), *counts, mean if is_number else "", median))
    return table(rows, right=frozenset({2, 3, 4, 5}))


def _together(pairs: Sequence[Association], rows: int, words: Words) -> list[str]:
    """The strongest pairs, where any is worth a look."""
    shown = [one for one in pairs if one.value >= _WORTH_SHOWING and not one.chance]
    if not shown:
        return []
    names = tuple(words(f"cli.profile.{name}") for name in ("column", "together", "strength"))
    told = [(one.column, one.other, words.number(one.value * (one.sign or 1), digits=2, fixed=True)) for one in shown]
    return ["", words("cli.profile.together_rows", n=rows), *table([names, *told], right=frozenset({2}))]
