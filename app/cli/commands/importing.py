"""``ciclo import``: a file as the next version of a dataset."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.corrections import corrections, declare, part
from app.cli.databases import access, declare_database, located
from app.cli.expected import SpokenResult, checked_lines, spoken_results
from app.cli.parser import Parser
from app.cli.problems import SpokenProblem, spoken_problems
from app.cli.rules import SpokenChange, SpokenRule, change_lines, spoken_changes, spoken_rule, tell_rule
from app.cli.terminal import Terminal
from app.cli.work import absolute, committed, opened, project_job, series_name
from app.data.expectations.records import Checked
from app.data.records import DATASET, REJECTED_RECORDS, DatasetVersion, ImportAnswer, ImportRequest, Rejected
from app.data.rules.matching import known_rules, newest_version
from app.data.rules.records import IMPORT_NEXT, NextAnswer, NextRequest
from app.project import Project, Record
from app.text import Text, Words

_LISTED = 1000
_SHOWN = 20


class _Rejected(msgspec.Struct, frozen=True, kw_only=True):
    line: int
    reason: str
    file: str = ""


class _Column(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    type: str
    missing: int
    distinct: int


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    dataset: str
    version: int
    rows: int
    rejected: int
    rejected_rows: tuple[_Rejected, ...]
    columns: tuple[_Column, ...]
    sha256: str
    problems: tuple[SpokenProblem, ...]
    known: bool
    rule: SpokenRule | None
    changes: tuple[SpokenChange, ...] | None
    expected: tuple[SpokenResult, ...] | None


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("source", metavar="SOURCE")
    parser.option("--name", metavar="N", required=True)
    parser.option("--note", metavar="TEXT", default="")
    parser.option("--by", metavar="NAME", default="")
    parser.switch("--again")
    declare(parser)
    declare_database(parser)


def run(terminal: Terminal, options: Namespace) -> int:
    """Import the file."""
    with opened(terminal, options.project) as project:
        asked = ImportRequest(
            project=absolute(options.project),
            source=located(terminal, options.source),
            name=series_name("--name", options.name),
            corrections=corrections(options),
            again=options.again,
            note=options.note,
            by=options.by,
            reading=part(options),
            access=access(options),
        )
        request = _by_rules(project, asked, no_rule=options.no_rule)
        ended = project_job(terminal, IMPORT_NEXT, request, project)
        answer = msgspec.json.decode(ended.answer, type=NextAnswer)
        known = answer.answer.known
        newest = project.version(DATASET, asked.name).label
        version = project.get(known) if known else committed(project, ended, DATASET)
        tell_rule(terminal, answer.rule)
        lines = _lines(answer.answer, version.label, newest, terminal.words)
        lines += change_lines(answer.changes, request.against, terminal.words)
        expected = version.read(DatasetVersion).expected
        lines += checked_lines(expected, terminal.words)
        terminal.answer(_answer(answer, version, expected, terminal.words), lines)
    return 0


def _by_rules(project: Project, asked: ImportRequest, *, no_rule: bool) -> NextRequest:
    """The request with what the project knows of the source."""
    return NextRequest(
        request=asked,
        rules=() if no_rule else known_rules(project),
        remember=not no_rule,
        against=newest_version(project, asked.name),
    )


def _answer(told: NextAnswer, version: Record, expected: Checked | None, words: Words) -> _Answer:
    answer = told.answer
    return _Answer(
        dataset=version.name,
        version=version.number,
        rows=answer.rows,
        rejected=answer.rejected,
        rejected_rows=tuple(
            _Rejected(line=r.line, reason=words.text(r.reason), file=r.file) for r in answer.rejected_rows[:_LISTED]
        ),
        columns=tuple(
            _Column(name=c.name, type=c.type, missing=c.missing, distinct=c.distinct) for c in answer.columns
        ),
        sha256=answer.sha256,
        problems=spoken_problems(answer.problems, words),
        known=bool(answer.known),
        rule=spoken_rule(told.rule, words),
        changes=spoken_changes(told.changes, words),
        expected=None if expected is None else spoken_results(expected.broken, words),
    )


def _lines(answer: ImportAnswer, label: str, newest: str, words: Words) -> list[str]:
    if answer.known:
        said = words("cli.import.known", label=label, n=answer.rows)
        return [said] if label == newest else [said, words("cli.import.known_older", label=label, newest=newest)]
    lines = [
        words("cli.import.done", n=answer.rows, label=label, columns=Text("data.columns", {"n": len(answer.columns)}))
    ]
    if answer.rejected:
        lines.append(words("cli.import.rejected", n=answer.rejected))
        lines += [_rejected_line(r, words) for r in answer.rejected_rows[:_SHOWN]]
    told = (p for p in answer.problems if p.code != REJECTED_RECORDS)
    return [*lines, *(words.text(p.message) for p in told)]


def _rejected_line(rejected: Rejected, words: Words) -> str:
    if rejected.file:
        return words("cli.import.file_line", file=rejected.file, line=rejected.line, reason=rejected.reason)
    return words("cli.import.line", line=rejected.line, reason=rejected.reason)
