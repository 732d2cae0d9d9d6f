"""``ciclo new``: a new project."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import msgspec

from app.cli.interrupts import interrupt_held
from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.project import Project


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    project: str
    name: str
    id: str


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.option("--name", metavar="N", default="")


def run(terminal: Terminal, options: Namespace) -> int:
    """Make the project."""
    with interrupt_held():
        project = Project.create(Path(options.project), name=options.name)
        project.close()
        path = str(project.folder.resolve())
        answer = _Answer(project=path, name=project.name, id=project.identity.id)
        terminal.answer(answer, [terminal.words("cli.new.done", name=project.name, path=path)])
    return 0
