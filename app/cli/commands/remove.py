"""``ciclo remove``: put a version of a dataset into the bin; ``ciclo bin --undo`` takes it out again."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.commands.versions import spoken_uses
from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.cli.work import opened
from app.data.records import DATASET
from app.data.versions.history import Use, uses
from app.errors import CicloError
from app.project.bin import bin_entry


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    dataset: str
    version: int
    binned: bool
    used_by: tuple[Use, ...]


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("dataset", metavar="DATASET")
    parser.option("--by", metavar="NAME", default="")
    parser.option("--reason", metavar="TEXT", default="")


def run(terminal: Terminal, options: Namespace) -> int:
    """Put it away."""
    words = terminal.words
    with opened(terminal, options.project) as project:
        version = project.version(DATASET, options.dataset)
        if version.id in project.binned():
            raise CicloError("data.already_binned", label=version.label)
        project.commit([bin_entry(version, binned=True, by=options.by, reason=options.reason)])
        used = uses(project, version.id)
    lines = [words("cli.remove.done", label=version.label)]
    if used:
        lines.append(words("cli.remove.used", label=version.label, names=spoken_uses(used, words)))
    terminal.answer(_Answer(dataset=version.name, version=version.number, binned=True, used_by=used), lines)
    return 0
