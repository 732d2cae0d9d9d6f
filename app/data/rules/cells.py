"""Cells of a file, found with their lines: the first that isn't what its column was, and all that aren't what their
column is to be. Both read as far as an inspection does."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from app.data import limits
from app.data.delimited.counting import Survey
from app.data.delimited.parts import Part
from app.data.delimited.plan import Plan, read_parts, text_table
from app.data.records import ColumnType, Dialect, Rejected
from app.data.rules.changes import Trait, Witness
from app.data.source import Blocks
from app.data.types import WORDS
from app.data.values.conversion import Notation, convert_column
from app.data.values.tally import MISSING_WORDS
from app.text.message import Text

_TELLING = (ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.DATE, ColumnType.DATETIME, ColumnType.BOOLEAN)
"""Types whose cells can be told from others one by one."""
_SHOWN = 60
_RAW = 300
_USUAL = tuple(sorted({form for word in MISSING_WORDS for form in (word, word.upper(), word.capitalize())}))


def witnesses(plan: Plan, dialect: Dialect, wanted: dict[str, Trait]) -> dict[str, Witness]:
    """For each column in ``wanted``, the first cell that isn't what the column was: not of its type, or (of a column of
    two words) none of its words."""
    notation = Notation.of(dialect, value_words=_USUAL)
    sought = {name: was for name, was in wanted.items() if was.type in _TELLING}
    seen: dict[str, Witness] = {}
    for part, table in _tables(plan) if sought else ():
        for name in [name for name in sought if name not in seen]:
            cells = table.column(plan.names.index(name)).combine_chunks()
            place = _first_misfit(cells, sought[name], notation)
            if place is not None and part.starts is not None:
                seen[name] = Witness(line=int(part.starts[place]), word=str(cells[place].as_py()))
        if len(seen) == len(sought):
            break
    return seen


def _first_misfit(cells: pa.Array, was: Trait, notation: Notation) -> int | None:
    if was.type is ColumnType.BOOLEAN:
        words = was.words or {}
        return next((i for i, cell in enumerate(cells.to_pylist()) if words and cell and cell not in words), None)
    _typed, failed = convert_column(cells, was.type, notation)
    return int(np.argmax(failed)) if failed.any() else None


def unconvertible(found: Survey) -> tuple[Rejected, ...]:
    """The records that can't be rows because of a type that was set by hand, with line and value; the first of them."""
    plan = found.plan
    places = [i for i, name in enumerate(plan.names) if name in plan.corrections.types and found.types[i] not in WORDS]
    listed: list[Rejected] = []
    for part, table in _tables(plan) if places else ():
        rows: dict[int, int] = {}
        for place in places:
            _typed, failed = convert_column(table.column(place), found.types[place], found.notations[place])
            for row in np.flatnonzero(failed).tolist():
                rows.setdefault(row, place)
        listed += [_rejected(found, part, table, row, rows[row]) for row in sorted(rows)]
        if len(listed) >= limits.LISTED:
            break
    return tuple(listed[: limits.LISTED])


def _rejected(found: Survey, part: Part, table: pa.Table, row: int, place: int) -> Rejected:
    cells = [str(column[row].as_py() or "") for column in table.columns[:20]]
    value = str(table.column(place)[row].as_py())[:_SHOWN]
    type = Text(f"data.type.{found.types[place]}")
    reason = Text("data.rejected.unconvertible", {"column": found.plan.names[place], "value": value, "type": type})
    line = int(part.starts[row]) if part.starts is not None else 0
    return Rejected(line=line, reason=reason, raw=found.dialect.delimiter.join(cells)[:_RAW])


def _tables(plan: Plan) -> Iterator[tuple[Part, pa.Table]]:
    """The good records of a file, part by part."""
    position = 0

    def watch(blocks: Blocks) -> None:
        nonlocal position
        position = blocks.position

    for part in read_parts(plan, watch=watch):
        if position > limits.INSPECT_BYTES:
            return
        if part.good and part.starts is not None:
            yield part, text_table(part, plan)
