"""The second pass over typed batches: every value converted, rows written as row groups, failures to the rejected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.records import ColumnType, Rejected
from app.data.sources.columns import Column, Words
from app.data.sources.intake import Decided
from app.data.sources.keeping import Kept
from app.data.storing import TableWriter
from app.data.types import WORDS
from app.data.values.conversion import Notation, convert_column, in_code, without_empty
from app.data.values.rows import hash_rows
from app.text.message import Text, Value

_SHOWN = 60
_WIDTH = 20
_RAW = 300


class Stored(msgspec.Struct):
    """The rows of a batch as they are stored, with their hashes, and the records that have none."""

    rows: pa.Table
    hashes: NDArray[np.uint64]
    rejected: list[Rejected]


def typed_cells(decided: Decided, cells: pa.RecordBatch) -> tuple[list[pa.Array], NDArray[np.bool_]]:
    """The kept cells of a batch in the types decided on, and which of them failed (columns × rows)."""
    columns, failures = [], []
    for column, place, type, notation in zip(
        decided.columns, decided.places, decided.types, decided.notations, strict=True
    ):
        proven = column.name not in decided.plan.corrections.types
        converted, failed = _converted(column, cells.column(place), type, notation, proven=proven)
        columns.append(converted)
        failures.append(failed)
    return columns, np.array(failures)


def _converted(
    column: Column, kept: pa.Array, type: ColumnType, notation: Notation, *, proven: bool
) -> tuple[pa.Array, NDArray[np.bool_]]:
    if isinstance(column, Words):
        return convert_column(without_empty(pa.chunked_array([kept])), type, notation, proven=proven)
    if type is column.kind:
        return column.stored(kept), np.zeros(len(kept), bool)
    words = column.text(kept)
    if type is ColumnType.DATE and column.kind is ColumnType.DATETIME:
        words = pc.replace_substring_regex(words, r"T00:00:00$", "")
    return convert_column(words, type, notation)


def _recurs(column: Column, type: ColumnType) -> bool:
    """Whether the column holds words that come again and again."""
    return type is ColumnType.BOOLEAN or (isinstance(column, Words) and type in WORDS and column.tally.recurring)


class Storing:
    """Writes batches, in order."""

    def __init__(self, decided: Decided, table: Path, rejected: Path) -> None:
        self._decided = decided
        self._coded = [_recurs(c, t) for c, t in zip(decided.columns, decided.types, strict=True)]
        self.writer = TableWriter(decided.plan.names, decided.types, self._coded, table, rejected)

    def __enter__(self) -> None:
        self.writer.__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self.writer.__exit__(kind, error, trace)

    def convert(self, kept: Kept) -> Stored:
        """The typed rows of a batch and its rejected records; changes nothing, so that threads may share the work."""
        columns, failed = typed_cells(self._decided, kept.cells)
        coded = [in_code(c, wanted=wanted) for c, wanted in zip(columns, self._coded, strict=True)]
        rows = pa.Table.from_arrays(coded, schema=self.writer.schema)
        if not failed.any():
            return Stored(rows, hash_rows(rows), list(kept.rejected))
        rejected = sorted([*kept.rejected, *self._failures(kept, failed)], key=lambda r: r.line)
        good = rows.filter(pa.array(~failed.any(axis=0)))
        return Stored(good, hash_rows(good), rejected)

    def _failures(self, kept: Kept, failed: NDArray[np.bool_]) -> Iterator[Rejected]:
        decided = self._decided
        texts = [
            column.text(kept.cells.column(place))
            for column, place in zip(decided.columns[:_WIDTH], decided.places, strict=False)
        ]
        for row in np.flatnonzero(failed.any(axis=0)).tolist():
            index = int(np.flatnonzero(failed[:, row])[0])
            cell = decided.columns[index].text(kept.cells.column(decided.places[index]).slice(row, 1))
            params: dict[str, Value | Text | str | int | float] = {
                "column": decided.plan.names[index],
                "value": str(cell[0].as_py())[:_SHOWN],
                "type": Text(f"data.type.{decided.types[index]}"),
            }
            yield Rejected(
                line=int(kept.places[row]),
                reason=Text("data.rejected.unconvertible", params),
                raw="\t".join(str(text[row].as_py() or "") for text in texts)[:_RAW],
                file=kept.file,
            )

    def add(self, stored: Stored) -> None:
        """Write rows and rejected records, in order."""
        self.writer.add(stored.rows, stored.rejected, stored.hashes)
