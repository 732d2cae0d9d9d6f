"""Parquet files: read by batches whatever their size, counted by their footer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from app.data import limits
from app.data.records import Origin, Problem, SourceKind
from app.data.source import Stamp, reading
from app.data.sources.files import OneFile, distinct_names
from app.data.sources.typed import Batch, Fingerprint
from app.errors import CicloError
from app.text.message import Text

MAGIC = (b"PAR1", b"PARE")
_CELLS = 2_000_000
_BUFFER_BYTES = 1 << 20


class ParquetSource:
    """One Parquet file.

    Raises
    ------
    CicloError
        ``data.damaged_parquet``, ``data.encrypted_parquet``, ``data.too_many_columns``, and what any file is refused
        for.
    """

    origin = Origin(kind=SourceKind.PARQUET)

    def __init__(self, path: Path) -> None:
        self._file = OneFile(path)
        with _refusals(path):
            self._parquet = pq.ParquetFile(path, pre_buffer=False, buffer_size=_BUFFER_BYTES)
        stored = self._parquet.schema_arrow
        self._check_width(len(stored))
        names, problems = distinct_names(stored.names)
        self.schema = pa.schema([pa.field(n, f.type) for n, f in zip(names, stored, strict=True)])
        self.problems: tuple[Problem, ...] = tuple(problems)
        self.expected: int = self._parquet.metadata.num_rows
        self.notes: Mapping[str, Text] = {}
        self._read = 0

    def _check_width(self, width: int) -> None:
        if not width:
            raise CicloError("data.no_columns", path=self.name)
        if width > limits.COLUMNS:
            raise CicloError("data.too_many_columns", n=width, limit=limits.COLUMNS, path=self.name)

    @property
    def name(self) -> str:
        return self._file.path.name

    @property
    def stamp(self) -> Stamp:
        return self._file.stamp

    @property
    def progress(self) -> float:
        return self._read / self.expected if self.expected else 1.0

    def batches(self) -> Iterator[Batch]:
        """All records; places count from 1."""
        size = max(256, min(limits.ROW_GROUP, _CELLS // len(self.schema)))
        with _refusals(self._file.path):
            for found in self._parquet.iter_batches(batch_size=size, use_threads=False):
                rows = pa.RecordBatch.from_arrays(found.columns, schema=self.schema)
                rows.validate(full=True)  # text that isn't UTF-8, a date of the year -5,000,000
                first = self._read + 1
                self._read += rows.num_rows
                yield Batch(rows=rows, places=np.arange(first, first + rows.num_rows))

    def fingerprint(self) -> Fingerprint:
        """The bytes of the file."""
        return self._file.fingerprint()

    def close(self) -> None:
        """Close the file."""
        self._parquet.close()


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """Turn what Arrow says of a file into the house's sentences; what the system says has a number."""
    try:
        with reading(path):
            yield
    except CicloError as error:
        if not isinstance(error.__cause__, OSError) or error.__cause__.errno is not None:
            raise
        raise _refusal(path, error.__cause__) from error
    except (pa.ArrowException, ValueError, UnicodeDecodeError) as error:
        raise _refusal(path, error) from error


def _refusal(path: Path, error: Exception) -> CicloError:
    said = str(error).lower()
    if "crypt" in said:
        return CicloError("data.encrypted_parquet", path=path.name)
    if isinstance(error, NotImplementedError):
        return CicloError("data.unreadable_parquet", path=path.name)
    return CicloError("data.damaged_parquet", path=path.name)
