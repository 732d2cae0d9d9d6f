"""The light half of versions: notes, and what a comparison of two versions says."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.data.records import ColumnType
from app.jobs.contract import JobKind
from app.text.message import Text

NOTE = "version-note"

DIFF = JobKind("data.diff", "app.data.versions.comparing:compare")


class VersionNote(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a note. Parent: the version that it is about; the newest note about a version is the one that counts."""

    subject: str
    note: str
    by: str


class DiffRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Compare two versions, of one dataset or of two. ``key`` empty: as proposed; ``whole_rows``: without a key."""

    project: str
    before: str
    after: str
    key: tuple[str, ...] = ()
    whole_rows: bool = False
    examples: int = 100


class Size(StrEnum):
    """How large an effect is, in words."""

    NONE = "none"
    SMALL = "small"
    MODERATE = "moderate"
    LARGE = "large"


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two versions."""

    id: str
    label: str
    rows: int
    columns: int


class TypeChange(msgspec.Struct, frozen=True, kw_only=True):
    """A column whose type is another one now."""

    column: str
    before: ColumnType
    after: ColumnType


class Renaming(msgspec.Struct, frozen=True, kw_only=True):
    """A column that probably has another name now: ``share`` of the compared cells are equal."""

    before: str
    after: str
    share: float


class SchemaChange(msgspec.Struct, frozen=True, kw_only=True):
    """What changed about the columns. A renamed column is neither added nor removed; ``reordered`` looks at the columns
    that both have."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    retyped: tuple[TypeChange, ...] = ()
    renamed: tuple[Renaming, ...] = ()
    reordered: bool = False


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that changed. Values are text as ``ciclo data`` writes it; None is missing."""

    column: str
    before: str | None
    after: str | None


class RowExample(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was added or removed (its ``values``, by the columns of its table), or one that changed (``cells``).

    Rows count from 1; 0 where the row isn't in that version.
    """

    key: tuple[str | None, ...]
    before_row: int = 0
    after_row: int = 0
    values: tuple[str | None, ...] = ()
    cells: tuple[Cell, ...] = ()


class RowChange(msgspec.Struct, frozen=True, kw_only=True):
    """Rows by the key, or (``key`` empty) by their whole content, repetitions counted.

    Without a key a row that changed is one removed and one added: ``changed`` and ``unchanged`` then say 0 and how many
    are in both. ``repeated`` is how many rows share their key with an earlier one: those are paired in their order.
    ``proposed`` says that the key was chosen by the program. ``moved``: common rows stand in another order.
    """

    key: tuple[str, ...]
    proposed: bool
    added: int
    removed: int
    changed: int
    unchanged: int
    repeated: int = 0
    moved: bool = False
    added_examples: tuple[RowExample, ...] = ()
    removed_examples: tuple[RowExample, ...] = ()
    changed_examples: tuple[RowExample, ...] = ()


class NumberShift(msgspec.Struct, frozen=True, kw_only=True, tag="number"):
    """How the distribution of numbers or dates moved; None where it isn't defined.

    ``ks`` Kolmogorov-Smirnov statistic, ``smd`` standardised mean difference, ``psi`` population stability index over
    tenths of the first, ``wasserstein`` first Wasserstein distance in units of the first's standard deviation.
    """

    ks: float
    smd: float | None
    psi: float
    wasserstein: float | None
    means: tuple[float, float]


class WordShift(msgspec.Struct, frozen=True, kw_only=True, tag="words"):
    """How the shares of words moved: ``tv`` total variation, ``psi``, ``cramers_v``; words that are new or gone with
    their number of rows, most frequent first (at most 50)."""

    tv: float
    psi: float
    cramers_v: float | None
    new: tuple[tuple[str, int], ...] = ()
    vanished: tuple[tuple[str, int], ...] = ()
    new_count: int = 0
    vanished_count: int = 0


class ShiftChart(msgspec.Struct, frozen=True, kw_only=True):
    """Two distributions on one scale, as shares of the filled cells: ``edges`` for numbers and dates (days, or seconds,
    since 1970), else ``labels``; the last of ``rest`` are words that aren't listed."""

    before: tuple[float, ...]
    after: tuple[float, ...]
    edges: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    rest: tuple[float, float] = (0.0, 0.0)


class ColumnShift(msgspec.Struct, frozen=True, kw_only=True):
    """How a column's distribution moved. ``effect`` (0 to 1) is the largest difference of a probability: KS or total
    variation, or the change of the missing share where that is larger. ``size`` puts it into words; ``perhaps_chance``
    says that so few rows would often differ so much, had nothing changed. ``missing`` are the two shares.
    """

    effect: float
    size: Size
    perhaps_chance: bool
    missing: tuple[float, float]
    of_length: bool = False
    shift: NumberShift | WordShift | None = None
    chart: ShiftChart | None = None


class ColumnChange(msgspec.Struct, frozen=True, kw_only=True):
    """A column that both versions have (``renamed_from``: under another name before).

    ``cells`` is how many cells of the rows in both versions changed; None without a key, where only ``differs`` can be
    told: whether the values, in any order, are others.
    """

    name: str
    type: ColumnType
    differs: bool
    cells: int | None = None
    renamed_from: str = ""
    examples: tuple[Cell, ...] = ()
    shift: ColumnShift | None = None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What a comparison says. ``columns`` are those of both, in the order of ``after``; ``names`` all of either side,
    for the values of examples. ``sentences`` sum it up."""

    before: Side
    after: Side
    identical: bool
    schema: SchemaChange
    rows: RowChange
    columns: tuple[ColumnChange, ...]
    names: tuple[tuple[str, ...], tuple[str, ...]]
    sentences: tuple[Text, ...] = ()
    seconds: float = 0.0
