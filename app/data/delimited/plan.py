"""How a file is to be read: what is settled from its beginning, before its rows are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec
import pyarrow as pa

from app.data import limits
from app.data.delimited.careful import Grammar
from app.data.delimited.dialect import Guess, guess_dialect
from app.data.delimited.edges import Body
from app.data.delimited.encoding import Encoding, detect, to_utf8, uncounted
from app.data.delimited.header import Layout, find_layout
from app.data.delimited.parsing import Want, positions, to_table
from app.data.delimited.parts import Part, Piece
from app.data.delimited.scanner import Scanner
from app.data.delimited.spaced import respaced
from app.data.records import Corrections
from app.data.source import Blocks, Source, read_head
from app.errors import CicloError

_HEAD_BYTES = 4 << 20
_COLUMN_BYTES, _MOST_AT_ONCE = 16 << 10, 24 << 20
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
    def block_bytes(self) -> int:
        """How much to read at once: where there are many columns, more, since each costs something in each block."""
        return min(_MOST_AT_ONCE, max(limits.BLOCK_BYTES, self.layout.width * _COLUMN_BYTES))

    @property
    def names(self) -> tuple[str, ...]:
        return self.layout.names


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
    text = b"".join(to_utf8([head], encoding, mended=uncounted))
    _refuse_other_content(source, text, encoding)
    guess = guess_dialect(text, complete=complete, delimiter=corrections.delimiter)
    text = b"".join(respaced([text], guess.grammar))
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


def read_parts(plan: Plan, *, watch: Watch | None = None, keep_cells: bool = False) -> Iterator[Part]:
    """The parts of the file below its header, in order; with the cells of rejected records where they are wanted."""
    blocks = Blocks(plan.source, block_bytes=plan.block_bytes)
    scanner = _scanner(plan, keep_cells=keep_cells)
    for found in _edged(plan, scanner, _body(blocks, plan)):
        part = scanner.examiner.part(found) if isinstance(found, Piece) else found
        if watch is not None:
            watch(blocks)
        yield part


def read_pieces(plan: Plan, blocks: Blocks) -> Iterator[Piece | Part]:
    """The pieces and parts of the file below its header, in order."""
    return _edged(plan, _scanner(plan, keep_cells=False), _body(blocks, plan))


def pieces_in(plan: Plan, blocks: Iterable[bytes]) -> Iterator[Piece | Part]:
    """The pieces and parts of records in UTF-8."""
    return _scanner(plan, keep_cells=False).pieces(blocks)


def _edged(plan: Plan, scanner: Scanner, blocks: Iterable[bytes]) -> Iterator[Piece | Part]:
    """The pieces and parts, with the rows of units, notes and totals around the table as rejected records."""
    body = Body(blocks, grammar=plan.grammar, columns=plan.layout.columns)
    if (units := plan.layout.units) is not None:
        yield scanner.left_out([plan.head[units.start : units.end]], "units", units.line)
    yield from scanner.pieces(body)
    if body.footer:
        yield scanner.left_out(body.footer, "footer", scanner.line)


def _scanner(plan: Plan, *, keep_cells: bool) -> Scanner:
    return Scanner(grammar=plan.grammar, width=plan.layout.width, line=plan.layout.line, keep_cells=keep_cells)


def text_table(part: Part, plan: Plan, want: Want = _AS_TEXT) -> pa.Table:
    """The good records of a part as text, one column for each name."""
    return as_named(to_table(part, grammar=plan.grammar, width=plan.layout.width, want=want), plan)


def as_named(table: pa.Table, plan: Plan) -> pa.Table:
    """A table with a column for each name: without a spare one at the end, and with those that no row has cells for."""
    for name in positions(len(plan.names))[table.num_columns :]:
        table = table.append_column(name, pa.array([""] * table.num_rows, pa.string()))
    return table if len(plan.names) == table.num_columns else table.select(list(range(len(plan.names))))


def _body(blocks: Blocks, plan: Plan) -> Iterator[bytes]:
    skip = plan.layout.offset
    for block in respaced(to_utf8(blocks, plan.encoding, mended=blocks.count_mended), plan.grammar):
        if skip >= len(block):
            skip -= len(block)
            continue
        yield block[skip:] if skip else block
        skip = 0
