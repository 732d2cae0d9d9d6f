"""How two columns look beside each other: rows by groups of the first, and numbers against numbers as a grid."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from app.data.pairs.coded import Coded
from app.data.pairs.records import Cells, Dots, Group, PairChart, Side
from app.data.types import TIMES, ColumnType

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_GROUPS, _LEVELS, _TENTHS = 12, 6, 10
_MOST_DOTS, _CELLS = 1_500, 40
_PERIODS = 60
_FAR = 4.0
"""Times the width of the middle 98 % that a range may have before what lies beyond is only counted."""
_DAY_S = 86_400.0
_EPOCH = date(1970, 1, 1)
_SPANS_S = (1, 5, 15, 60, 300, 900, 3_600, 10_800, 21_600, 86_400)

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


def chart_of(x: Coded, y: Coded) -> PairChart:
    """The rows that have both cells."""
    both = x.filled & y.filled
    codes = y.codes[both]
    side_x, side_y = _side(x, _GROUPS), _side(y, _LEVELS)
    groups = tuple(_described(group, codes[rows], y) for group, rows in _groups(x, both))
    dots = cells = None
    if x.ordered and y.ordered and len(codes):
        values = x.values[x.codes[both]], y.values[codes]
        if len(codes) <= _MOST_DOTS:
            dots = Dots(x=tuple(values[0].tolist()), y=tuple(values[1].tolist()))
        else:
            cells = _cells(*values, whole=(_is_whole(x), _is_whole(y)))
    return PairChart(x=side_x, y=side_y, groups=groups, dots=dots, cells=cells)


def _side(one: Coded, most: int) -> Side:
    """Whose words there are, those that are most frequent; a single one more takes no more room than "others"."""
    named = len(one.words) - bool(one.rest)
    shown = named if named + one.rest <= most + 1 else most
    return Side(name=one.name, type=one.type, levels=one.words[:shown], rest=named - shown + one.rest)


def _is_whole(one: Coded) -> bool:
    return one.type in (ColumnType.INTEGER, ColumnType.DATE)


# Groups of the first column


def _groups(x: Coded, both: Booleans) -> Iterator[tuple[Group, Booleans]]:
    """Each group without what is said of the second column, and which of the rows that have both cells are in it."""
    codes = x.codes[both]
    if not len(codes):
        return
    if not x.ordered:
        yield from _of_words(x, codes)
    elif x.type in TIMES:
        yield from _of_times(x, codes)
    else:
        yield from _of_numbers(x, codes)


def _of_words(x: Coded, codes: NDArray[np.int64]) -> Iterator[tuple[Group, Booleans]]:
    side = _side(x, _GROUPS)
    for place, word in enumerate(side.levels):
        rows = codes == place
        if rows.any():
            yield Group(rows=int(rows.sum()), label=word), rows
    rows = codes >= len(side.levels)
    if rows.any():
        yield Group(rows=int(rows.sum()), rest=True), rows


def _of_numbers(x: Coded, codes: NDArray[np.int64]) -> Iterator[tuple[Group, Booleans]]:
    """Each value where there are few of them; else about a tenth of the rows, equal values in one group."""
    counts = np.bincount(codes)
    there = np.flatnonzero(counts)
    if len(there) <= _GROUPS:
        place = np.arange(len(there))
    else:
        last = np.cumsum(counts[there])
        middle = (last - counts[there] / 2) / len(codes)
        place = np.minimum((middle * _TENTHS).astype(np.int64), _TENTHS - 1)
    for tenth in np.unique(place):
        held = there[place == tenth]
        rows = (codes >= held[0]) & (codes <= held[-1])
        yield Group(rows=int(rows.sum()), low=float(x.values[held[0]]), high=float(x.values[held[-1]])), rows


def _of_times(x: Coded, codes: NDArray[np.int64]) -> Iterator[tuple[Group, Booleans]]:
    values = x.values[codes]
    edges = periods(float(values.min()), float(values.max()), days=x.type is ColumnType.DATE)
    place = np.searchsorted(edges, values, side="right") - 1
    for period in range(len(edges) - 1):
        rows = place == period
        if rows.any():
            yield Group(rows=int(rows.sum()), low=edges[period], high=edges[period + 1]), rows


def periods(low: float, high: float, *, days: bool) -> list[float]:
    """The edges of at most 60 calendar periods over a stretch of time: days, months, quarters, years or more; of
    moments also minutes and hours."""
    unit = 1.0 if days else _DAY_S
    span = (high - low) / unit
    if not days and span <= _PERIODS:
        step = next((s for s in _SPANS_S if (high - low) / s < _PERIODS - 1), 86_400)
        first = math.floor(low / step) * step
        return [first + step * k for k in range(math.floor((high - first) / step) + 2)]
    first_day, last_day = _day(low / unit), _day(high / unit)
    if span < _PERIODS:
        starts = [first_day + timedelta(days=k) for k in range((last_day - first_day).days + 2)]
    else:
        months = (last_day.year - first_day.year) * 12 + last_day.month - first_day.month + 1
        step = next((m for m in (1, 3, 12, 60, 120, 600, 1200) if months / m < _PERIODS - 1), 6000)
        starts = list(_months(first_day, last_day, step))
    return [_stored(day, unit) for day in starts]


def _months(first: date, last: date, step: int) -> Iterator[date]:
    at, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    at -= at % step
    while True:
        yield _month(at)
        if at > end:
            return
        at += step


def _month(at: int) -> date:
    """The first day of a month, within what a calendar can say."""
    if at < 12:
        return date.min
    return date(at // 12, at % 12 + 1, 1) if at // 12 <= date.max.year else date.max


def _day(days: float) -> date:
    least, most = (date.min - _EPOCH).days, (date.max - _EPOCH).days - 1
    return _EPOCH + timedelta(days=max(least, min(most, math.floor(days))))


def _stored(day: date, unit: float) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() / _DAY_S * unit


# The second column in a group


def _described(group: Group, codes: NDArray[np.int64], y: Coded) -> Group:
    if y.ordered:
        return replace(group, quantiles=_quantiles(np.bincount(codes), y.values))
    side = _side(y, _LEVELS)
    counts = np.bincount(np.minimum(codes, len(side.levels)), minlength=len(side.levels) + bool(side.rest))
    return replace(group, counts=tuple(counts.tolist()))


def _quantiles(counts: NDArray[np.intp], values: Floats) -> tuple[float, ...]:
    """Of rows that are counted by value: always values that are there."""
    last = np.cumsum(counts)
    places = np.searchsorted(last, [round(q * (last[-1] - 1)) for q in _QUANTILES], side="right")
    return tuple(values[places].tolist())


# Numbers against numbers


def _cells(x: Floats, y: Floats, *, whole: tuple[bool, bool]) -> Cells:
    edges = [_edges(values, whole=one) for values, one in zip((x, y), whole, strict=True)]
    found, _x, _y = np.histogram2d(x, y, bins=edges)
    counts = found.astype(np.int64)
    return Cells(
        x=tuple(edges[0].tolist()),
        y=tuple(edges[1].tolist()),
        counts=tuple(tuple(column) for column in counts.tolist()),
        beyond=int(len(x) - counts.sum()),
    )


def _edges(values: Floats, *, whole: bool) -> Floats:
    """Even steps; whole numbers get whole ones, so that no cell holds more of them than its neighbour."""
    low, high = _range(values)
    if whole and high - low < 2**53:
        step = max(1.0, math.ceil((high - low + 1) / _CELLS))
        return np.arange(low - 0.5, high + step, step)
    if low == high:
        return np.array([low - 0.5, high + 0.5])
    return np.linspace(low, high, _CELLS + 1)


def _range(values: Floats) -> tuple[float, float]:
    """From the least to the largest; where a few lie far out, the middle 98 % and a half of their width more."""
    low, lower, upper, high = (float(v) for v in np.quantile(values, (0, 0.01, 0.99, 1), method="nearest"))
    width = upper - lower
    if width <= 0 or high / 2 - low / 2 <= _FAR * width / 2:
        return (low, high) if high / 2 - low / 2 < np.finfo(float).max / 4 else (lower, upper)
    return max(low, lower - width / 2), min(high, upper + width / 2)
