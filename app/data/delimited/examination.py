"""Records looked at one by one: how many fields each has, and what is wrong with those that don't fit.

Records whose quotes are in order are looked at with NumPy (quote parity, as in Langdale and Lemire, "Parsing Gigabytes
of JSON per Second", VLDB Journal 28, 2019); all others by the careful reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.data import limits
from app.data.delimited.careful import Careful, Grammar, read_carefully
from app.data.delimited.parts import NEWLINE, RETURN, Part, Piece
from app.data.records import Rejected
from app.text.message import Text


class Examiner(msgspec.Struct, frozen=True, kw_only=True):
    """Makes parts of a table of ``width`` columns. ``keep_cells`` also keeps what the rejected records hold."""

    grammar: Grammar
    width: int
    keep_cells: bool = False

    def part(self, piece: Piece) -> Part:
        """The records of a piece, each looked at."""
        data = bytes(piece.data)
        quick = self.quickly(data, piece.first_line, final=True)
        found = quick[0] if quick else self.carefully(data, piece.first_line, final=True)[0]
        assert found is not None
        return found

    # The quick way

    def quickly(self, data: bytes, line: int, *, final: bool) -> tuple[Part, int, int] | None:
        """The part at the beginning of ``data``, how many bytes and physical lines it takes; None where the data isn't
        plainly well-formed."""
        if final and not data.endswith((b"\n", b"\r")):
            data += b"\n"
            added = 1
        else:
            added = 0
        buffer = np.frombuffer(data, np.uint8)
        outside = _outside(buffer, data, self.grammar, final=final)
        if outside is None:
            return None
        ends = _record_ends(buffer, outside, final=final)
        if not len(ends):
            return None if final else (Part(records=0, good=0, first_line=line), 0, 0)
        found = self._assemble(data, outside, ends, line)
        if found is None:
            return None
        part, lines = found
        return part, int(ends[-1]) + 1 - added, lines

    def _assemble(
        self, data: bytes, outside: NDArray[np.int64], ends: NDArray[np.int64], line: int
    ) -> tuple[Part, int] | None:
        buffer = np.frombuffer(data, np.uint8)
        used = int(ends[-1]) + 1
        starts = np.concatenate([[0], ends[:-1] + 1])
        widths = _widths(buffer, outside, ends, self.grammar.delimiter[0])
        if _too_long(outside, starts, ends):
            return None
        content = ends - starts - ((buffer[np.maximum(ends - 1, 0)] == RETURN) & (buffer[ends] == NEWLINE))
        blank = (content == 0) if self.width > 1 else np.zeros(len(ends), bool)
        lines = _lines(buffer, data, used, starts, line)
        good = (widths == self.width) & ~blank
        undecodable = _undecodable(data[:used] if used != len(data) else data, starts)
        good[undecodable] = False
        bad = list(_bad(good, blank, undecodable))
        rejected = [
            self.reject(data[starts[i] : ends[i]], int(lines[i]), int(widths[i]), "undecodable" if u else "")
            for i, u in bad
        ]
        after = int(lines[-1]) + _line_count(buffer, data, int(starts[-1]), used)
        part = Part(
            records=int((~blank).sum()),
            good=int(good.sum()),
            data=_runs(data, starts, ends, good),
            rejected=rejected,
            cells=self.cells(data[starts[i] : ends[i]] for i, _ in bad),
            first_line=int(lines[0]),
            blank=int(blank.sum()),
            nul=data.count(0, 0, used) if b"\0" in data else 0,
            starts=lines[good],
        )
        return part, after - line

    # The careful way

    def carefully(self, data: bytes, line: int, *, final: bool) -> tuple[Part | None, int, int]:
        """As :meth:`quickly`, whatever the data; without a part where no record is complete."""
        first, used, records, blank, stray = line, 0, 0, 0, 0
        fields: list[list[bytes]] = []
        lines: list[int] = []
        rejected: list[Rejected] = []
        cells: list[tuple[str, ...]] = []
        for record in read_carefully(data, self.grammar, final=final):
            used = _after(data, record.end)
            begun, line = line, line + record.lines
            if record.end == record.start and self.width > 1:
                blank += 1
                continue
            records += 1
            stray += record.stray
            fault = record.fault or _oversized(record) or _not_utf8(data[record.start : record.end])
            if fault or record.fields is None or len(record.fields) != self.width:
                width = len(record.fields or ())
                rejected.append(self.reject(data[record.start : record.end], begun, width, fault))
                cells += self.cells([data[record.start : record.end]])
            else:
                fields.append(record.fields)
                lines.append(begun)
        if not used:
            return None, 0, 0
        part = Part(
            records=records,
            good=len(fields),
            fields=fields,
            rejected=rejected,
            cells=cells,
            first_line=first,
            blank=blank,
            stray=stray,
            nul=data.count(0, 0, used),
            starts=np.array(lines, np.int64),
        )
        return part, used, line - first

    # What is rejected

    def reject(self, raw: bytes, line: int, width: int, fault: str) -> Rejected:
        """A record that doesn't fit: for a ``fault``, or because it has another number of fields."""
        reason = Text(f"data.rejected.{fault}") if fault else self._wrong_width(width)
        return Rejected(line=line, reason=reason, raw=raw[: limits.RAW_BYTES].decode("utf-8", "replace").rstrip("\r\n"))

    def _wrong_width(self, width: int) -> Text:
        code = "too_few" if width < self.width else "too_many"
        return Text(f"data.rejected.{code}", {"n": width, "wanted": self.width})

    def cells(self, raws: Iterable[bytes]) -> list[tuple[str, ...]]:
        """The cells of rejected records, where they are wanted."""
        if not self.keep_cells:
            return []
        return [_cells_of(raw, self.grammar, self.width) for raw in raws]


def _prefixes() -> NDArray[np.uint8]:
    """For each byte of eight flags, first flag lowest: whether an odd number of them was set up to and with each."""
    flags = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little")
    return np.packbits(np.cumsum(flags, axis=1) % 2, axis=1, bitorder="little")[:, 0]


_PREFIX = _prefixes()
_ODD = np.where(_PREFIX & 0x80, np.uint8(255), np.uint8(0))


def _outside(buffer: NDArray[np.uint8], data: bytes, grammar: Grammar, *, final: bool) -> NDArray[np.int64] | None:
    """Where delimiters and line ends stand outside quotes; None unless every quote opens a field, closes one, or is
    half of a doubled quote. Eight places share a byte: whether one is inside quotes is the parity of those before it.
    """
    wanted = (buffer == grammar.delimiter[0]) | (buffer == NEWLINE)
    if b"\r" in data:
        wanted |= buffer == RETURN
    if not grammar.quote or grammar.quote not in data:
        return np.flatnonzero(wanted)
    quoting = buffer == grammar.quote[0]
    quotes = np.packbits(quoting, bitorder="little")
    odd = np.bitwise_xor.accumulate(_ODD[quotes])
    inside = _PREFIX[quotes]  # an opening quote counts as inside, a closing one doesn't
    inside[1:] ^= odd[:-1]
    beside = np.ones(len(buffer) + 2, bool)
    np.logical_or(wanted, quoting, out=beside[1:-1])
    if (final and odd[-1]) or (quotes & inside & ~np.packbits(beside[:-2], bitorder="little")).any():
        return None
    if (quotes & ~inside & ~np.packbits(beside[2:], bitorder="little")).any():
        return None
    found = np.packbits(wanted, bitorder="little") & ~inside
    return np.flatnonzero(np.unpackbits(found, count=len(buffer), bitorder="little").view(bool))


def _record_ends(buffer: NDArray[np.uint8], outside: NDArray[np.int64], *, final: bool) -> NDArray[np.int64]:
    kinds = buffer[outside]
    newline, back = kinds == NEWLINE, kinds == RETURN
    if not back.any():
        return np.asarray(outside[newline])
    last = len(buffer) - 1
    following = buffer[np.minimum(outside + 1, last)]
    lone = back & (following != NEWLINE) | (back & (outside == last))
    if not final:
        lone &= outside != last  # may be the first half of a pair
    return np.asarray(outside[newline | lone])


def _widths(
    buffer: NDArray[np.uint8], outside: NDArray[np.int64], ends: NDArray[np.int64], delimiter: int
) -> NDArray[np.int64]:
    """The number of fields of each record."""
    is_delimiter = buffer[outside] == delimiter
    is_end = ~is_delimiter
    if int(is_end.sum()) != len(ends):  # first halves of line ends, or what follows the last record
        is_end = np.isin(outside, ends, assume_unique=True)
    counts = np.cumsum(is_delimiter)[is_end]
    return np.asarray(np.diff(counts, prepend=0) + 1)


def _lines(
    buffer: NDArray[np.uint8], data: bytes, used: int, starts: NDArray[np.int64], line: int
) -> NDArray[np.int64]:
    """The physical lines on which records begin."""
    ends = _line_ends(buffer[:used], data, used)
    if len(ends) == len(starts):
        return np.arange(line, line + len(starts))
    return np.asarray(line + np.searchsorted(ends, starts))


def _line_ends(buffer: NDArray[np.uint8], data: bytes, used: int) -> NDArray[np.int64]:
    ends = buffer == NEWLINE
    if data.find(b"\r", 0, used) >= 0:
        lone = buffer == RETURN
        lone[:-1] &= buffer[1:] != NEWLINE
        ends |= lone
    return np.flatnonzero(ends)


def _line_count(buffer: NDArray[np.uint8], data: bytes, start: int, end: int) -> int:
    return len(_line_ends(buffer[start:end], data[start:end], end - start))


def _too_long(outside: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> bool:
    longest = int((ends - starts).max(initial=0))
    if longest <= limits.FIELD_BYTES:
        return False
    fields = np.diff(outside[outside <= ends[-1]], prepend=-1)
    return bool(fields.max(initial=0) > limits.FIELD_BYTES or longest > limits.LINE_BYTES)


def _undecodable(data: bytes, starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Indices of the records that hold bytes which aren't UTF-8."""
    if data.isascii():
        return np.empty(0, np.int64)
    found, position = [], 0
    while position < len(data):
        try:
            data[position:].decode("utf-8") if position else data.decode("utf-8")
            break
        except UnicodeDecodeError as error:
            index = int(np.searchsorted(starts, position + error.start, side="right")) - 1
            found.append(index)
            position = int(starts[index + 1]) if index + 1 < len(starts) else len(data)
    return np.array(found, np.int64)


def _bad(
    good: NDArray[np.bool_], blank: NDArray[np.bool_], undecodable: NDArray[np.int64]
) -> Iterator[tuple[int, bool]]:
    if good.all():
        return
    spoilt = set(undecodable.tolist())
    for index in np.flatnonzero(~good & ~blank).tolist():
        yield index, index in spoilt


def _runs(
    data: bytes, starts: NDArray[np.int64], ends: NDArray[np.int64], good: NDArray[np.bool_]
) -> bytes | memoryview:
    """The bytes of the good records; without a copy where all are good."""
    view = memoryview(data)
    if good.all():
        return view[: int(ends[-1]) + 1]
    edges = np.flatnonzero(np.diff(good.astype(np.int8), prepend=0, append=0))
    runs = (view[int(starts[a]) : int(ends[b - 1]) + 1] for a, b in zip(edges[0::2], edges[1::2], strict=True))
    # A return that ends a run would join a newline at the beginning of the next: one record would be lost.
    return b"".join(bytes(run) + b"\n" if run[-1] == RETURN else run for run in runs)


def _cells_of(raw: bytes, grammar: Grammar, width: int) -> tuple[str, ...]:
    """The first ``width`` cells of a record that doesn't fit; where its quotes don't close, cut at every delimiter."""
    record = next(read_carefully(raw.rstrip(b"\r\n"), grammar, final=True), None)
    fields = record.fields if record is not None and record.fields is not None else raw.split(grammar.delimiter)
    found = [field.decode("utf-8", "replace") for field in fields[:width]]
    return (*found, *("" for _ in range(width - len(found))))


def _after(data: bytes, end: int) -> int:
    return end + (2 if data.startswith(b"\r\n", end) else 1 if end < len(data) else 0)


def _oversized(record: Careful) -> str:
    if record.end - record.start > limits.LINE_BYTES:
        return "line_too_long"
    return "field_too_long" if any(len(f) > limits.FIELD_BYTES for f in record.fields or ()) else ""


def _not_utf8(raw: bytes) -> str:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "undecodable"
    return ""
