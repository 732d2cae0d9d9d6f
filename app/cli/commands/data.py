"""``ciclo data``: the table of a dataset version as CSV or Parquet."""

from __future__ import annotations

import shutil
from argparse import Namespace
from pathlib import Path

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.cli.work import dataset_version, opened, replacing
from app.data.records import DatasetVersion
from app.errors import CicloError


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    rows: int
    out: str


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("dataset", metavar="DATASET")
    parser.option("--out", metavar="FILE", required=True)


def run(terminal: Terminal, options: Namespace) -> int:
    """Write the table."""
    out = Path(options.out)
    with opened(terminal, options.project) as project:
        version = dataset_version(terminal, project, options.dataset)
        table = project.whole_object(version.objects["table"].sha256)
        rows = version.read(DatasetVersion).rows
        with replacing(out) as partial:
            _write(table, partial, out.suffix.lower())
    answer = _Answer(rows=rows, out=str(out.absolute()))
    terminal.answer(answer, [terminal.words("cli.data.done", n=rows, label=version.label, out=answer.out)])
    return 0


def _write(table: Path, partial: Path, ending: str) -> None:
    from app.data.tables import write_csv

    if ending == ".parquet":
        shutil.copyfile(table, partial)
    elif ending in (".csv", ".txt", ""):
        write_csv(table, partial)
    else:
        raise CicloError("cli.unknown_ending", ending=ending)
