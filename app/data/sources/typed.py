"""The seam between a source of typed records and the import: what a source has to say and to give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.data.records import Origin, Problem, Rejected
from app.data.source import Stamp
from app.text.message import Text

MIXED = b"ciclo.mixed"
"""In the metadata of a text field: numbers and words stand in one column, and the numbers are written with a decimal
point and without marks, whatever other columns of text do."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Some records in their order: those that have the source's schema, with the place of each (its line, its row in
    the sheet, its number), and those that haven't, with the reason."""

    rows: pa.RecordBatch
    places: NDArray[np.int64]
    rejected: tuple[Rejected, ...] = ()
    file: str = ""

    @property
    def records(self) -> int:
        """All records, good and rejected."""
        return int(self.rows.num_rows) + len(self.rejected)


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """What a source was, byte by byte: the SHA-256 of its file or files, or of the rows that a query gave; its size."""

    sha256: str
    size: int


class TypedSource(Protocol):
    """Records with one Arrow schema, read once from front to back in bounded memory.

    Text columns are typed by the import just as the cells of a text file are; all others keep their type.
    """

    @property
    def name(self) -> str:
        """What it is called in sentences: the name of the file, or of the table."""

    @property
    def stamp(self) -> Stamp:
        """The state that it had when it was opened; all zero where it is no file."""

    @property
    def origin(self) -> Origin:
        """What a version remembers of it; never a password."""

    @property
    def schema(self) -> pa.Schema:
        """The schema of every batch; names are distinct and not empty."""

    @property
    def expected(self) -> int | None:
        """All records, counted independently of the batches; None where nothing can tell (before the end)."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What should be seen before an import; complete when all batches were read."""

    @property
    def notes(self) -> Mapping[str, Text]:
        """By column, what is worth saying about how it is read; complete when all batches were read."""

    @property
    def progress(self) -> float:
        """The share that was read, from 0 to 1; below 0 where it can't be told."""

    def batches(self) -> Iterator[Batch]:
        """All records, once.

        Raises
        ------
        CicloError
            Where the source can't be read on.
        """

    def fingerprint(self) -> Fingerprint:
        """What was read, after the last batch.

        Raises
        ------
        CicloError
            ``data.source_changed`` where it isn't what it was when it was opened.
        """

    def close(self) -> None:
        """Let go of files and connections."""
