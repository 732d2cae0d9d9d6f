"""A table on its way through a recipe: its columns with their types, words as a dictionary where they recur."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from app.data.recipe.steps import RowStep, Touched
from app.data.records import ColumnType
from app.data.types import NUMBERS, TIMES, WORDS, Types
from app.data.values.conversion import ARROW_TYPES


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Rows of a table. The columns of ``table`` are those of ``types``, in that order."""

    table: pa.Table
    types: Types

    def column(self, name: str) -> pa.ChunkedArray:
        """The cells of a column."""
        return self.table.column(name)

    def words(self, name: str) -> pa.ChunkedArray:
        """The cells of a column of words, without a dictionary."""
        cells = self.column(name)
        return cells.cast(pa.string()) if pa.types.is_dictionary(cells.type) else cells

    def put(self, name: str, cells: pa.ChunkedArray | pa.Array, type: ColumnType) -> Frame:
        """With a column, in the place of the one of that name or at the end."""
        types = {**self.types, name: type}
        if name in self.types:
            return Frame(table=self.table.set_column(list(self.types).index(name), name, cells), types=types)
        return Frame(table=self.table.append_column(name, cells), types=types)

    def rows(self, table: pa.Table) -> Frame:
        """With other rows of the same columns."""
        return replace(self, table=table)


def on_words(cells: pa.ChunkedArray, change: Callable[[pa.Array], pa.Array]) -> pa.ChunkedArray:
    """Change words: each word of a dictionary once, whatever the number of rows that hold it."""
    parts = []
    for chunk in cells.chunks:
        if not pa.types.is_dictionary(chunk.type):
            parts.append(change(chunk))
            continue
        made = change(chunk.dictionary)
        if not pa.types.is_string(made.type):
            parts.append(made.take(chunk.indices))
            continue
        coded = made.dictionary_encode()
        parts.append(pa.DictionaryArray.from_arrays(coded.indices.take(chunk.indices), coded.dictionary))
    if not parts:
        kind = pa.string() if pa.types.is_dictionary(cells.type) else cells.type
        return pa.chunked_array([change(pa.array([], kind))])
    return pa.chunked_array(parts)


def changed(before: pa.ChunkedArray, after: pa.ChunkedArray) -> int:
    """How many cells are other ones now."""
    return int(pc.sum(which_changed(before, after)).as_py() or 0) if len(before) == len(after) else 0


def which_changed(before: pa.ChunkedArray, after: pa.ChunkedArray) -> pa.ChunkedArray:
    """Of as many cells before and after, which are other ones now; of another type, which have become missing."""
    before, after = (c.cast(pa.string()) if pa.types.is_dictionary(c.type) else c for c in (before, after))
    if before.type != after.type:
        return pc.and_(pc.is_valid(before), pc.is_null(after))
    other = pc.fill_null(pc.not_equal(before, after), False)
    come = pc.xor(pc.is_valid(before), pc.is_valid(after))
    return pc.or_(other, come)


def literal(value: str | int | float, type: ColumnType) -> pa.Scalar:
    """A value of a step as a cell of a column; a day is written as ISO 8601 has it."""
    kind = ARROW_TYPES[type]
    if type in TIMES:
        return pa.scalar(str(value)).cast(kind)
    if type in WORDS:
        return pa.scalar(str(value), pa.string())
    return pa.scalar(float(value)).cast(kind) if type in NUMBERS else pa.scalar(value, kind)


def as_number(value: str | int | float, type: ColumnType) -> float:
    """A value of a step as files of other programs have it: a day as days since 1970, a moment as seconds."""
    if type not in TIMES:
        return float(value)
    found = literal(value, type).value
    return float(found) if type is ColumnType.DATE else float(found / 1e6)


def one_zero(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """With -0.0 as 0.0: they are equal, but Arrow looks values up by their bits."""
    return pc.add(cells, 0.0) if pa.types.is_floating(cells.type) else cells


def finite(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Without what is no number: it is missing."""
    return pc.if_else(pc.is_finite(cells), cells, pa.scalar(None, pa.float64()))


def touched_by(step: RowStep, before: Frame, after: Frame) -> Touched:
    """What a row step did."""
    name = getattr(step, "column", "")
    cells = 0
    if name in before.types and name in after.types:
        cells = changed(before.column(name), after.column(name))
    return Touched(rows=after.table.num_rows, columns=len(after.types), cells=cells)
