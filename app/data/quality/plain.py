"""What a column's profile says by itself: empty, constant, mostly missing, naming the rows."""

from __future__ import annotations

from collections.abc import Iterator

from app.data.quality.looked import Looked, finding, left_out
from app.data.recipe.steps import Blank
from app.data.records import Bars, ColumnType, Finding
from app.data.values.buffers import rises
from app.data.values.tally import MISSING_WORDS

_MOSTLY, _MUCH = 0.5, 0.05
_NEARLY, _ENOUGH = 0.99, 100
_NUMBERED = 50
"""Fewer whole numbers may rise by chance or nature."""


def check_filled(column: Looked) -> Iterator[Finding]:
    """Whether there is something in it, and something that differs."""
    profile = column.profile
    filled = profile.rows - profile.missing
    if filled == 0:
        yield finding("empty", profile.name, "bad", left_out(column))
    elif profile.distinct == 1:
        yield finding("constant", profile.name, "warning", left_out(column))
    share = profile.missing / max(1, profile.rows)
    if filled and share > _MOSTLY:
        yield finding("mostly_missing", profile.name, "warning", left_out(column), share=share)
    elif filled and share > _MUCH:
        yield finding("missing", profile.name, "note", share=share)


def check_nearly_constant(column: Looked) -> Iterator[Finding]:
    """Whether one value stands in almost every row."""
    profile = column.profile
    if profile.distinct < 2 or column.filled < _ENOUGH or not isinstance(profile.chart, Bars):
        return
    share = profile.chart.counts[0] / (profile.rows - profile.missing)
    if share >= _NEARLY:
        word = profile.chart.labels[0]
        yield finding("nearly_constant", profile.name, "note", left_out(column), share=share, word=word)


def check_names_rows(column: Looked) -> Iterator[Finding]:
    """Whether it names the rows one by one."""
    profile = column.profile
    filled = profile.rows - profile.missing
    numbered = profile.type is ColumnType.INTEGER and filled == profile.rows >= _NUMBERED
    if profile.distinct == filled and (profile.type is ColumnType.IDENTIFIER or (numbered and rises(column.cells))):
        yield finding("identifier", profile.name, "note")
    elif profile.type is ColumnType.TEXT and profile.distinct == filled and filled > 1:
        yield finding("all_distinct", profile.name, "note")


def check_disguised_words(column: Looked) -> Iterator[Finding]:
    """Words such as ``unknown`` among its most frequent ones."""
    bars = column.profile.chart
    if not isinstance(bars, Bars):
        return
    words = [(w, n) for w, n in zip(bars.labels, bars.counts, strict=True) if w.strip().lower() in MISSING_WORDS]
    if words:
        remedy = Blank(column=column.name, values=tuple(w for w, _n in words))
        listed, n = ", ".join(w for w, _n in words), sum(n for _w, n in words)
        yield finding("disguised_missing", column.name, "warning", remedy, n=n, words=listed)
