"""``ciclo known``: when a column is known, before the moment of prediction or only afterwards; without one, what was
answered."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.commands.train import column_name
from app.cli.parser import Parser
from app.cli.terminal import Terminal, table
from app.cli.work import dataset_version, opened
from app.data.known.answers import answering, known_of, target_of
from app.data.known.records import Known, When
from app.data.records import DatasetVersion
from app.errors import CicloError
from app.project import Project, Record
from app.text import Words


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    dataset: str
    target: str
    columns: dict[str, When]


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("dataset", metavar="DATASET")
    parser.place("column", metavar="COLUMN", optional=True)
    parser.place("when", metavar="before|after|unknown", optional=True)
    parser.option("--target", metavar="COL", default="")


def run(terminal: Terminal, options: Namespace) -> int:
    """Answer, or show the answers."""
    with opened(terminal, options.project) as project:
        version = dataset_version(terminal, project, options.dataset)
        columns = [column.name for column in version.read(DatasetVersion).columns]
        target = _column(options.target or target_of(project, version.name), version, columns)
        if options.column:
            _answer(project, version, columns, target, options)
        held = known_of(project, version.name, target)
    terminal.answer(
        _Answer(dataset=held.dataset, target=held.target, columns=held.columns), _lines(held, terminal.words)
    )
    return 0


def _column(wanted: str, version: Record, columns: list[str]) -> str:
    if not wanted:
        raise CicloError("findings.no_target", dataset=version.label)
    name = column_name(wanted, columns)
    if name not in columns:
        raise CicloError("findings.no_column", column=name, dataset=version.label, known=", ".join(columns))
    return name


def _answer(project: Project, version: Record, columns: list[str], target: str, options: Namespace) -> None:
    name = _column(options.column, version, columns)
    if name == target:
        raise CicloError("findings.is_target", column=name)
    if options.when not in tuple(When):
        raise CicloError("cli.known_without_column", column=name)
    project.commit([answering(known_of(project, version.name, target), {name: When(options.when)})])


def _lines(held: Known, words: Words) -> list[str]:
    if not held.columns:
        return [words("cli.known.none", dataset=held.dataset, target=held.target)]
    heads = (words("cli.known.column"), words("cli.known.when"))
    lines = table([heads, *((name, words(f"findings.when.{when}")) for name, when in held.columns.items())])
    return [*lines, *([words("cli.known.out")] if held.afterwards else [])]
