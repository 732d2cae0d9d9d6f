"""``ciclo score``: predictions for a file, from a bundle alone."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import msgspec

from app.cli.corrections import declare_reading, reading
from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.cli.work import absolute, project_job
from app.deployment.bundle.reader import opened
from app.deployment.records import SCORE, ScoreAnswer, ScoreRequest


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    rows: int
    rejected: int
    remarks: int
    out: str
    notes: tuple[str, ...]


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("bundle", metavar="BUNDLE")
    parser.place("file", metavar="FILE")
    parser.option("--out", metavar="OUT", required=True)
    declare_reading(parser)


def run(terminal: Terminal, options: Namespace) -> int:
    """Score the file; a bundle that breaks a rule is refused before a process is started for it."""
    with opened(Path(options.bundle)):
        pass
    request = ScoreRequest(
        bundle=absolute(options.bundle),
        source=absolute(options.file),
        out=absolute(options.out),
        corrections=reading(options),
    )
    answer = msgspec.json.decode(project_job(terminal, SCORE, request, None).answer, type=ScoreAnswer)
    words = terminal.words
    notes = tuple(words.text(note) for note in answer.notes)
    document = _Answer(rows=answer.rows, rejected=answer.rejected, remarks=answer.remarks, out=answer.out, notes=notes)
    lines = [words("cli.score.done", n=answer.rows, out=answer.out)]
    if answer.rejected:
        lines.append(words("cli.score.rejected", n=answer.rejected))
    if answer.remarks > answer.rejected:
        lines.append(words("cli.score.remarks", n=answer.remarks - answer.rejected))
    terminal.answer(document, [*lines, *notes])
    return 0
