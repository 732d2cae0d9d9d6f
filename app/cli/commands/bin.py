"""``ciclo bin``: what lies in the bin; ``--undo`` takes it out again."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal, table
from app.cli.work import opened
from app.data.records import DATASET
from app.data.versions.history import VersionEntry, history
from app.errors import CicloError
from app.project.bin import bin_entry
from app.text import Words


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    label: str
    rows: int
    by: str
    reason: str
    time: str


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    bin: tuple[_Entry, ...]
    undone: tuple[str, ...]


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.option("--undo", metavar="DATASET", several=True)


def run(terminal: Terminal, options: Namespace) -> int:
    """Take out what is named, and list what is left."""
    with opened(terminal, options.project) as project:
        versions = [project.version(DATASET, label) for label in options.undo]
        away = project.binned()
        for version in versions:
            if version.id not in away:
                raise CicloError("data.not_binned", label=version.label)
        project.commit([bin_entry(version, binned=False) for version in versions])
        left = [entry for entry in history(project) if entry.binned is not None]
    words = terminal.words
    undone = tuple(version.label for version in versions)
    lines = [words("cli.bin.undone", label=label) for label in undone]
    terminal.answer(
        _Answer(bin=tuple(_entry(one) for one in left), undone=undone),
        [*lines, *(_lines(left, words) if left or not undone else ())],
    )
    return 0


def _entry(entry: VersionEntry) -> _Entry:
    assert entry.binned is not None
    said = entry.binned
    return _Entry(label=entry.label, rows=entry.rows, by=said.by, reason=said.note, time=said.time)


def _lines(left: list[VersionEntry], words: Words) -> list[str]:
    if not left:
        return [words("cli.bin.empty")]
    rows = []
    for entry in map(_entry, left):
        when = words.datetime(datetime.fromisoformat(entry.time.replace("Z", "+00:00")))
        rows.append((entry.label, words("ui_datasets.versions.rows", n=entry.rows), when, entry.by, entry.reason))
    return table(rows)
