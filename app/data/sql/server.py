"""What is asked of every database, whichever it is, and the forms in which its columns come."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from typing import Protocol

import msgspec
import pyarrow as pa

CONNECT_S = 10
"""How long a server may take to answer at first."""

BATCH_ROWS = 10_000
BATCH_BYTES = 8_000_000


class Form(Enum):
    """How the cells of a column are written, and what they become. They come as the server's own text, in UTF-8, so
    that nothing is lost on the way; ``RAW`` ones as bytes, ``NATIVE`` ones as Arrow values."""

    WHOLE = auto()
    FLOAT = auto()
    DECIMAL = auto()
    TRUTH = auto()
    DAY = auto()
    MOMENT = auto()
    ZONED = auto()
    WORDS = auto()
    PADDED = auto()
    OTHER = auto()
    BITS = auto()
    RAW = auto()
    HEX = auto()
    NATIVE = auto()


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a result. ``type`` is what the server calls it, ``said`` the id of a note. Of ``NATIVE`` columns:
    ``native`` is their Arrow type, ``mixed`` says that numbers may stand among the words, ``blobs`` that bytes do;
    ``days`` that words may be days, since the server has no type for these."""

    name: str
    form: Form
    type: str = ""
    native: object = None
    mixed: bool = False
    blobs: bool = False
    days: bool = False
    said: str = ""


class Server(Protocol):
    """An open connection, in one read-only transaction that sees one state of the data from first to last."""

    def tables(self) -> tuple[str, ...]:
        """Tables and views that can be read, in order."""

    def table_query(self, table: str) -> str:
        """The query for all of a table, its name quoted.

        Raises
        ------
        CicloError
            ``sql.unknown_table``.
        """

    def describe(self, query: str) -> tuple[Field, ...]:
        """The columns of a query, before it is run.

        Raises
        ------
        CicloError
            What the server says of it; ``sql.not_a_query``, ``sql.several_statements``.
        """

    def count(self, query: str) -> int:
        """How many rows it gives, counted by the server."""

    def rows(self, query: str, fields: Sequence[Field]) -> Iterator[list[pa.Array]]:
        """The rows of a query that was described, column by column, some thousands at a time."""

    def close(self) -> None:
        """Roll back, end what still runs on the server, and let go."""


_END = re.compile(r"(?:;\s*(?:--[^\n'\"]*(?:\n|\Z)\s*|/\*(?:(?!\*/)[^'\"])*\*/\s*)*)+\Z")
"""Semicolons at the end, and the comments behind the first: quotation marks would mean that it isn't the end."""


def without_end(query: str) -> str:
    """A statement without the semicolon that ends it, so that it can stand inside another."""
    return _END.sub("", query.strip()).rstrip()
