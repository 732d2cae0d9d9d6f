"""What the scanner hands out: pieces of a file that are in order, and parts whose records were looked at one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.data.records import Rejected

NEWLINE, RETURN = 10, 13
NONE = np.empty(0, np.int64)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one block held.

    ``data`` are the good records as they stand in the file, for the table engine; where the block needed care,
    ``fields`` holds them already split instead. ``starts`` are the physical lines on which the good records begin.
    ``cells`` are those of each rejected record, as far as they can be told apart, where the scanner was asked to keep
    them.
    """

    records: int
    good: int
    data: bytes | memoryview = b""
    fields: list[list[bytes]] | None = None
    rejected: list[Rejected] = []
    cells: list[tuple[str, ...]] = []
    first_line: int = 1
    blank: int = 0
    stray: int = 0
    nul: int = 0
    starts: NDArray[np.int64] | None = None


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """Whole records, each ended by a newline, in which every quote opens a field, closes one, or is half of a doubled
    quote; not looked at one by one. ``quotes`` are their places, ``lines`` counts the physical lines, and without
    ``returns`` every line end is a newline alone."""

    data: memoryview
    first_line: int
    lines: int
    quotes: NDArray[np.int64]
    returns: bool


def joined(found: Iterable[Piece | Part]) -> Iterator[Piece | Part]:
    """The same records in fewer pieces: what a column costs, it costs once in each. Those with quotes stay by
    themselves, since all of a piece has to be looked at one by one where a quote in it deceives."""
    for plain, together in groupby(found, lambda one: isinstance(one, Piece) and not len(one.quotes)):
        if not plain:
            yield from together
            continue
        pieces = [one for one in together if isinstance(one, Piece)]
        yield pieces[0] if len(pieces) == 1 else _one(pieces)


def _one(pieces: Sequence[Piece]) -> Piece:
    return Piece(
        data=memoryview(b"".join(piece.data for piece in pieces)),
        first_line=pieces[0].first_line,
        lines=sum(piece.lines for piece in pieces),
        quotes=NONE,
        returns=any(piece.returns for piece in pieces),
    )


class Extent(msgspec.Struct, frozen=True, kw_only=True):
    """How much a piece holds if each of its records has all its fields: ``records``, the physical lines on which they
    begin, the bytes of their cells, and how many of those are NUL. Whoever splits the piece must come to the same."""

    records: int
    starts: NDArray[np.int64]
    cells: int
    nul: int


def extent(piece: Piece, width: int) -> Extent:
    """The extent of a piece of a table with ``width`` columns. Every byte of it counts: what isn't a cell is a
    delimiter, a line end or a quote that means something."""
    buffer, quotes = np.frombuffer(piece.data, np.uint8), piece.quotes
    if _one_line_each(buffer, quotes):
        records = piece.lines
        starts = np.arange(piece.first_line, piece.first_line + records)
        returns = int(np.count_nonzero(buffer == RETURN)) if piece.returns else 0
    else:
        ends = np.flatnonzero(buffer == NEWLINE)
        outer = np.flatnonzero(np.searchsorted(quotes, ends) % 2 == 0)
        records = len(outer)
        starts = piece.first_line + np.concatenate([[0], outer[:-1] + 1])
        returns = int((buffer[np.maximum(ends[outer] - 1, 0)] == RETURN).sum())
    doubled = int((quotes[2::2] == quotes[1:-1:2] + 1).sum())
    marks = records * width + returns + len(quotes) - doubled
    nul = 0 if buffer.min(initial=1) else int((buffer == 0).sum())
    return Extent(records=records, starts=starts, cells=len(buffer) - marks, nul=nul)


def _one_line_each(buffer: NDArray[np.uint8], quotes: NDArray[np.int64]) -> bool:
    """Whether no line ends inside quotes, as far as that is found out by looking at what is quoted alone."""
    begins, lengths = quotes[0::2] + 1, quotes[1::2] - quotes[0::2] - 1
    total = int(lengths.sum())
    if total > len(buffer) // 8:
        return False
    places = np.arange(total) + np.repeat(begins - (np.cumsum(lengths) - lengths), lengths)
    return not bool((buffer[places] == NEWLINE).any())
