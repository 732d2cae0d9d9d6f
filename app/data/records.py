"""The light half of the data phase: what can be asked of it, and what it stores."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.data.expectations.records import Checked
from app.data.recipe.steps import AnyStep, Recipe
from app.data.sql.records import Access
from app.data.types import ColumnType as ColumnType
from app.jobs.contract import JobKind
from app.text.message import Text

DATASET = "dataset-version"

IMPORT = JobKind("data.import", "app.data.versions.arrival:import_source")
INSPECT = JobKind("data.inspect", "app.data.sources.jobs:inspect_source")

REJECTED_RECORDS = "data.problem.rejected"
"""The problem that says how many records can't be rows: where those are listed themselves it isn't repeated."""


class SourceKind(StrEnum):
    """What kind of source records came from."""

    TEXT = "text"
    PARQUET = "parquet"
    EXCEL = "excel"
    JSON = "json"
    FOLDER = "folder"
    SQL = "sql"
    RECIPE = "recipe"


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a source is wanted, where it has several; None is what the source proposes.

    ``sheet`` and ``range`` (as in A3:F200) choose from a workbook; ``files`` are names in a folder (none: all),
    ``source_column`` names a column with the name of the file that each record of a folder came from. ``query`` or
    ``table`` say what is wanted of a database.
    """

    sheet: str | None = None
    range: str | None = None
    source_column: str | None = None
    files: tuple[str, ...] = ()
    query: str | None = None
    table: str | None = None


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where the records of a version came from, other than from one file of text. Never holds a password.

    ``decimal`` and ``day_first`` say how numbers and dates in its columns of text were read, where there were any;
    ``sheet_chosen`` that somebody chose the sheet, ``range`` which of its cells, ``skip_lines`` how many of its rows
    stand before the header.
    """

    kind: SourceKind
    decimal: str = ""
    day_first: bool | None = None
    sheet: str = ""
    sheet_chosen: bool = False
    range: str = ""
    header_lines: int = 0
    skip_lines: int = 0
    files: tuple[str, ...] = ()
    source_column: str = ""
    server: str = ""
    database: str = ""
    query: str = ""


_NO_ORIGIN = Origin(kind=SourceKind.TEXT)


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """How a text file is written. ``header_lines`` 0 means no header; ``skip_lines`` physical lines stand before it.
    ``skip_spaces``: spaces right after a delimiter aren't part of the value.

    ``day_first`` is the order of dates such as 03/04/2021 where the file decides it; None where no date needs it.
    """

    encoding: str
    delimiter: str
    quote: str = '"'
    escape: str = ""
    decimal: str = "."
    thousands: str = ""
    header_lines: int = 1
    skip_lines: int = 0
    day_first: bool | None = None
    compression: str = ""
    skip_spaces: bool = False


class Corrections(msgspec.Struct, frozen=True, kw_only=True):
    """What the user set by hand; None and absent mean "as detected"."""

    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    header: bool | None = None
    day_first: bool | None = None
    missing_words: tuple[str, ...] | None = None
    types: dict[str, ColumnType] = {}
    all_text: bool = False


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Why something was guessed. ``aspect`` is encoding, delimiter, decimal, dates, header or missing."""

    aspect: str
    choice: str
    reason: Text
    sure: bool = True


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something about the file that the user should see before importing it."""

    code: str
    message: Text
    line: int = 0


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A record that can't become a row. ``line`` is the physical line, from 1, on which it begins; in sources without
    lines, its row in the sheet or its number. ``file`` is its file, where a source has several."""

    line: int
    reason: Text
    raw: str = ""
    file: str = ""


class InspectedColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column as the import would make it. ``heading`` is its name as the header has it, "" where it has none."""

    name: str
    heading: str
    type: ColumnType
    note: Text | None = None
    missing: int = 0


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet of a workbook. ``rows`` and ``columns`` are 0 where the workbook doesn't tell its size."""

    name: str
    hidden: bool = False
    rows: int = 0
    columns: int = 0


class InspectRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Look at a file, do nothing."""

    source: str
    corrections: Corrections = Corrections()
    preview_rows: int = 100
    reading: Reading = Reading()
    access: Access = Access()


class Inspected(msgspec.Struct, frozen=True, kw_only=True):
    """What an import would do. ``rows`` are the first rows as they will be (ISO dates, decimal point; None missing).

    ``complete`` is False where only the beginning of a large file was read: ``records`` is then an estimate.
    ``modified_ns`` is when the file was last written (0: it is no file). ``origin`` is set for sources other than one
    file of text; encoding and separator of ``dialect`` are empty there.
    """

    source: str
    size: int
    modified_ns: int
    dialect: Dialect
    evidence: tuple[Evidence, ...]
    columns: tuple[InspectedColumn, ...]
    problems: tuple[Problem, ...]
    rejected: tuple[Rejected, ...]
    records: int
    complete: bool
    raw_lines: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    origin: Origin | None = None
    sheets: tuple[Sheet, ...] = ()


class ImportRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Import a file as the next version of the dataset ``name``.

    ``shown`` is when the file was last written as somebody looked at it (nanoseconds): it must be the same file still.
    Bytes that are a version already, read in the same way, become no second one, except ``again``. ``note`` says what
    the version is, ``by`` who says so.
    """

    project: str
    source: str
    name: str
    corrections: Corrections = Corrections()
    shown: int | None = None
    reading: Reading = Reading()
    again: bool = False
    note: str = ""
    by: str = ""
    access: Access = Access()


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A stored column. ``distinct`` counts values without missing; ``levels`` are the words of a category or boolean,
    most frequent first, at most 200."""

    name: str
    type: ColumnType
    missing: int
    distinct: int
    levels: tuple[str, ...] = ()


class DatasetVersion(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a dataset version. Objects: ``table`` (Parquet), ``profile`` (:class:`Profile`, JSON) and, where records
    were rejected, ``rejected`` (JSON lines of :class:`Rejected`). ``records == rows + rejected``.

    ``dialect`` says how a file of text was read; ``origin`` where anything else came from. ``note`` and ``by`` are what
    was said at the import (later notes are records of their own); ``restored_from`` is the older version that this one
    repeats. One that a ``recipe`` made has as its source the version named by ``source_name``, the first of its
    parents; ``pseudonym_key`` is the fingerprint of the key with which it made pseudonyms. ``expected`` is what the
    contract of its dataset said when it was stored.
    """

    source_name: str
    source_sha256: str
    source_size: int
    dialect: Dialect | None = None
    corrections: Corrections
    columns: tuple[Column, ...]
    records: int
    rows: int
    rejected: int
    notes: tuple[Text, ...] = ()
    note: str = ""
    by: str = ""
    restored_from: str = ""
    origin: Origin | None = None
    recipe: Recipe | None = None
    pseudonym_key: str = ""
    expected: Checked | None = None

    @property
    def decimal(self) -> str:
        """The decimal mark in its text, empty where there was none to tell."""
        return (self.dialect or self.origin or _NO_ORIGIN).decimal

    @property
    def day_first(self) -> bool | None:
        """Whether 03/04 was read as the third of April; None where no date left it open."""
        return (self.dialect or self.origin or _NO_ORIGIN).day_first


class Bars(msgspec.Struct, frozen=True, kw_only=True, tag="bars"):
    """Counts per word, most frequent first; ``rest`` counts those not listed."""

    labels: tuple[str, ...]
    counts: tuple[int, ...]
    rest: int = 0


class Histogram(msgspec.Struct, frozen=True, kw_only=True, tag="histogram"):
    """Counts per interval; ``edges`` has one more entry. For dates: days since 1970; for datetimes: seconds."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


class ColumnProfile(msgspec.Struct, frozen=True, kw_only=True):
    """Chart and summary of a column. Quantiles are at 0, 5, 25, 50, 75, 95 and 100 %, of numbers and dates only."""

    name: str
    type: ColumnType
    rows: int
    missing: int
    distinct: int
    chart: Bars | Histogram | None
    mean: float | None = None
    deviation: float | None = None
    quantiles: tuple[float, ...] = ()
    examples: tuple[str, ...] = ()


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something worth a look in the data. ``severity`` is bad, warning or note; ``remedy`` is the step of a recipe that
    sets it right, where there is one; each of ``alternatives`` does so in another way."""

    code: str
    column: str
    severity: str
    message: Text
    remedy: AnyStep | None = None
    alternatives: tuple[AnyStep, ...] = ()

    @property
    def remedies(self) -> tuple[AnyStep, ...]:
        """The steps of which each sets it right, the best first."""
        return (self.remedy, *self.alternatives) if self.remedy is not None else ()


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """The profile of a version, made at import and stored."""

    columns: tuple[ColumnProfile, ...]
    findings: tuple[Finding, ...] = ()


class ImportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What an import says when it is done; ``known`` is the id of the version that held these bytes already."""

    rows: int
    rejected: int
    rejected_rows: tuple[Rejected, ...]
    columns: tuple[Column, ...]
    sha256: str
    problems: tuple[Problem, ...] = ()
    known: str = ""
