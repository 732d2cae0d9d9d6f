"""``ciclo restore``: an older version of a dataset as its newest one; nothing is copied."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.cli.work import opened
from app.data.records import DATASET, DatasetVersion
from app.data.versions.history import restoring


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    dataset: str
    version: int
    restored_from: str
    rows: int


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("dataset", metavar="DATASET")
    parser.option("--note", metavar="TEXT", default="")
    parser.option("--by", metavar="NAME", default="")


def run(terminal: Terminal, options: Namespace) -> int:
    """Make it the newest."""
    with opened(terminal, options.project) as project:
        older = project.version(DATASET, options.dataset)
        (newest,) = project.commit([restoring(project, older, by=options.by, note=options.note)])
    rows = newest.read(DatasetVersion).rows
    answer = _Answer(dataset=newest.name, version=newest.number, restored_from=older.label, rows=rows)
    terminal.answer(answer, [terminal.words("cli.restore.done", label=newest.label, older=older.label, n=rows)])
    return 0
