"""Stored tables, opened: every page is checked as it is read, so that damage is said and never shown as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from app.errors import CicloError
from app.project.durable import reading


class Shape(msgspec.Struct, frozen=True):
    """Names of the columns and number of rows of a stored table."""

    names: tuple[str, ...]
    rows: int


def stored_shape(path: Path) -> Shape:
    """Columns and rows of a stored table.

    Raises
    ------
    CicloError
        ``project.unreadable``, or ``project.damaged_object`` where it isn't what was stored; so all that follow.
    """
    with open_stored(path) as file:
        return Shape(tuple(file.schema_arrow.names), file.metadata.num_rows)


def read_stored(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """The table at ``path``, or some of its columns. No thread is started, so that the process can still be forked."""
    with open_stored(path) as file:
        return file.read(columns=None if columns is None else list(columns), use_threads=False)


def stored_groups(
    path: Path, columns: Sequence[str] | None = None, *, dictionaries: Sequence[str] = ()
) -> Iterator[pa.Table]:
    """A stored table, or some of its columns, by row groups; those in ``dictionaries`` come as such."""
    with open_stored(path, dictionaries=dictionaries) as file:
        for group in range(file.num_row_groups):
            yield file.read_row_group(group, columns=None if columns is None else list(columns), use_threads=False)


def stored_in_code(path: Path) -> frozenset[str]:
    """The columns whose words are stored once each, in the first row group."""
    with open_stored(path) as file:
        if not file.num_row_groups:
            return frozenset()
        first = file.metadata.row_group(0)
        names = file.schema_arrow.names
        return frozenset(name for i, name in enumerate(names) if first.column(i).has_dictionary_page)


@contextmanager
def open_stored(path: Path, *, dictionaries: Sequence[str] = ()) -> Iterator[pq.ParquetFile]:
    """A stored Parquet file for a block that only reads from it."""
    with reading(path), damage_said(path):
        file = pq.ParquetFile(
            path,
            pre_buffer=False,
            read_dictionary=list(dictionaries) or None,
            page_checksum_verification=True,
        )
        with file:
            yield file


@contextmanager
def damage_said(path: Path) -> Iterator[None]:
    """Turn what Arrow says of a damaged file into the house's sentence; what the system says has a number."""
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, msgspec.MsgspecError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise CicloError("project.damaged_object", sha256=(path.parent.name + path.name)[:12]) from error
