"""Where the points of a chart lie: scales, ticks and sizes, the same for HTML and PDF."""

from __future__ import annotations

import math
from collections.abc import Sequence

from app.text import Words
from app.verification.records import BarChart, Chart, Curve

WIDTH, HEIGHT = 440, 290
TOP, RIGHT, BOTTOM = 26, 14, 44
GLYPH = 6.6
NAME_GLYPH = 7.6
_PERCENT = {
    "roc": "xy",
    "precision_recall": "xy",
    "calibration": "xy",
    "gain": "xy",
    "lift": "x",
    "thresholds": "xy",
    "score_distribution": "xy",
    "residual_histogram": "y",
}
_NAME = 34
WIDE, ROW, _FIGURES = 900, 24, 90
STRIP_ENDS = 6, 194
FEW_DOTS = 30
"""Up to so many points are drawn large."""


def shortened(text: str, limit: int = _NAME) -> str:
    """At most ``limit`` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers between ``low`` and ``high``, about ``wanted`` of them."""
    span = high - low
    if not math.isfinite(span) or span <= 0:
        return [low]
    raw = span / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


class Plane:
    """Maps values to places."""

    def __init__(self, chart: Chart, words: Words) -> None:
        self.x_low, self.x_high = chart.x_range or _reach([v for c in chart.curves for v in c.x])
        self.y_low, self.y_high = chart.y_range or _reach([v for c in chart.curves for v in (*c.y, *c.low, *c.high)])
        percent = _PERCENT.get(chart.code, "")
        self.x_ticks = [(v, _number(v, words, "x" in percent)) for v in ticks(self.x_low, self.x_high)]
        self.y_ticks = [(v, _number(v, words, "y" in percent)) for v in ticks(self.y_low, self.y_high)]
        self.left = 12 + GLYPH * max((len(text) for _v, text in self.y_ticks), default=2)

    def x(self, value: float) -> float:
        share = (value - self.x_low) / ((self.x_high - self.x_low) or 1)
        return self.left + share * (WIDTH - self.left - RIGHT)

    def y(self, value: float) -> float:
        share = (value - self.y_low) / ((self.y_high - self.y_low) or 1)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _reach(values: Sequence[float]) -> tuple[float, float]:
    return (min(values), max(values)) if values else (0.0, 1.0)


def _number(value: float, words: Words, percent: bool) -> str:
    return words.percent(value) if percent else words.significant(value)


def solid(chart: Chart) -> list[Curve]:
    """The curves that are no dashed reference."""
    return [curve for curve in chart.curves if not curve.dashed]


def spaced(plane: Plane) -> list[tuple[float, str]]:
    """The ticks whose numbers don't touch each other."""
    kept, free = [], -math.inf
    for value, text in plane.x_ticks:
        half = len(text) * GLYPH / 2
        if plane.x(value) - half > free:
            kept.append((value, text))
            free = plane.x(value) + half + 6
    return kept


def strip_x(value: float, axis: tuple[float, float]) -> float:
    """Where a value lies on a strip 200 wide; what is off the axis lies at its end."""
    span = (axis[1] - axis[0]) or 1.0
    return STRIP_ENDS[0] + min(1.0, max(0.0, (value - axis[0]) / span)) * (STRIP_ENDS[1] - STRIP_ENDS[0])


class BarScale:
    """Maps values of bars to places, right of their names."""

    def __init__(self, bars: BarChart) -> None:
        self.left = 14 + NAME_GLYPH * max((len(shortened(name)) for name in bars.names), default=1)
        self._low = min([0.0, *bars.values, *bars.low])
        self._span = (max([0.0, *bars.values, *bars.high]) - self._low) or 1.0

    def x(self, value: float) -> float:
        return self.left + (value - self._low) / self._span * (WIDE - self.left - _FIGURES)


def bar_words(value: float, bars: BarChart, words: Words) -> str:
    """A bar's value with as many decimals as the longest bar deserves; one that is nothing beside it is 0."""
    most = max(map(abs, bars.values), default=0.0)
    if abs(value) < most / 1_000:
        value = 0.0
    return words.significant(value, digits=3) if abs(value) >= most / 10 else words.significant(value, digits=2)
