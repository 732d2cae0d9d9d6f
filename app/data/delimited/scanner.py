"""The strict scanner: it counts what the file holds, independently of whatever turns it into a table.

Bytes come in blocks; out come whole records. Where every quote opens a field or closes one, they come as a piece: the
scanner knows how many records it holds and how many bytes their cells must have together, and the table engine is held
to that. All else comes as a part, whose records were looked at one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from app.data import limits
from app.data.delimited.careful import LINE_END, Grammar
from app.data.delimited.examination import Examiner
from app.data.delimited.parts import NEWLINE, NONE, RETURN, Part, Piece

_BYTES_A_QUOTE = 1_000
"""Where there are so many bytes for each quote, there are few."""


class Scanner:
    """Splits blocks into pieces and parts for a table of ``width`` columns. Blank lines count only where there is one
    column.

    ``keep_cells`` also keeps what the rejected records hold.
    """

    def __init__(self, *, grammar: Grammar, width: int, line: int = 1, keep_cells: bool = False) -> None:
        self.examiner = Examiner(grammar=grammar, width=width, keep_cells=keep_cells)
        self._grammar = grammar
        self._line = line
        self._skipping = False
        self._plain = len(grammar.delimiter) == 1 and len(grammar.quote) <= 1

    @property
    def line(self) -> int:
        """The physical line after what was scanned."""
        return self._line

    def left_out(self, lines: Iterable[bytes], reason: str, line: int) -> Part:
        """Lines that aren't part of the table, as rejected records; the first of them is ``line`` of the file."""
        there = [(n, raw) for n, raw in enumerate(lines, line) if raw.strip(b"\r\n")]
        rejected = [self.examiner.reject(raw, n, 0, reason) for n, raw in there]
        cells = self.examiner.cells([raw for _, raw in there])
        count = len(rejected)
        return Part(records=count, good=0, fields=[], rejected=rejected, cells=cells, first_line=line, starts=NONE)

    def scan(self, blocks: Iterable[bytes]) -> Iterator[Part]:
        """The parts of the blocks, in order. Together they hold every record of the file once."""
        for found in self.pieces(blocks):
            yield self.examiner.part(found) if isinstance(found, Piece) else found

    def pieces(self, blocks: Iterable[bytes]) -> Iterator[Piece | Part]:
        """As :meth:`scan`, with what is in order left as pieces."""
        rest = b""
        for block in blocks:
            data = self._rest_of_line(block) if self._skipping else rest + block if rest else block
            found, used = self._next(data, final=False)
            rest = data[used:] if used < len(data) else b""
            if found is not None:
                yield found
            if len(rest) > limits.LINE_BYTES:
                part, used = self._give_up(rest)
                rest = rest[used:]
                yield part
        while rest:
            found, used = self._next(rest, final=True)
            rest = rest[used:]
            if found is not None:
                yield found

    def _give_up(self, data: bytes) -> tuple[Part, int]:
        """Reject the first line of a record that grew beyond the limit; where its end isn't known yet, skip to it."""
        found = LINE_END.search(data, 0, len(data) - 1)
        end = found.start() if found else len(data)
        self._skipping = found is None
        fault = "line_too_long" if end > limits.LINE_BYTES // 2 else "unclosed_quote"
        rejected = self.examiner.reject(data[:end], self._line, 0, fault)
        cells = self.examiner.cells([data[: limits.RAW_BYTES]])
        part = Part(records=1, good=0, fields=[], rejected=[rejected], cells=cells, first_line=self._line, starts=NONE)
        self._line += 1
        return part, found.end() if found else end

    def _rest_of_line(self, block: bytes) -> bytes:
        """What stands after the line that is being skipped."""
        found = LINE_END.search(block)
        if found is None:
            return b""
        self._skipping = False
        return block[found.end() :]

    def _next(self, data: bytes, *, final: bool) -> tuple[Piece | Part | None, int]:
        """What the data begins with, and how many bytes that takes."""
        if self._plain and not self._needs_care(data):
            if _only_newlines(data):
                piece = self._piece(data, final=final)
                if piece is not None:
                    return piece
            elif (quick := self.examiner.quickly(data, self._line, final=final)) is not None:
                part, used, lines = quick
                self._line += lines
                return part, used
        careful, used, lines = self.examiner.carefully(data, self._line, final=final)
        self._line += lines
        return careful, used

    def _needs_care(self, data: bytes) -> bool:
        """Whether there are escapes, or quotes where spaces may stand before them: the quick way knows neither."""
        grammar = self._grammar
        spaced = grammar.skip_spaces and grammar.quote and grammar.quote in data
        return bool((grammar.escape and grammar.escape in data) or spaced)

    def _piece(self, data: bytes, *, final: bool) -> tuple[Piece | None, int] | None:
        """The piece at the beginning of the data and its length; None where some quote isn't in order."""
        length = len(data)
        if final and not data.endswith(b"\n"):
            data += b"\n"
        quotes = _quotes(data, self._grammar)
        if (final and len(quotes) % 2) or not _in_order(data, quotes, self._grammar.delimiter[0]):
            return None
        used = _last_end(data, quotes) + 1
        if not used:
            return None if final else (None, 0)
        lines = int(np.count_nonzero(np.frombuffer(data, np.uint8, used) == NEWLINE))
        piece = Piece(
            data=memoryview(data)[:used],
            first_line=self._line,
            lines=lines,
            quotes=quotes[: np.searchsorted(quotes, used)],
            returns=b"\r" in data,
        )
        self._line += lines
        return piece, min(used, length)


def _only_newlines(data: bytes) -> bool:
    """Whether lines end with a newline, alone or after a return, and returns stand nowhere else."""
    return b"\r" not in data or data.count(b"\r") == data.count(b"\r\n") + data.endswith(b"\r")


def _quotes(data: bytes, grammar: Grammar) -> NDArray[np.int64]:
    """Where quotes stand. A few are found one by one, which is quicker."""
    if not grammar.quote:
        return NONE
    few: list[int] = []
    place = data.find(grammar.quote)
    while place >= 0 and len(few) * _BYTES_A_QUOTE < len(data):
        few.append(place)
        place = data.find(grammar.quote, place + 1)
    return np.array(few, np.int64) if place < 0 else np.flatnonzero(np.frombuffer(data, np.uint8) == grammar.quote[0])


def _in_order(data: bytes, quotes: NDArray[np.int64], delimiter: int) -> bool:
    """Whether quotes open and close fields in turn: what opens stands after a delimiter or a line end, what closes
    before one. Two quotes in a row inside a field close it and open it again, which comes to the same."""
    if not len(quotes):
        return True
    buffer, last = np.frombuffer(data, np.uint8), len(data) - 1
    beside = np.zeros(256, bool)
    beside[[delimiter, NEWLINE, RETURN, int(buffer[quotes[0]])]] = True
    opening, closing = quotes[0::2], quotes[1::2]
    opened = beside[buffer[np.maximum(opening - 1, 0)]] | (opening == 0)
    closed = beside[buffer[np.minimum(closing + 1, last)]] | (closing == last)
    return bool(opened.all() and closed.all())


def _last_end(data: bytes, quotes: NDArray[np.int64]) -> int:
    """Where the last newline outside quotes stands; -1 where there is none."""
    end = data.rfind(b"\n")
    while end >= 0:
        before = int(np.searchsorted(quotes, end))
        if before % 2 == 0:
            return end
        end = data.rfind(b"\n", 0, int(quotes[before - 1]))
    return -1
