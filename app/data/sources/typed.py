"""The seam between a source of typed records and the import: what a source has to say and to give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, runtime_checkable

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.data.records import Evidence, Origin, Problem, Rejected, Sheet
from app.data.source import Stamp
from app.text.message import Text

SPARE = b"ciclo.spare"
"""In the metadata of a text field: a column without a name, left out where it turns out to be empty."""

WORDS = b"ciclo.words"
"""In the metadata of a text field: it was declared as text where it comes from, so that it stays words whatever stands
in it."""

DAYS = b"ciclo.days"
"""In the metadata of such a field: where it comes from has no type for days, so that words which all are days with the
year first are days."""

POINTED = b"ciclo.pointed"
"""In the metadata of a text field: its numbers have a decimal point and no marks, whatever other columns do."""

FIGURES = b"ciclo.figures"
"""In the metadata of a text field: decimal fractions of any length, with a decimal point and without marks."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Some records in their order: those that have the source's schema, with the place of each (its line, its row in
    the sheet, its number), and those that haven't, with the reason.

    Of columns of text, by their place: ``pointed`` hold values that were numbers and are written with a decimal point
    and no marks, whatever other columns do; ``literal`` hold words that look like numbers with marks. One with both
    stays words.
    """

    rows: pa.RecordBatch
    places: NDArray[np.int64]
    rejected: tuple[Rejected, ...] = ()
    file: str = ""
    pointed: frozenset[int] = frozenset()
    literal: frozenset[int] = frozenset()

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


@runtime_checkable
class Explained(Protocol):
    """A source that found out something about its layout."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Why the header is where it is."""

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The sheets that there are to choose from."""
