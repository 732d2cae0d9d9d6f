"""The options by which an import is corrected, shared by ``inspect`` and ``import``."""

from __future__ import annotations

from argparse import Namespace

from app.cli.parser import Parser
from app.data.records import ColumnType, Corrections
from app.errors import CicloError

_NAMES = {"tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";", "pipe": "|"}


def declare(parser: Parser) -> None:
    """Declare the options."""
    parser.option("--delimiter", metavar=";")
    parser.option("--encoding", metavar="E")
    parser.option("--decimal", choices=(".", ","))
    parser.option("--header", choices=("yes", "no"))
    parser.option("--type", metavar="COL=TYPE", several=True)
    parser.option("--types", choices=("text",))
    parser.option("--sheet", metavar="S")
    parser.option("--query", metavar="SQL")


def corrections(options: Namespace) -> Corrections:
    """What the options say.

    Raises
    ------
    CicloError
        ``cli.bad_type``, or ``cli.later`` for sources that aren't text.
    """
    for later in ("sheet", "query"):
        if getattr(options, later):
            raise CicloError("cli.later", what=f"--{later}")
    return Corrections(
        delimiter=_NAMES.get(options.delimiter, options.delimiter) if options.delimiter else None,
        encoding=options.encoding,
        decimal=options.decimal,
        header=None if options.header is None else options.header == "yes",
        types=dict(_typed(one) for one in options.type),
        all_text=options.types == "text",
    )


def _typed(assignment: str) -> tuple[str, ColumnType]:
    column, separator, wanted = assignment.rpartition("=")
    known = tuple(ColumnType)
    if not separator or not column or wanted not in known:
        raise CicloError("cli.bad_type", value=assignment, known=", ".join(known))
    return column, ColumnType(wanted)
