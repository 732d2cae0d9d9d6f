"""``ciclo release``: release an approved version, with what there is to say about it."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.cli.work import opened
from app.deployment.releasing import make_release


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    model: str
    release: int
    version: str
    digest: str
    notes: str


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("model", metavar="MODEL")
    parser.option("--notes", metavar="TEXT", default="")


def run(terminal: Terminal, options: Namespace) -> int:
    """Make the release."""
    with opened(terminal, options.project) as project:
        made = make_release(project, options.model, notes=options.notes)
    answer = _Answer(
        model=made.record.name,
        release=made.record.number,
        version=made.body.model,
        digest=made.digest,
        notes=made.body.notes,
    )
    line = terminal.words("cli.release.done", model=made.record.name, n=made.record.number, version=made.body.model)
    terminal.answer(answer, [line])
    return 0
