"""``ciclo note``: say what a version of a dataset is; the newest note counts, the earlier ones are kept."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.cli.work import opened
from app.data.records import DATASET
from app.data.versions.history import note_draft
from app.project.writer import author


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    dataset: str
    version: int
    note: str
    by: str


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("dataset", metavar="DATASET")
    parser.option("--note", metavar="TEXT", required=True)
    parser.option("--by", metavar="NAME", default="")


def run(terminal: Terminal, options: Namespace) -> int:
    """Store the note."""
    by = options.by.strip() or author()
    with opened(terminal, options.project) as project:
        version = project.version(DATASET, options.dataset)
        project.commit([note_draft(version, note=options.note, by=by)])
    answer = _Answer(dataset=version.name, version=version.number, note=options.note.strip(), by=by)
    terminal.answer(answer, [terminal.words("cli.note.done", label=version.label)])
    return 0
