"""Writing the scored rows, batch by batch: CSV or Parquet."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from app.errors import CicloError
from app.project.durable import writing


class TableWriter(Protocol):
    """Takes batches of columns."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Append rows."""


class _Csv:
    """RFC 4180; numbers so that reading them gives the same bits; missing is empty."""

    def __init__(self, file: IO[str], names: Sequence[str]) -> None:
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(names)

    def write(self, batch: pa.RecordBatch) -> None:
        columns = [_cells(column) for column in batch.columns]
        self._writer.writerows(zip(*columns, strict=True))


def _cells(column: pa.Array) -> list[str | None]:
    if pa.types.is_floating(column.type):
        return [None if value is None else repr(value) for value in column.to_pylist()]
    found: list[str | None] = column.to_pylist()
    return found


class _Parquet:
    def __init__(self, writer: pq.ParquetWriter) -> None:
        self._writer = writer

    def write(self, batch: pa.RecordBatch) -> None:
        self._writer.write_batch(batch)


ENDINGS = (".csv", ".parquet")


def check_ending(out: Path) -> None:
    """Refuse a name whose ending says neither CSV nor Parquet.

    Raises
    ------
    CicloError
        ``deployment.unknown_ending``.
    """
    if out.suffix.lower() not in ENDINGS:
        raise CicloError("deployment.unknown_ending", name=out.name)


@contextmanager
def writing_table(path: Path, schema: pa.Schema) -> Iterator[TableWriter]:
    """A writer of the file ``path``, by its ending."""
    with writing(path):
        if path.suffix.lower() == ".csv":
            with path.open("w", encoding="utf-8", newline="") as file:
                yield _Csv(file, schema.names)
        else:
            with pq.ParquetWriter(path, schema, compression="zstd") as writer:
                yield _Parquet(writer)
