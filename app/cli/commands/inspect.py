"""``ciclo inspect``: what an import would do, doing nothing."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.corrections import corrections, declare, part
from app.cli.databases import access, declare_database, located
from app.cli.parser import Parser
from app.cli.problems import SpokenProblem, spoken_problems
from app.cli.rules import SpokenChange, SpokenRule, change_lines, spoken_changes, spoken_rule, tell_rule
from app.cli.terminal import Terminal, table
from app.cli.work import local_job, opened, series_name
from app.data.records import Inspected, InspectRequest, Sheet
from app.data.rules.matching import known_rules, newest_version
from app.data.rules.records import LOOK, Looked, LookRequest
from app.text import Text, Words

_SHOWN_ROWS = 5
_CELL = 24


class _Column(msgspec.Struct, frozen=True, kw_only=True):
    """``name`` is what the header says; ``column`` what the table calls it: unique, without blanks around it."""

    name: str
    column: str
    type: str
    note: str = ""


class _Evidence(msgspec.Struct, frozen=True, kw_only=True):
    aspect: str
    choice: str
    reason: str
    sure: bool


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    delimiter: str
    encoding: str
    decimal: str
    thousands: str
    quote: str
    header: bool
    skip_lines: int
    compression: str
    records: int
    complete: bool
    rejected: int
    columns: tuple[_Column, ...]
    problems: tuple[SpokenProblem, ...]
    evidence: tuple[_Evidence, ...]
    sheets: tuple[Sheet, ...]
    rule: SpokenRule | None
    changes: tuple[SpokenChange, ...] | None


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("file", metavar="FILE")
    parser.option("--project", metavar="P")
    parser.option("--name", metavar="N", default="")
    declare(parser)
    declare_database(parser)


def run(terminal: Terminal, options: Namespace) -> int:
    """Look at the file."""
    asked = InspectRequest(
        source=located(terminal, options.file),
        corrections=corrections(options),
        reading=part(options),
        access=access(options),
    )
    request = _by_rules(terminal, options, LookRequest(request=asked))
    looked = msgspec.json.decode(local_job(terminal, LOOK, request).answer, type=Looked)
    tell_rule(terminal, looked.rule)
    lines = [*_lines(looked.inspected, terminal.words), ""]
    lines += change_lines(looked.changes, request.against, terminal.words)
    terminal.answer(_answer(looked, terminal.words), lines if looked.changes is not None else lines[:-1])
    return 0


def _by_rules(terminal: Terminal, options: Namespace, request: LookRequest) -> LookRequest:
    """The request with what the project knows of the source."""
    name = series_name("--name", options.name) if options.name else ""
    if not options.project:
        return request
    with opened(terminal, options.project) as project:
        return msgspec.structs.replace(
            request,
            dataset=name,
            rules=() if options.no_rule else known_rules(project),
            against=newest_version(project, name),
        )


def _answer(looked: Looked, words: Words) -> _Answer:
    found = looked.inspected
    dialect = found.dialect
    return _Answer(
        delimiter=dialect.delimiter,
        encoding=dialect.encoding,
        decimal=dialect.decimal,
        thousands=dialect.thousands,
        quote=dialect.quote,
        header=dialect.header_lines > 0,
        skip_lines=dialect.skip_lines,
        compression=dialect.compression,
        records=found.records,
        complete=found.complete,
        rejected=len(found.rejected),
        columns=tuple(
            _Column(name=c.heading, column=c.name, type=c.type, note=words.text(c.note) if c.note else "")
            for c in found.columns
        ),
        problems=spoken_problems(found.problems, words),
        evidence=tuple(
            _Evidence(aspect=e.aspect, choice=e.choice, reason=words.text(e.reason), sure=e.sure)
            for e in found.evidence
        ),
        sheets=found.sheets,
        rule=spoken_rule(looked.rule, words),
        changes=spoken_changes(looked.changes, words),
    )


def _lines(found: Inspected, words: Words) -> list[str]:
    count = "cli.inspect.records" if found.complete else "cli.inspect.about_records"
    lines = [words(count, n=found.records, columns=Text("data.columns", {"n": len(found.columns)})), ""]
    lines += [words.text(e.reason) for e in found.evidence]
    columns = [(c.name, words(f"cli.type.{c.type}"), words.text(c.note) if c.note else "") for c in found.columns]
    lines += ["", *table(columns)]
    if found.problems:
        lines += ["", *(words.text(p.message) for p in found.problems)]
    rows = [tuple(c.name for c in found.columns), *(tuple(v or "" for v in r) for r in found.rows[:_SHOWN_ROWS])]
    return [*lines, "", *table([tuple(cell[:_CELL] for cell in row) for row in rows])]
