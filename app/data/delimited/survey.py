"""The first pass over a file: dialect, layout, every record counted, types decided on all rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec
import pyarrow as pa

from app.data import limits
from app.data.delimited.careful import Grammar
from app.data.delimited.dialect import Guess, guess_dialect
from app.data.delimited.encoding import Encoding, detect, to_utf8
from app.data.delimited.header import Layout, find_layout
from app.data.delimited.parsing import Want, to_table
from app.data.delimited.scanner import Part, Scanner
from app.data.delimited.spill import Spill
from app.data.pipeline import in_order
from app.data.records import ColumnType, Corrections, Dialect, Rejected
from app.data.source import Blocks, Digest, Source, read_head
from app.data.values.conversion import Notation
from app.data.values.inference import Numerals, decide_day_first, decide_numerals, decide_type
from app.data.values.tally import Tally
from app.errors import CicloError

_HEAD_BYTES = 4 << 20
_RESAMPLE_BYTES = 1 << 20
_BEYOND_ASCII = re.compile(rb"[^\r\n]{0,200}[\x80-\xff][^\r\n]{0,200}")

_AS_TEXT = Want()

Watch = Callable[[Blocks], None]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is to be read: what is settled before its rows are counted."""

    source: Source
    encoding: Encoding
    guess: Guess
    layout: Layout
    head: bytes
    head_complete: bool
    corrections: Corrections

    @property
    def grammar(self) -> Grammar:
        return self.guess.grammar

    @property
    def names(self) -> tuple[str, ...]:
        return self.layout.names


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What the first pass found."""

    plan: Plan
    tallies: list[Tally]
    numerals: Numerals
    dialect: Dialect
    types: tuple[ColumnType, ...]
    notations: tuple[Notation, ...]
    records: int
    rows: int
    rejected: int
    listed: tuple[Rejected, ...]
    blank: int
    stray: int
    nul: int
    complete: bool
    bytes_read: int
    head_rows: pa.Table


def make_plan(source: Source, corrections: Corrections, *, sample: bytes | None = None) -> Plan:
    """Settle encoding, dialect and layout from the beginning of a file.

    Raises
    ------
    CicloError
        ``data.binary``, ``data.too_many_columns``, ``data.lfs_pointer``, ``data.html``, ``data.no_table`` and others.
    """
    head, complete = read_head(source, _HEAD_BYTES)
    if not head.strip(b"\r\n \t\x00\xef\xbb\xbf\xff\xfe"):
        raise CicloError("data.empty_file", path=source.path.name)
    encoding = detect(sample or head, complete=complete and sample is None, wanted=corrections.encoding)
    if sample is not None:
        mark = detect(head, complete=complete, wanted=corrections.encoding).mark
        encoding = msgspec.structs.replace(encoding, mark=mark)
    text = b"".join(to_utf8([head], encoding))
    _refuse_other_content(source, text, encoding)
    if corrections.delimiter is not None and len(corrections.delimiter) != 1:
        raise CicloError("data.bad_delimiter", delimiter=corrections.delimiter)
    guess = guess_dialect(text, complete=complete, delimiter=corrections.delimiter)
    layout = find_layout(text, guess.grammar, complete=complete, header=corrections.header)
    if layout.width > limits.COLUMNS:
        raise CicloError("data.too_many_columns", n=layout.width, limit=limits.COLUMNS, path=source.path.name)
    _check_names(layout.names, corrections)
    return Plan(
        source=source,
        encoding=encoding,
        guess=guess,
        layout=layout,
        head=text,
        head_complete=complete,
        corrections=corrections,
    )


def _refuse_other_content(source: Source, text: bytes, encoding: Encoding) -> None:
    name = source.path.name
    start = text[:400].lstrip().lower()
    if start.startswith(b"version https://git-lfs"):
        raise CicloError("data.lfs_pointer", path=name)
    if start.startswith((b"<!doctype html", b"<html", b"<?xml", b"<table")):
        raise CicloError("data.foreign_format", path=name, format="XML" if start.startswith(b"<?xml") else "HTML")
    sample = text[:65536]
    control = len(sample) - len(
        sample.translate(None, bytes(set(range(32)) - set(b"\t\n\r\x00\x0b\x0c\x1a\x1b\x1c\x1d\x1e\x1f")))
    )
    nul = sample.count(0)
    undecodable = sample.count(0xFF) if encoding.name != "utf-8" else 0
    if control + undecodable > 0.02 * len(sample) + 4 or nul > 0.1 * len(sample) + 4:
        raise CicloError("data.binary", path=name)


def _check_names(names: tuple[str, ...], corrections: Corrections) -> None:
    for name in corrections.types:
        if name not in names:
            raise CicloError("data.no_such_column", column=name, known=", ".join(names[:20]))


def read_parts(
    plan: Plan, *, digest: Digest | None = None, watch: Watch | None = None, keep_cells: bool = False
) -> Iterator[Part]:
    """The parts of the file below its header, in order; with the cells of rejected records where they are wanted."""
    blocks = Blocks(plan.source, digest=digest)
    scanner = Scanner(grammar=plan.grammar, width=plan.layout.width, line=plan.layout.line, keep_cells=keep_cells)
    for part in scanner.scan(_body(blocks, plan)):
        if watch is not None:
            watch(blocks)
        yield part


def text_table(part: Part, plan: Plan, want: Want = _AS_TEXT) -> pa.Table:
    """The good records of a part as text, one column for each name."""
    table = to_table(part, grammar=plan.grammar, width=plan.layout.width, want=want)
    return table if len(plan.names) == plan.layout.width else table.select(list(range(len(plan.names))))


def _body(blocks: Blocks, plan: Plan) -> Iterator[bytes]:
    skip = plan.layout.offset
    for block in to_utf8(blocks, plan.encoding):
        if skip >= len(block):
            skip -= len(block)
            continue
        yield block[skip:] if skip else block
        skip = 0


def survey(
    source: Source,
    corrections: Corrections,
    *,
    byte_limit: int | None = None,
    watch: Watch | None = None,
    digest: Callable[[], Digest] | None = None,
    spill: Spill | None = None,
) -> Survey:
    """Read a file once (up to ``byte_limit`` bytes of it) and decide on everything; its cells go to ``spill``."""
    plan = make_plan(source, corrections)
    look = _Look(byte_limit, watch, digest, spill)
    try:
        return look.at(plan, certain=plan.head_complete or corrections.encoding is not None)
    except _NotUtf8:
        return look.at(make_plan(source, corrections, sample=_resample(source)), certain=True)


class _NotUtf8(Exception):
    """A later part of the file isn't in the encoding of its beginning."""


def _resample(source: Source) -> bytes:
    """Lines with letters beyond ASCII, from anywhere in the file."""
    found, size = [], 0
    for block in Blocks(source):
        if block.isascii():
            continue
        for match in _BEYOND_ASCII.findall(block):
            found.append(match)
            size += len(match)
            if size > _RESAMPLE_BYTES:
                return b"\n".join(found)
    return b"\n".join(found)


class _Look:
    """One reading of a file from its beginning."""

    def __init__(
        self,
        byte_limit: int | None,
        watch: Watch | None,
        digest: Callable[[], Digest] | None,
        spill: Spill | None,
    ) -> None:
        self._byte_limit, self._watch, self._digest, self._spill = byte_limit, watch, digest, spill
        self._position = 0
        self._complete = True

    def at(self, plan: Plan, *, certain: bool) -> Survey:
        """Count the records of a file by a plan; ``certain`` where its encoding is settled."""
        count = _Count(plan)
        self._complete = True
        if self._spill is not None:
            self._spill.restart()
        parts = self._limited(plan)
        for part, table in in_order(in_order(parts, count.parse, threads=1), count.add, threads=1):
            if self._spill is not None:
                self._spill.add(part, table, position=self._position)
            if not certain and plan.encoding.name == "utf-8" and _has_undecodable(part):
                raise _NotUtf8
        return count.survey(complete=self._complete, bytes_read=self._position)

    def _limited(self, plan: Plan) -> Iterator[Part]:
        """The parts of the file, or of as much of it as is wanted."""
        for part in read_parts(plan, digest=self._digest() if self._digest else None, watch=self._watched):
            yield part
            if self._byte_limit is not None and self._position > self._byte_limit and not plan.head_complete:
                self._complete = False
                return

    def _watched(self, blocks: Blocks) -> None:
        self._position = blocks.position
        if self._watch is not None:
            self._watch(blocks)


def _has_undecodable(part: Part) -> bool:
    return any(r.reason.id == "data.rejected.undecodable" for r in part.rejected)


def _as_words(table: pa.Table) -> pa.Table:
    schema = pa.schema([pa.field(name, pa.string()) for name in table.column_names])
    return table.cast(schema)


class _Count:
    """Adds up parts."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.tallies = [Tally() for _ in plan.names]
        self.records = self.rows = self.rejected = self.blank = self.stray = self.nul = 0
        self.listed: list[Rejected] = []
        self.head: list[pa.Table] = []

    def parse(self, part: Part) -> tuple[Part, pa.Table]:
        """The cells of a part; columns whose words recur come as dictionaries."""
        recurring = frozenset(i for i, tally in enumerate(self.tallies) if tally.recurring)
        return part, text_table(part, self.plan, Want(encoded=recurring))

    def add(self, parsed: tuple[Part, pa.Table]) -> tuple[Part, pa.Table]:
        """Take in a part."""
        part, table = parsed
        for tally, column in zip(self.tallies, table.columns, strict=True):
            tally.add(column.chunk(0) if column.num_chunks == 1 else column.combine_chunks())
        if sum(t.num_rows for t in self.head) < limits.LISTED and table.num_rows:
            self.head.append(_as_words(table.slice(0, limits.LISTED)))
        self.records += part.records
        self.rows += part.good
        self.rejected += len(part.rejected)
        self.blank += part.blank
        self.stray += part.stray
        self.nul += part.nul
        self.listed += part.rejected[: limits.LISTED - len(self.listed)]
        return parsed

    def survey(self, *, complete: bool, bytes_read: int) -> Survey:
        if self.rows + self.rejected != self.records:
            raise CicloError(
                "data.count_mismatch", scanned=self.records, read=self.rows + self.rejected, line=self.plan.layout.line
            )
        self._drop_spare()
        plan, corrections = self.plan, self.plan.corrections
        delimiter = plan.grammar.delimiter.decode()
        numerals = decide_numerals(self.tallies, delimiter=delimiter, wanted=corrections.decimal)
        day_first = decide_day_first(self.tallies, wanted=corrections.day_first)
        dialect = _dialect(plan, numerals, day_first)
        types = tuple(self._type(t, n, dialect) for t, n in zip(self.tallies, plan.names, strict=True))
        return Survey(
            plan=plan,
            tallies=self.tallies,
            numerals=numerals,
            dialect=dialect,
            types=types,
            notations=tuple(self._notation(t, y, dialect) for t, y in zip(self.tallies, types, strict=True)),
            records=self.records,
            rows=self.rows,
            rejected=self.rejected,
            listed=tuple(self.listed),
            blank=self.blank,
            stray=self.stray,
            nul=self.nul,
            complete=complete,
            bytes_read=bytes_read,
            head_rows=pa.concat_tables(self.head) if self.head else None,
        )

    def _drop_spare(self) -> None:
        """A delimiter at the end of every row makes a column without a name and without values: it isn't one."""
        layout = self.plan.layout
        if layout.spare and self.rows and not self.tallies[-1].filled:
            self.plan = msgspec.structs.replace(self.plan, layout=layout.without_spare())
            self.tallies.pop()
            self.head = [table.select(list(range(layout.width - 1))) for table in self.head]

    def _type(self, tally: Tally, name: str, dialect: Dialect) -> ColumnType:
        corrections = self.plan.corrections
        if name in corrections.types:
            return corrections.types[name]
        if corrections.all_text:
            return ColumnType.TEXT
        return decide_type(tally, name, notation=Notation.of(dialect), missing_words=corrections.missing_words)

    def _notation(self, tally: Tally, type: ColumnType, dialect: Dialect) -> Notation:
        """The notation of one column: in columns of values, the usual words for "missing" count as such."""
        corrections = self.plan.corrections
        valued = type in (ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.DATE, ColumnType.DATETIME)
        if corrections.missing_words is not None:
            return Notation.of(dialect, missing_words=corrections.missing_words)
        return Notation.of(dialect, value_words=tuple(tally.disguised()) if valued else ())


def _dialect(plan: Plan, numerals: Numerals, day_first: bool | None) -> Dialect:
    return Dialect(
        encoding=plan.encoding.name,
        delimiter=plan.grammar.delimiter.decode(),
        quote=plan.grammar.quote.decode(),
        escape=plan.grammar.escape.decode(),
        decimal=numerals.decimal,
        thousands=numerals.thousands,
        header_lines=plan.layout.header_lines,
        skip_lines=plan.layout.skip_lines,
        day_first=day_first,
        compression=plan.source.compression,
        skip_spaces=plan.grammar.skip_spaces,
    )
