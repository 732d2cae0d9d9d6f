"""The second pass over typed batches: every value converted, rows written as row groups, failures to the rejected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from app.data import limits
from app.data.records import ColumnType, Rejected
from app.data.sources.columns import Column, Words
from app.data.sources.intake import Decided
from app.data.sources.keeping import Kept
from app.data.values.conversion import ARROW_TYPES, CODED, WORDS, Notation, convert_column, in_code, without_empty
from app.text.message import Text, Value

_GROUP_BYTES = 64_000_000
_SHOWN = 60
_WIDTH = 20
_RAW = 300


class Stored(msgspec.Struct):
    """The rows of a batch as they are stored, and the records that have none."""

    rows: pa.Table
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
        self._schema = pa.schema(
            [
                pa.field(name, CODED if coded else ARROW_TYPES[type])
                for name, type, coded in zip(decided.plan.names, decided.types, self._coded, strict=True)
            ]
        )
        self._table = table
        self._rejected_path = rejected
        self._held: list[pa.Table] = []
        self._held_rows = self._held_bytes = 0
        self.rows = self.rejected = 0
        self.listed: tuple[Rejected, ...] = ()

    def __enter__(self) -> None:
        self._writer = pq.ParquetWriter(
            self._table,
            self._schema,
            compression="zstd",
            use_dictionary=[n for n, coded in zip(self._schema.names, self._coded, strict=True) if coded] or False,
            write_page_checksum=True,
            store_schema=False,  # whoever reads the file gets words, not Arrow's dictionaries of them
        )
        self._log = self._rejected_path.open("wb")

    def __exit__(self, kind: type[BaseException] | None, _error: BaseException | None, _trace: object) -> None:
        try:
            if kind is None:
                self._flush(all_rows=True)
        finally:
            self._log.close()
            self._writer.close()

    def convert(self, kept: Kept) -> Stored:
        """The typed rows of a batch and its rejected records; changes nothing, so that threads may share the work."""
        columns, failed = typed_cells(self._decided, kept.cells)
        coded = [in_code(c, wanted=wanted) for c, wanted in zip(columns, self._coded, strict=True)]
        rows = pa.Table.from_arrays(coded, schema=self._schema)
        if not failed.any():
            return Stored(rows, list(kept.rejected))
        rejected = sorted([*kept.rejected, *self._failures(kept, failed)], key=lambda r: r.line)
        return Stored(rows.filter(pa.array(~failed.any(axis=0))), rejected)

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
        self.rows += stored.rows.num_rows
        self.rejected += len(stored.rejected)
        for record in stored.rejected:
            self._log.write(msgspec.json.encode(record) + b"\n")
        room = limits.LISTED - len(self.listed)
        if room > 0 and stored.rejected:
            self.listed += tuple(stored.rejected[:room])
        self._held.append(stored.rows)
        self._held_rows += stored.rows.num_rows
        self._held_bytes += stored.rows.nbytes
        if self._held_rows >= limits.ROW_GROUP or self._held_bytes > _GROUP_BYTES:
            self._flush()

    def _flush(self, *, all_rows: bool = False) -> None:
        """Write what is held, in full row groups as long as there is more to come."""
        if not self._held_rows:
            return
        rows = pa.concat_tables(self._held)
        full = self._held_rows - self._held_rows % limits.ROW_GROUP
        count = self._held_rows if all_rows or not full else full
        self._writer.write_table(rows.slice(0, count).unify_dictionaries(), row_group_size=limits.ROW_GROUP)
        rest = rows.slice(count)
        self._held, self._held_rows, self._held_bytes = [rest], rest.num_rows, 0
