"""The first pass's sum: every record counted and every cell looked at, part by part."""

from __future__ import annotations

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from app.data import limits
from app.data.delimited.examination import Examiner
from app.data.delimited.parsing import Want, piece_table
from app.data.delimited.parts import NEWLINE, Part, Piece, extent
from app.data.delimited.plan import Plan, as_named, text_table
from app.data.records import ColumnType, Dialect, Rejected
from app.data.values.conversion import Notation
from app.data.values.inference import Numerals, check_two_words, decide_day_first, decide_numerals, decide_type
from app.data.values.tally import Glance, Tally, look
from app.errors import CicloError


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What the first pass found. ``read_by`` is the plan before an empty last column was taken out of it."""

    plan: Plan
    read_by: Plan
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
    mended: int
    complete: bool
    bytes_read: int
    head_rows: pa.Table


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """A part, its cells as text, and what each column looks like in it."""

    part: Part
    table: pa.Table
    glances: list[Glance]


class Count:
    """Adds up a file. Parts are examined side by side, and added in order."""

    def __init__(self, plan: Plan) -> None:
        self.plan = self._read_by = plan
        self.tallies = [Tally() for _ in plan.names]
        self.records = self.rows = self.rejected = self.blank = self.stray = self.nul = 0
        self.listed: list[Rejected] = []
        self.head: list[pa.Table] = []
        self._examiner = Examiner(grammar=plan.grammar, width=plan.layout.width)

    def examine(self, found: Piece | Part) -> Examined:
        """The cells of a piece or part, looked at. Changes nothing."""
        if isinstance(found, Piece):
            whole = self._at_once(found)
            if whole is not None:
                return whole
            found = self._examiner.part(found)
        table = text_table(found, self.plan, self._want())
        return Examined(part=found, table=table, glances=self._looks(table))

    def _at_once(self, piece: Piece) -> Examined | None:
        """A piece as the engine splits it, if that agrees with the scanner in rows and in the bytes of all cells."""
        grammar, width = self.plan.grammar, self.plan.layout.width
        if grammar.skip_spaces or not _short_lines(piece):
            return None
        table = piece_table(piece, grammar=grammar, width=width, want=self._want())
        if table is None:
            return None
        table = as_named(table, self.plan)
        known = extent(piece, width)
        looks = self._looks(table)
        if table.num_rows != known.records or sum(g.size for g in looks) != known.cells or _too_long(table, looks):
            return None
        part = Part(
            records=known.records, good=known.records, first_line=piece.first_line, nul=known.nul, starts=known.starts
        )
        return Examined(part=part, table=table, glances=looks)

    def _want(self) -> Want:
        """Columns whose words recur come as dictionaries."""
        return Want(encoded=frozenset(i for i, tally in enumerate(self.tallies) if tally.recurring))

    def _looks(self, table: pa.Table) -> list[Glance]:
        return [look(_whole(column), tally.wanted) for column, tally in zip(table.columns, self.tallies, strict=True)]

    def add(self, seen: Examined) -> None:
        """Take in the next part."""
        part = seen.part
        for tally, glance in zip(self.tallies, seen.glances, strict=True):
            tally.take(glance)
        if sum(t.num_rows for t in self.head) < limits.LISTED and seen.table.num_rows:
            self.head.append(_as_words(seen.table.slice(0, limits.LISTED)))
        self.records += part.records
        self.rows += part.good
        self.rejected += len(part.rejected)
        self.blank += part.blank
        self.stray += part.stray
        self.nul += part.nul
        self.listed += part.rejected[: limits.LISTED - len(self.listed)]

    def survey(self, *, complete: bool, bytes_read: int, mended: int = 0) -> Survey:
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
            read_by=self._read_by,
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
            mended=mended,
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
            if corrections.types[name] is ColumnType.BOOLEAN:
                check_two_words(tally, name, missing_words=corrections.missing_words)
            return corrections.types[name]
        if corrections.all_text:
            return ColumnType.TEXT
        return decide_type(tally, name, notation=Notation.of(dialect), missing_words=corrections.missing_words)

    def _notation(self, tally: Tally, type: ColumnType, dialect: Dialect) -> Notation:
        """The notation of one column: in columns of values, the usual words for "missing" count as such."""
        corrections = self.plan.corrections
        valued = type in (ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.DATE, ColumnType.DATETIME)
        if corrections.missing_words is not None:
            return Notation.of(dialect, missing_words=corrections.missing_words, shares=tally.only_shares)
        return Notation.of(dialect, value_words=tuple(tally.disguised()) if valued else (), shares=tally.only_shares)


def _short_lines(piece: Piece) -> bool:
    """Whether no record can be longer than the limit, as far as a look at the lines tells."""
    if len(piece.data) <= limits.LINE_BYTES:
        return True
    ends = np.flatnonzero(np.frombuffer(piece.data, np.uint8) == NEWLINE)
    return not len(piece.quotes) and int(np.diff(ends, prepend=-1).max()) <= limits.LINE_BYTES


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _as_words(table: pa.Table) -> pa.Table:
    schema = pa.schema([pa.field(name, pa.string()) for name in table.column_names])
    return table.cast(schema)


def _too_long(table: pa.Table, looks: list[Glance]) -> bool:
    """Whether a cell is longer than the limit; few columns hold so much that it needs a look."""
    suspects = [column for column, seen in zip(table.columns, looks, strict=True) if seen.size > limits.FIELD_BYTES]
    cells = (c.dictionary if pa.types.is_dictionary(c.type) else c for c in map(_whole, suspects))
    return any(pc.max(pc.binary_length(words)).as_py() > limits.FIELD_BYTES for words in cells)


def _dialect(plan: Plan, numerals: Numerals, day_first: bool | None) -> Dialect:
    return Dialect(
        encoding=plan.encoding.name,
        delimiter=plan.grammar.written,
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
