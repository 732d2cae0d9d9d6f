"""Files of JSON records: one on each line, or all in one list."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

import msgspec
import numpy as np
import pyarrow as pa

from app.data import limits
from app.data.delimited.encoding import Encoding, detect, to_utf8
from app.data.records import Origin, Problem, Rejected, SourceKind
from app.data.source import Blocks, Source, hash_source, open_source, read_head, verify_unchanged
from app.data.sources.files import distinct_names
from app.data.sources.json_values import DECODER, Number, Record, Unfit, flat
from app.data.sources.marks import like_marked_number
from app.data.sources.typed import Batch, Fingerprint
from app.errors import CicloError
from app.text.message import Text, amount

_HEAD_BYTES = 1 << 20
_BATCH = 4096
_QUICK = 50_000
_BLOCK = 1 << 18
_CELLS = 400_000
_RAW = 300
_ENDINGS = (".json", ".jsonl", ".ndjson")
_BEFORE = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
_PACKED = (".gz", ".xz", ".bz2", ".zst", ".zip")


class Entry(msgspec.Struct):
    """A record's place (its line, or its number in the list), its text, and its cells or why it has none."""

    place: int
    raw: str
    cells: dict[str, object]
    reason: Text | None = None


class JsonSource:
    """The records of a file: its keys, in the order in which they first appear, are its columns.

    The file is read twice, first for its keys and the number of its records, and must be the same both times.
    Of a large one, ``quick`` looks at its beginning only, as a preview does.

    Raises
    ------
    CicloError
        ``data.json_shape``, ``data.bad_json``, ``data.too_many_columns``, ``data.source_changed`` and what any file of
        text is refused for.
    """

    origin = Origin(kind=SourceKind.JSON)

    def __init__(self, path: Path, *, quick: bool = False) -> None:
        self._source = open_source(path)
        self.stamp = self._source.stamp
        self._encoding, self._listed = _form(self._source)
        self._blank = self._position = 0
        self.expected: int | None = None
        self._keys, records, good, complete = self._survey(
            _QUICK if quick and self._source.size > limits.INSPECT_BYTES else None
        )
        if complete:
            self.expected = records
        if records and not (good and self._keys and (self._first_fits or ending(path) != ".json")):
            raise CicloError("data.json_shape", path=self.name)
        if len(self._keys) > limits.COLUMNS:
            raise CicloError("data.too_many_columns", n=len(self._keys), limit=limits.COLUMNS, path=self.name)
        names, self._renamed = distinct_names(list(self._keys))
        self.schema = pa.schema([pa.field(name, pa.string()) for name in names])
        self.notes: Mapping[str, Text] = {}

    def _survey(self, most: int | None) -> tuple[tuple[str, ...], int, int, bool]:
        """All keys in order (of the first records), how many records there are, how many are good; whether these are
        all."""
        keys: dict[str, None] = {}
        self._first_fits = False
        records = good = 0
        for entry in self._entries():
            if records == most:
                return tuple(keys), records, good, False
            self._first_fits = entry.reason is None if not records else self._first_fits
            records += 1
            good += entry.reason is None
            if not entry.cells.keys() <= keys.keys():
                keys.update(dict.fromkeys(entry.cells))
                if len(keys) > limits.COLUMNS:
                    break
        return tuple(keys), records, good, True

    @property
    def name(self) -> str:
        return self._source.path.name

    @property
    def problems(self) -> tuple[Problem, ...]:
        if not self._blank:
            return tuple(self._renamed)
        message = Text("data.problem.blank_lines", {"n": amount(self._blank)})
        return (*self._renamed, Problem(code="data.problem.blank_lines", message=message))

    @property
    def progress(self) -> float:
        return min(1.0, self._position / max(1, self._source.size))

    def batches(self) -> Iterator[Batch]:
        """All records; the place of each is its line, in a list its number."""
        size = max(64, min(_BATCH, _CELLS // max(1, len(self._keys))))
        held: list[Entry] = []
        for entry in self._entries():
            held.append(entry)
            if len(held) >= size:
                yield self._batch(held)
                held = []
        if held:
            yield self._batch(held)

    def _batch(self, entries: list[Entry]) -> Batch:
        known = frozenset(self._keys)
        good = [e for e in entries if e.reason is None and e.cells.keys() <= known]
        rejected = tuple(Rejected(line=e.place, reason=e.reason, raw=e.raw) for e in entries if e.reason is not None)
        if len(good) + len(rejected) < len(entries):  # a key that wasn't there before
            raise CicloError("data.source_changed", path=self.name)
        columns, pointed, literal = [], set(), set()
        for place, key in enumerate(self._keys):
            values = [e.cells.get(key) for e in good]
            columns.append(pa.array([_text(value) for value in values], pa.string()))
            if any(isinstance(value, Number) for value in values):
                pointed.add(place)
            if any(type(value) is str and like_marked_number(value) for value in values):
                literal.add(place)
        return Batch(
            rows=pa.RecordBatch.from_arrays(columns, schema=self.schema),
            places=np.array([e.place for e in good], np.int64),
            rejected=rejected,
            pointed=frozenset(pointed),
            literal=frozenset(literal),
        )

    def fingerprint(self) -> Fingerprint:
        """The bytes of the file as it lies on the disk."""
        found = Fingerprint(sha256=hash_source(self._source), size=self._source.size)
        verify_unchanged(self._source)
        return found

    def close(self) -> None:
        """Nothing is open between two readings."""

    # Reading

    def _entries(self) -> Iterator[Entry]:
        self._blank = 0
        yield from self._list_entries() if self._listed else self._line_entries()

    def _blocks(self) -> Iterator[bytes]:
        blocks = Blocks(self._source, block_bytes=_BLOCK)
        for block in to_utf8(blocks, self._encoding):
            self._position = blocks.position
            yield block

    def _line_entries(self) -> Iterator[Entry]:
        for number, line in enumerate(_lines(self._blocks()), 1):
            if line.strip():
                yield _entry(number, line)
            else:
                self._blank += 1

    def _list_entries(self) -> Iterator[Entry]:
        for number, (value, raw) in enumerate(_elements(self._blocks(), self.name), 1):
            yield _judged(number, raw, value)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return "true" if value else "false"


def _entry(number: int, line: bytes) -> Entry:
    """A line as a record."""
    raw = line[: 4 * _RAW].decode("utf-8", "replace")[:_RAW]
    if len(line) > limits.LINE_BYTES:
        return Entry(number, raw, {}, Text("data.rejected.line_too_long"))
    try:
        return _judged(number, raw, DECODER.decode(line.decode("utf-8")))
    except UnicodeDecodeError:
        return Entry(number, raw, {}, Text("data.rejected.undecodable"))
    except json.JSONDecodeError as error:
        return Entry(number, raw, {}, Text("data.rejected.bad_json", {"place": error.pos + 1}))
    except RecursionError:
        return Entry(number, raw, {}, Text("data.rejected.bad_json", {"place": 1}))


def _judged(number: int, raw: str, value: object) -> Entry:
    try:
        cells = flat(value)
        for cell in (*cells, *cells.values()):
            if isinstance(cell, str) and not cell.isascii():
                cell.encode("utf-8")
    except Unfit as unfit:
        return Entry(number, raw, {}, unfit.reason)
    except UnicodeEncodeError:  # half a character, escaped
        return Entry(number, raw, {}, Text("data.rejected.undecodable"))
    return Entry(number, raw, cells)


def _lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Lines in bounded memory: of one that is too long, only its beginning is kept."""
    held = b""
    for block in blocks:
        *whole, rest = (held + block).split(b"\n")
        yield from whole
        held = rest if len(rest) <= limits.LINE_BYTES else rest[: limits.LINE_BYTES + 1]
    if held:
        yield held


def _elements(blocks: Iterator[bytes], name: str) -> Iterator[tuple[object, str]]:
    """The elements of a list, as soon as each is complete."""
    text = _Text(blocks, name)
    text.take("[")
    if text.next_sign() == "]":
        return
    while True:
        yield text.value()
        if text.next_sign() != ",":
            break
        text.take(",")
    text.take("]")
    if text.next_sign():
        raise text.bad()


class _Text:
    """The text of a file, decoded piece by piece."""

    def __init__(self, blocks: Iterator[bytes], name: str) -> None:
        self._blocks = blocks
        self._name = name
        self._held = ""
        self._at = 0
        self._line = 1
        self._rest = b""

    def bad(self) -> CicloError:
        """What to raise where the text isn't JSON."""
        return CicloError("data.bad_json", path=self._name, line=self._line + self._held.count("\n", 0, self._at))

    def _more(self) -> bool:
        """Read on; False at the end."""
        block = next(self._blocks, None)
        if block is None:
            if self._rest:  # half a letter
                raise self.bad()
            return False
        self._line += self._held.count("\n", 0, self._at)
        data = self._rest + block
        cut = len(data)
        while cut and data[cut - 1] & 0xC0 == 0x80:  # not in the middle of a letter
            cut -= 1
        cut -= cut > 0 and data[cut - 1] >= 0xC0
        self._rest = data[cut:]
        try:
            self._held = self._held[self._at :] + data[:cut].decode("utf-8")
        except UnicodeDecodeError:
            raise self.bad() from None
        self._at = 0
        return True

    def next_sign(self) -> str:
        """The next sign that is no space; empty at the end."""
        while True:
            while self._at < len(self._held):
                if not self._held[self._at].isspace():
                    return self._held[self._at]
                self._at += 1
            if not self._more():
                return ""

    def take(self, sign: str) -> None:
        """Go past a sign that has to be there."""
        if self.next_sign() != sign:
            raise self.bad()
        self._at += 1

    def value(self) -> tuple[object, str]:
        """The next value, and how it is written."""
        self.next_sign()
        while True:
            try:
                value, end = DECODER.raw_decode(self._held, self._at)
            except (json.JSONDecodeError, RecursionError):
                if len(self._held) - self._at > limits.LINE_BYTES or not self._more():
                    raise self.bad() from None
                continue
            if end == len(self._held) and not isinstance(value, Record) and self._more():
                continue  # a number may go on
            raw = self._held[self._at : self._at + _RAW]
            self._at = end
            return value, raw


# Recognising it


def is_json(path: Path) -> bool:
    """Whether a file holds JSON records: by its name and how it begins, or by its first line."""
    source = open_source(path)
    if not source.compression and read_head(source, 64)[0].lstrip(_BEFORE)[:1] not in (b"{", b"["):
        return False
    head, complete = read_head(source, _HEAD_BYTES)
    text = b"".join(to_utf8([head], _encoding(head, complete=complete))).lstrip(_BEFORE)
    if text[:1] not in (b"{", b"["):
        return False
    if ending(path) in _ENDINGS:
        return True
    try:
        return isinstance(DECODER.decode(text.split(b"\n", 1)[0].decode("utf-8")), Record)
    except (ValueError, RecursionError):
        return False


def ending(path: PurePath) -> str:
    """The ending of a name, without that of a compression."""
    return (PurePath(path.stem) if path.suffix.lower() in _PACKED else path).suffix.lower()


def _encoding(head: bytes, *, complete: bool) -> Encoding:
    """JSON is UTF-8; where it has a mark or zeros of another, that one."""
    found = detect(head, complete=complete)
    return found if found.mark or found.name.startswith("utf-") else msgspec.structs.replace(found, name="utf-8")


def _form(source: Source) -> tuple[Encoding, bool]:
    """The encoding of a file, and whether its records stand in one list."""
    head, complete = read_head(source, _HEAD_BYTES)
    encoding = _encoding(head, complete=complete)
    text = b"".join(to_utf8([head], encoding)).lstrip(_BEFORE)
    return encoding, text.startswith(b"[") and not _is_list_line(text)


def _is_list_line(text: bytes) -> bool:
    """Whether the first line is a whole list and more lines follow: then the records are lines that hold lists."""
    first, _, rest = text.partition(b"\n")
    try:
        json.loads(first)
    except ValueError:
        return False
    return rest.lstrip()[:1] in (b"[", b"{")
