"""The first pass over typed batches: every value seen, types decided on all of them."""

from __future__ import annotations

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from app.data import limits
from app.data.delimited.inspection import column_note
from app.data.records import ColumnType, Corrections, Dialect, Rejected
from app.data.sources.columns import Column, Words, bare, column_for
from app.data.sources.keeping import Kept
from app.data.sources.typed import Batch
from app.data.values.buffers import mask_of
from app.data.values.conversion import Notation
from app.data.values.inference import (
    Numerals,
    decide_day_first,
    decide_numerals,
    decide_type,
    decide_words,
)
from app.data.values.tally import Tally
from app.errors import CicloError
from app.text.message import Text

_VALUES = (ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.DATE, ColumnType.DATETIME)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The names of the columns, and what was said of them."""

    names: tuple[str, ...]
    corrections: Corrections


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of each column that isn't left out. ``places`` are those of the columns in the source."""

    plan: Asked
    columns: tuple[Column, ...]
    places: tuple[int, ...]
    tallies: list[Tally]
    types: tuple[ColumnType, ...]
    notations: tuple[Notation, ...]
    numerals: Numerals
    dialect: Dialect
    left_out: tuple[str, ...]

    def note(self, index: int) -> Text | None:
        """What is worth saying about how a column is read."""
        return self.columns[index].note() or column_note(self, index)


class Intake:
    """Takes batches in and decides at the end."""

    def __init__(self, schema: pa.Schema, corrections: Corrections) -> None:
        unknown = next((name for name in corrections.types if name not in schema.names), None)
        if unknown is not None:
            raise CicloError("data.no_such_column", column=unknown, known=", ".join(schema.names[:20]))
        self._corrections = corrections
        self._columns = tuple(column_for(field) for field in schema)
        self.records = self.rows = self.rejected = 0

    def take(self, batch: Batch) -> Kept:
        """Take in a batch; what is to be kept of it. Records with a cell beyond the limit are rejected."""
        batch = _within_limits(batch)
        self.records += batch.records
        self.rows += batch.rows.num_rows
        self.rejected += len(batch.rejected)
        for place in batch.pointed | batch.literal:
            column = self._columns[place]
            if isinstance(column, Words):
                column.pointed |= place in batch.pointed
                column.literal |= place in batch.literal
        cells = [c.add(bare(values)) for c, values in zip(self._columns, batch.rows.columns, strict=True)]
        return Kept(
            cells=pa.RecordBatch.from_arrays(cells, names=[c.name for c in self._columns]),
            places=batch.places,
            rejected=batch.rejected,
            file=batch.file,
        )

    def decide(self, *, decimal: str | None = None) -> Decided:
        """The types of all columns, by all of their cells; with this decimal mark in its text, where one is given.

        Raises
        ------
        CicloError
            ``data.nothing_readable`` where every column holds something that isn't a value.
        """
        for column in self._columns:
            column.decide()
        places = tuple(i for i, column in enumerate(self._columns) if column.kind is not None)
        if not places:
            raise CicloError("data.nothing_readable", columns=", ".join(c.name for c in self._columns[:20]))
        columns = tuple(self._columns[i] for i in places)
        corrections = self._corrections
        voters = [c.tally for c in columns if isinstance(c, Words) and not (c.pointed or c.declared)]
        numerals = decide_numerals(voters, delimiter="", wanted=decimal or corrections.decimal)
        texts = [c.tally for c in columns if isinstance(c, Words)]
        day_first = decide_day_first(texts, wanted=corrections.day_first)
        dialect = Dialect(
            encoding="", delimiter="", decimal=numerals.decimal, thousands=numerals.thousands, day_first=day_first
        )
        typed = [self._typed(column, dialect) for column in columns]
        return Decided(
            plan=Asked(names=tuple(c.name for c in columns), corrections=corrections),
            columns=columns,
            places=places,
            tallies=[c.tally for c in columns],
            types=tuple(type for type, _notation in typed),
            notations=tuple(notation for _type, notation in typed),
            numerals=numerals,
            dialect=dialect,
            left_out=tuple(c.name for c in self._columns if c.kind is None and not isinstance(c, Words)),
        )

    def _typed(self, column: Column, dialect: Dialect) -> tuple[ColumnType, Notation]:
        corrections = self._corrections
        wanted = corrections.types.get(column.name) or (ColumnType.TEXT if corrections.all_text else None)
        if not isinstance(column, Words):
            type = wanted or column.kind
            assert type is not None
            return type, Notation(missing_words=corrections.missing_words or ())
        plain = Dialect(encoding="", delimiter="", day_first=dialect.day_first)
        notation = Notation.of(plain if column.pointed else dialect)
        found = decide_type(column.tally, column.name, notation=notation, missing_words=corrections.missing_words)
        if column.only_words and not column.only_days and found in _VALUES:
            found = ColumnType.CATEGORY if column.chosen else ColumnType.TEXT
        if column.declared and found is ColumnType.TEXT:
            found = decide_words(column.tally, column.name)
        type = wanted or found
        if corrections.missing_words is not None:
            return type, msgspec.structs.replace(notation, missing_words=corrections.missing_words)
        words = tuple(column.tally.disguised()) if type in _VALUES else ()
        return type, msgspec.structs.replace(notation, value_words=words)


def _within_limits(batch: Batch) -> Batch:
    """A batch without the records that hold a longer cell than an import takes."""
    long = np.zeros(batch.rows.num_rows, bool)
    for column in batch.rows.columns:
        if column.nbytes > limits.FIELD_BYTES and (mask := _beyond(column)) is not None:
            long |= mask_of(mask)
    if not long.any():
        return batch
    lost = [Rejected(line=int(p), reason=Text("data.rejected.field_too_long")) for p in batch.places[long]]
    return msgspec.structs.replace(
        batch,
        rows=batch.rows.filter(pa.array(~long)),
        places=batch.places[~long],
        rejected=tuple(sorted((*batch.rejected, *lost), key=lambda one: one.line)),
    )


def _beyond(column: pa.Array) -> pa.Array | None:
    """Which cells of a column of words are too long; None for a column of anything else."""
    if pa.types.is_dictionary(column.type):
        known = _beyond(column.dictionary)
        return None if known is None else known.take(column.indices)
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return None
    return pc.greater(pc.binary_length(column), limits.FIELD_BYTES)
