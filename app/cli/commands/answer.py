"""``ciclo answer``: what an export says of rows; run in a fresh process while an export is certified."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    runtime: str
    rows: int


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("target", metavar="TARGET")
    parser.place("file", metavar="FILE")
    parser.place("rows", metavar="ROWS")
    parser.option("--out", metavar="OUT", required=True)


def run(terminal: Terminal, options: Namespace) -> int:
    """Ask the export."""
    from app.deployment.proof import read_rows, write_answers
    from app.deployment.targets import find_target

    table, signature = read_rows(Path(options.rows))
    found = find_target(options.target).answer(Path(options.file), table, signature)
    write_answers(found.predictions, found.runtime, Path(options.out))
    terminal.answer(_Answer(runtime=found.runtime, rows=table.num_rows), [found.runtime])
    return 0
