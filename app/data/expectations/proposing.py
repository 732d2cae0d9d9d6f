"""What a version lets expect of the next ones, in a plain and tolerant form. Light: its stored profile tells."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from app.data.expectations.records import (
    Categories,
    Expectation,
    Filled,
    Fresh,
    Present,
    Range,
    Rows,
    Unique,
)
from app.data.records import Bars, Column, ColumnProfile, DatasetVersion, Profile
from app.data.types import NUMBERS, TIMES, ColumnType

_MANY_WORDS, _SELDOM = 50, 0.01
_OTHERS = 0.01
_ROOM, _LONG_TAIL = 0.1, 0.5
_CODES = 12
"""Whole numbers that are no more than this many may be the codes of something: no room around them."""
_ENOUGH = 50
_MOSTLY = 0.5
_STALE_DAYS, _LEAST_DAYS = 90, 7
_EPOCH = date(1970, 1, 1)
_EXACT = 2.0**53


def propose(version: DatasetVersion, profile: Profile, moment: datetime) -> tuple[Expectation, ...]:
    """What a version that was imported at ``moment`` lets expect.

    The order is that of the columns; what is about all rows stands first.
    """
    profiles = {one.name: one for one in profile.columns}
    found: list[Expectation] = [Rows(low=_rounded(version.rows / 2, -1), high=_rounded(version.rows * 2, 1))]
    dated = _event_time(profiles, moment)
    for column in version.columns:
        found.append(Present(column=column.name, type=column.type))
        known = profiles.get(column.name)
        if known is not None and known.rows > known.missing:
            found += _of_column(column, known)
        if dated is not None and dated.column == column.name:
            found.append(dated)
    return tuple(found)


def _of_column(column: Column, profile: ColumnProfile) -> Iterator[Expectation]:
    names_rows = _names_rows(profile)
    if names_rows:
        yield Unique(column=column.name)
    elif column.type in NUMBERS and profile.distinct > 1:
        yield from _range(profile)
    elif column.type in (ColumnType.CATEGORY, ColumnType.BOOLEAN):
        yield from _categories(column, profile)
    share = profile.missing / profile.rows
    if not profile.missing:
        yield Filled(column=column.name, share=0.0 if profile.rows >= _ENOUGH else 0.05)
    elif share <= _MOSTLY:
        yield Filled(column=column.name, share=min(1.0, math.ceil(100 * (1.5 * share + 0.01)) / 100))


def _names_rows(profile: ColumnProfile) -> bool:
    if profile.missing or profile.rows < _ENOUGH or profile.distinct != profile.rows:
        return False
    return profile.type in (ColumnType.IDENTIFIER, ColumnType.INTEGER)


def _range(profile: ColumnProfile) -> Iterator[Range]:
    """Least and greatest value, with room."""
    if len(profile.quantiles) < 7:
        return
    low, high = profile.quantiles[0], profile.quantiles[-1]
    if not all(map(math.isfinite, (low, high))) or max(abs(low), abs(high)) > _EXACT:
        return
    whole = profile.type is ColumnType.INTEGER
    if not (whole and profile.distinct <= _CODES):
        span = high - low
        least = low - _room(profile.quantiles[1] - low, span)
        most = high + _room(high - profile.quantiles[-2], span)
        low = low if least == low else 0.0 if low >= 0 > least else _tidy(least, span, up=False)
        high = high if most == high else 0.0 if high <= 0 < most else _tidy(most, span, up=True)
        low, high = (math.floor(low), math.ceil(high)) if whole else (low, high)
    yield Range(column=profile.name, low=float(low), high=float(high))


def _room(tail: float, span: float) -> float:
    """How much further the next values may reach: not at all where many lie at the end itself, and as far again where
    the last twentieth of them takes most of the span."""
    return tail if not tail or tail > _LONG_TAIL * span else _ROOM * span


def _tidy(value: float, span: float, *, up: bool) -> float:
    """A number that reads well, no nearer than ``value``: in steps of about a fiftieth of the span."""
    digits = 1 - math.floor(math.log10(span))
    scaled = value * 10.0**digits
    return round((math.ceil(scaled) if up else math.floor(scaled)) * 10.0**-digits, max(0, digits))


def _categories(column: Column, profile: ColumnProfile) -> Iterator[Categories]:
    """Its words, where all of them are known; the rarer some of them are, the likelier are others."""
    words = column.levels
    if len(words) != profile.distinct or not 0 < len(words) <= _MANY_WORDS:
        return
    counts = profile.chart.counts if isinstance(profile.chart, Bars) else ()
    filled = profile.rows - profile.missing
    sure = len(counts) == len(words) and min(counts) >= _SELDOM * filled
    yield Categories(column=column.name, words=words, others=0.0 if sure else _OTHERS)


def _event_time(profiles: Mapping[str, ColumnProfile], moment: datetime) -> Fresh | None:
    """The column that tells when a row came to be: of those that are always filled, the one that ends latest, unless
    that is long ago or still to come."""
    ends = {
        name: newest_day(one.type, one.quantiles[-1])
        for name, one in profiles.items()
        if one.type in TIMES and not one.missing and one.distinct > 1 and len(one.quantiles) == 7
    }
    known = {name: day for name, day in ends.items() if day is not None}
    if not known:
        return None
    name = max(known, key=lambda one: known[one])
    age = (moment.astimezone(UTC).date() - known[name]).days
    if not 0 <= age <= _STALE_DAYS:
        return None
    return Fresh(column=name, days=max(_LEAST_DAYS, 2 * age))


def newest_day(type: ColumnType, value: float) -> date | None:
    """A day from how profiles write it: days or seconds since 1970."""
    try:
        return _EPOCH + timedelta(days=value if type is ColumnType.DATE else value / 86_400)
    except OverflowError:
        return None


def _rounded(count: float, way: int) -> int:
    """A count in two figures, downwards (-1) or upwards (1)."""
    unit = 10 ** max(0, len(str(int(count))) - 2)
    return int((math.floor if way < 0 else math.ceil)(count / unit) * unit)
