"""What is said of two columns. Light."""

from __future__ import annotations

import msgspec

from app.data.types import ColumnType


class Association(msgspec.Struct, frozen=True, kw_only=True):
    """How much two columns go together.

    ``value`` is 0 (not at all) to 1 (wholly) by ``measure`` (``spearman``, ``rank_ratio``, ``cramers_v``: see
    :mod:`app.statistics.association`); ``sign`` is 1 or -1 where one mostly rises or falls with the other. ``rows``
    have both cells. ``chance`` says that so much may be chance, looked for among as many pairs. ``missing_column`` and
    ``missing_other`` count rows without that cell alone, ``missing_both`` those without either; ``missing_together``
    is the correlation of missing cells (φ).
    """

    column: str
    other: str
    measure: str
    value: float
    sign: int
    rows: int
    chance: bool
    missing_column: int = 0
    missing_other: int = 0
    missing_both: int = 0
    missing_together: float = 0.0


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two columns. ``levels`` are its most frequent words, where it has any; ``rest`` how many more."""

    name: str
    type: ColumnType
    levels: tuple[str, ...] = ()
    rest: int = 0


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that are alike in the first column: a word, a stretch of numbers or a time.

    ``label`` is a word; ``rest`` are those of all other words. ``low`` and ``high`` are the ends of a stretch, the
    second not part of a time. Of the second column: ``quantiles`` at 5, 25, 50, 75 and 95 %, or ``counts`` of its
    levels and at the end of all others. Days and seconds since 1970 stand for dates and moments.
    """

    rows: int
    label: str = ""
    rest: bool = False
    low: float | None = None
    high: float | None = None
    quantiles: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()


class Dots(msgspec.Struct, frozen=True, kw_only=True):
    """Every row of a short table: both numbers."""

    x: tuple[float, ...]
    y: tuple[float, ...]


class Cells(msgspec.Struct, frozen=True, kw_only=True):
    """Rows in each cell of a grid: ``counts[i][j]`` between ``x[i]`` and ``x[i + 1]``, ``y[j]`` and ``y[j + 1]``;
    ``beyond`` lie outside of it, so far out that the rest would be a dot."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    counts: tuple[tuple[int, ...], ...]
    beyond: int = 0


class PairChart(msgspec.Struct, frozen=True, kw_only=True):
    """The rows that have both cells, by groups of the first column; numbers against numbers as dots or cells too."""

    x: Side
    y: Side
    groups: tuple[Group, ...]
    dots: Dots | None = None
    cells: Cells | None = None
