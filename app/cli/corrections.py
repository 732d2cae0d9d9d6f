"""The options that say how a file is to be read, shared by ``inspect``, ``import`` and ``score``."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.parser import Parser
from app.data.records import ColumnType, Corrections, Reading
from app.errors import CicloError

_NAMES = {"tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";", "pipe": "|"}


def declare_reading(parser: Parser) -> None:
    """Declare how a text file is to be read."""
    parser.option("--delimiter", metavar=";")
    parser.option("--encoding", metavar="E")
    parser.option("--decimal", choices=(".", ","))
    parser.option("--header", choices=("yes", "no"))


def declare(parser: Parser) -> None:
    """Declare the options of an import."""
    declare_reading(parser)
    parser.option("--type", metavar="COL=TYPE", several=True)
    parser.option("--types", choices=("text",))
    parser.option("--sheet", metavar="S")
    parser.option("--range", metavar="A3:F200")
    parser.option("--source-column", metavar="NAME")
    parser.option("--query", metavar="SQL")
    parser.switch("--no-rule")


def corrections(options: Namespace) -> Corrections:
    """What the options of an import say.

    Raises
    ------
    CicloError
        ``cli.bad_type``.
    """
    typed = dict(_typed(one) for one in options.type)
    return msgspec.structs.replace(reading(options), types=typed, all_text=options.types == "text")


def reading(options: Namespace) -> Corrections:
    """How the file is to be read."""
    return Corrections(
        delimiter=_NAMES.get(options.delimiter, options.delimiter),
        encoding=options.encoding,
        decimal=options.decimal,
        header=None if options.header is None else options.header == "yes",
    )


def part(options: Namespace) -> Reading:
    """Which part of the source is wanted.

    Raises
    ------
    CicloError
        ``cli.not_together`` or ``sql.not_a_query``.
    """
    if options.query is not None and options.table is not None:
        raise CicloError("cli.not_together", name="--query", other="--table")
    if options.query is not None and not options.query.strip():
        raise CicloError("sql.not_a_query")
    return Reading(
        sheet=options.sheet,
        range=options.range,
        source_column=options.source_column,
        query=options.query,
        table=options.table,
    )


def _typed(assignment: str) -> tuple[str, ColumnType]:
    column, separator, wanted = assignment.rpartition("=")
    known = tuple(ColumnType)
    if not separator or not column or wanted not in known:
        raise CicloError("cli.bad_type", value=assignment, known=", ".join(known))
    return column, ColumnType(wanted)
