"""Rows of a table with one cell changed, each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from app.data.records import ColumnType
from app.learning.matrix import MOMENTS, NUMBERS, cast_column
from app.learning.records import Feature

Value = float | str | None
_EPOCH = datetime(1970, 1, 1)
_FIRST_DAY, _LAST_DAY = -700_000, 2_900_000
"""Between the years 1 and 9999, which Python's calendar knows."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """The cell of a row. ``part``: of a date, which part of it becomes ``value``; None is missing."""

    row: int
    feature: str
    value: Value
    part: str = ""


def typed(table: pa.Table, features: Sequence[Feature]) -> pa.Table:
    """The columns of the features, each in the type that its feature needs; numbers may then be anything."""
    return pa.table({feature.name: cast_column(table.column(feature.name), feature.type) for feature in features})


def changed(table: pa.Table, changes: Sequence[Change], features: Sequence[Feature]) -> pa.Table:
    """A row for each change: the row that it names of ``table`` (:func:`typed`), changed."""
    rows = table.take(pa.array([change.row for change in changes], pa.int64()))
    columns = {}
    for feature in features:
        own = [place for place, change in enumerate(changes) if change.feature == feature.name]
        columns[feature.name] = _column(rows.column(feature.name), feature, own, changes) if own else rows[feature.name]
    return pa.table(columns)


def _column(
    values: pa.ChunkedArray, feature: Feature, places: Sequence[int], changes: Sequence[Change]
) -> pa.ChunkedArray:
    cells = values.to_pylist()
    for place in places:
        change = changes[place]
        if change.value is None or feature.type not in MOMENTS:
            cells[place] = change.value
        else:
            cells[place] = moved(cells[place], change.part, float(change.value), timed=_timed(feature))
    return pa.chunked_array([pa.array(cells, pa.float64() if feature.type in NUMBERS else values.type)])


def _timed(feature: Feature) -> bool:
    return feature.type is ColumnType.DATETIME


def moments_of(table: pa.Table, features: Sequence[Feature]) -> dict[str, list[datetime | None]]:
    """The cells of columns of dates."""
    return {f.name: table.column(f.name).to_pylist() for f in features if f.type in MOMENTS}


def moved(moment: datetime | None, part: str, value: float, *, timed: bool) -> datetime:
    """A moment with one part of it changed, and the others where they can be kept."""
    found = _moved(moment or _EPOCH, part, value)
    return found if timed else found.replace(hour=0, minute=0, second=0, microsecond=0)


def parts_of(moment: datetime) -> dict[str, float]:
    """The numbers that a model sees of a moment."""
    seconds = (moment - _EPOCH) / timedelta(microseconds=1) / 1e6
    return {
        "day": seconds / 86_400.0,
        "year": moment.year,
        "month": moment.month,
        "monthday": moment.day,
        "weekday": moment.weekday(),
        "hour": moment.hour,
    }


def _moved(known: datetime, part: str, value: float) -> datetime:
    whole = int(np.clip(value, -1e6, 1e6)) if part != "day" else 0
    match part:
        case "day":
            return _EPOCH + timedelta(days=float(np.clip(value, _FIRST_DAY, _LAST_DAY)))
        case "weekday":
            return known + timedelta(days=whole - known.weekday())
        case "year":
            return known.replace(year=min(max(whole, 1), 9999), day=min(known.day, 28))
        case "month":
            return known.replace(month=min(max(whole, 1), 12), day=min(known.day, 28))
        case "monthday":
            day = min(max(whole, 1), 31)
            return known.replace(day=day, month=known.month if day <= 28 else 1)
        case _:
            return known.replace(hour=min(max(whole, 0), 23))
