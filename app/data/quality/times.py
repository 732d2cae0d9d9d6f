"""Days that stand for a missing date, and days from which rows are missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from app.data.quality.looked import Looked, finding
from app.data.recipe.steps import Blank
from app.data.records import ColumnType, Finding
from app.data.types import TIMES
from app.text.message import amount

_EPOCH = date(1970, 1, 1)
_STAND_INS = tuple(
    (day - _EPOCH).days
    for day in (
        date(1, 1, 1),
        date(1753, 1, 1),
        date(1899, 12, 30),
        date(1900, 1, 1),
        date(1901, 1, 1),
        date(1970, 1, 1),
        date(2099, 12, 31),
        date(2999, 12, 31),
        date(9999, 12, 31),
    )
)
"""Where systems put a date that they don't know: the first and the last that they can write."""
_OFTEN = 3
_APART_DAYS = 3 * 365
_PEAK, _PEAK_SHARE = 20, 0.01
_LEAST_DAYS, _REGULAR, _LONG = 30, 0.9, 5
_US_A_DAY = 86_400_000_000


def _days(column: Looked) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    scale = _US_A_DAY if column.type is ColumnType.DATETIME else 1
    days, counts = np.unique(np.floor(column.numbers / scale).astype(np.int64), return_counts=True)
    return days, counts


def check_stand_ins(column: Looked) -> Iterator[Finding]:
    """A day such as 1900-01-01 that stands for a date that nobody knew."""
    if column.type not in TIMES or not len(column.numbers):
        return
    days, counts = _days(column)
    found = [(day, n) for day, n in zip(days.tolist(), counts.tolist(), strict=True) if day in _STAND_INS]
    for day, n in found:
        others = np.abs(days[days != day] - day)
        apart = len(others) > 0 and others.min() > _APART_DAYS
        usual = float(np.median(counts))
        peak = n >= _PEAK * usual and n >= _PEAK_SHARE * counts.sum()
        if n >= _OFTEN and (apart or peak):
            share = n / len(column.numbers)
            remedy = Blank(column=column.name, values=(_iso(day),))
            yield finding("stand_in_date", column.name, "warning", remedy, share=share, day=amount(_iso(day), "date"))


def check_gaps(column: Looked) -> Iterator[Finding]:
    """Stretches without rows in what otherwise has rows at a steady pace."""
    if column.type not in TIMES or not column.whole:
        return
    days, _ = _days(column)
    if len(days) < _LEAST_DAYS:
        return
    steps = np.diff(days)
    usual = int(np.median(steps))
    if (np.abs(steps - usual) <= 0.1 * usual).mean() < _REGULAR:
        return
    wide = np.flatnonzero(steps > _LONG * usual)
    if len(wide):
        at = int(wide[np.argmax(steps[wide])])
        first, last = int(days[at]) + 1, int(days[at + 1]) - 1
        said = {"first": amount(_iso(first), "date"), "last": amount(_iso(last), "date")}
        yield finding("gaps", column.name, "warning", None, n=len(wide), days=last - first + 1, **said)


def _iso(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).isoformat()
