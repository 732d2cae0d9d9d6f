"""Rows written as the table of a version, row group by row group, and what is rejected beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from app.data import limits
from app.data.records import ColumnType, Rejected
from app.data.types import WORDS
from app.data.values.conversion import ARROW_TYPES, CODED
from app.data.values.rows import Repeats

_GROUP_BYTES = 64_000_000


class TableWriter:
    """Writes the rows of a table in their order, and a log of rejected records; a context, entered once."""

    def __init__(
        self, names: Sequence[str], types: Sequence[ColumnType], coded: Sequence[bool], table: Path, rejected: Path
    ) -> None:
        self.schema = pa.schema(
            [
                pa.field(name, CODED if code and type in WORDS else ARROW_TYPES[type])
                for name, type, code in zip(names, types, coded, strict=True)
            ]
        )
        self._dictionaries = [name for name, code in zip(names, coded, strict=True) if code]
        self._values = [name for name, type in zip(names, types, strict=True) if type not in WORDS]
        self._repeats = Repeats()
        self._table = table
        self._rejected_path = rejected
        self._held: list[pa.Table] = []
        self._held_rows = self._held_bytes = 0
        self.rows = self.rejected = 0
        self.listed: tuple[Rejected, ...] = ()

    def __enter__(self) -> None:
        self._writer = pq.ParquetWriter(
            self._table,
            self.schema,
            compression="zstd",
            use_dictionary=self._dictionaries or False,
            write_page_checksum=True,
            write_statistics=self._values or False,  # least and greatest words are of no use, and slow
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

    def add(self, rows: pa.Table, rejected: Sequence[Rejected], hashes: NDArray[np.uint64]) -> None:
        """Write rows of the schema, which have these hashes, and the records that have no row."""
        self._repeats.add(hashes)
        self.rows += rows.num_rows
        self._reject(rejected)
        self._held.append(rows)
        self._held_rows += rows.num_rows
        self._held_bytes += rows.nbytes
        if self._held_rows >= limits.ROW_GROUP or self._held_bytes > _GROUP_BYTES:
            self._flush()

    @property
    def repeated(self) -> int:
        """How many rows are equal to an earlier one."""
        return self._repeats.count

    def _reject(self, rejected: Sequence[Rejected]) -> None:
        self.rejected += len(rejected)
        for record in rejected:
            self._log.write(msgspec.json.encode(record) + b"\n")
        room = limits.LISTED - len(self.listed)
        if room > 0 and rejected:
            self.listed += tuple(rejected[:room])

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
