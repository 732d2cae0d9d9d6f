"""Axes of charts: ticks in the reader's language, words instead of numbers, dates."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

from app.data.records import ColumnType
from app.text.words import Words
from app.ui.theme import Theme

_DAY_S = 86_400
_WIDEST_NAME = 150
_MIDDLE = Qt.TextElideMode.ElideMiddle


class ValueAxis(pg.AxisItem):  # type: ignore[misc]
    """An axis without a line: muted numbers, and for the left one a light grid."""

    def __init__(self, theme: Theme, words: Words, side: str) -> None:
        super().__init__(side, maxTickLength=0)
        self._theme, self._words, self._side = theme, words, side
        self._write: Callable[[float], str] | None = None
        self._moment: ColumnType | None = None
        self.enableAutoSIPrefix(False)
        self.setStyle(maxTickLevel=0, tickTextOffset=6, autoExpandTextSpace=True, hideOverlappingLabels=True)
        self.reset()
        self.dress()

    def reset(self) -> None:
        """Numbers again."""
        self._write = None
        self._moment = None
        self.setTicks(None)
        self.setWidth(None) if self._side == "left" else self.setHeight(None)
        self.showGrid(self._side == "left")

    def showGrid(self, shown: bool) -> None:
        """Light lines across the chart at the ticks."""
        self.setGrid(255 if shown else False)

    def dress(self) -> None:
        """Colours and letters of the theme in force."""
        self.setPen(pg.mkPen(None))
        self.setTickPen(pg.mkPen(self._theme.colour("line")))
        self.setTextPen(pg.mkPen(self._theme.colour("muted")))
        self.setTickFont(self._theme.font("small", tabular=True))

    def set_writer(self, write: Callable[[float], str] | None, *, moment: ColumnType | None = None) -> None:
        """Another way to write values; ``moment`` puts ticks on days, months or years."""
        self._write, self._moment = write, moment

    def set_words(self, ticks: Sequence[tuple[float, str]], *, elide: bool = False) -> None:
        """Words instead of numbers."""
        metrics = QFontMetrics(self._theme.font("small"))
        room = self._theme.size(_WIDEST_NAME)
        shown = [(at, metrics.elidedText(t, _MIDDLE, room) if elide else t) for at, t in ticks]
        self.setTicks([shown])
        if elide and shown:
            self.setWidth(max(metrics.horizontalAdvance(text) for _at, text in shown) + 12)

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        if self._moment is None or self._tickLevels is not None or high <= low:
            return list(super().tickValues(low, high, size))
        unit = 1.0 if self._moment is ColumnType.DATE else float(_DAY_S)
        most = max(2, int(size // self._theme.size(90)))
        return [(high - low, moment_ticks(low, high, unit=unit, most=most))]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        if self._write is not None:
            return [self._write(value) for value in values]
        digits = max(0, min(8, math.ceil(-math.log10(spacing)))) if spacing > 0 else 2
        if not digits:
            return [self._words.number(round(value)) for value in values]
        return [self._words.number(float(value), digits=digits, fixed=True) for value in values]


def write_moment(words: Words, kind: ColumnType, value: float) -> str:
    """A position on a date axis as a day in the reader's form."""
    return words.date(to_day(value if kind is ColumnType.DATE else value / _DAY_S))


def to_day(days: float) -> date:
    """Days since 1970 as a date, within what a calendar can say."""
    return date(1970, 1, 1) + timedelta(days=max(-700_000, min(2_900_000, math.floor(days))))


def moment_ticks(low: float, high: float, *, unit: float, most: int) -> list[float]:
    """At most ``most`` ticks on first days of years or months, or on days."""
    start, end = to_day(low / unit), to_day(high / unit)
    days = (end - start).days
    if days < 60:
        step = max(1, math.ceil(days / most))
        return [_place(start + timedelta(days=i), unit) for i in range(0, days + 1, step)]
    months = next((m for m in (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000) if days / 30.4 / m <= most), 12_000)
    ticks, at = [], start.year * 12 + start.month - 1
    at += -at % months
    while at // 12 <= min(end.year, 9999):
        day = date(at // 12, at % 12 + 1, 1)
        if start <= day <= end:
            ticks.append(_place(day, unit))
        at += months
    return ticks


def _place(day: date, unit: float) -> float:
    return (datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() / _DAY_S) * unit
