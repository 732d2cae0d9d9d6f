"""The parts of a chart: curves with their bands, bars, labels, and the points that the pointer finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor

from app.data.records import Histogram
from app.text.words import Words
from app.ui.theme import Theme
from app.ui.widgets.chart_axis import ValueAxis
from app.ui.widgets.chart_extras import Cards, Extras
from app.ui.widgets.chart_labels import CurveLabels
from app.verification.records import BarChart, Chart, Curve

Floats = npt.NDArray[np.float64]
_FEW = 300
_BAND = 46
_BAR_THICKNESS = 0.62


@dataclass(frozen=True)
class Spot:
    """A point that the pointer can find, and the lines of its card."""

    curve: int
    point: int
    x: float
    y: float
    lines: tuple[str, ...]


@dataclass
class Drawn:
    """A curve on the screen."""

    name: str
    x: Floats
    y: Floats
    low: Floats
    high: Floats
    colour: QColor
    dashed: bool
    points: bool = False
    log_x: bool = False

    @property
    def values_of_x(self) -> Floats:
        """Of its points, in the unit of the axis."""
        return 10.0**self.x if self.log_x else self.x


class Painted:
    """What is drawn now: for the pointer, the labels and the data file."""

    def __init__(
        self, curves: Sequence[Drawn] = (), lines: Callable[[int, int], tuple[str, ...]] | None = None
    ) -> None:
        self.curves = list(curves)
        self._lines = lines
        self._texts: list[tuple[pg.TextItem, float, float]] = []
        self.labels: CurveLabels | None = None

    def reach(self, limits: Sequence[float]) -> tuple[tuple[float, float], tuple[float, float]]:
        """Ranges of x and y over everything drawn and ``limits``."""
        x = np.concatenate([c.x for c in self.curves] or [np.zeros(0)])
        y = np.concatenate([a for c in self.curves for a in (c.y, c.low, c.high)] + [np.asarray(limits, float)])
        return _span(x), _span(y)

    def nearest(self, box: pg.ViewBox, at: QPointF, reach: float) -> Spot | None:
        """The point nearest to a place of the scene, within ``reach`` pixels."""
        area = box.sceneBoundingRect()
        if self._lines is None or not area.contains(at):
            return None
        (x0, x1), (y0, y1) = box.viewRange()
        best: tuple[float, int, int] | None = None
        for position, curve in enumerate(self.curves):
            if curve.dashed or not len(curve.x):
                continue
            px = area.left() + (curve.x - x0) / (x1 - x0) * area.width()
            py = area.bottom() - (curve.y - y0) / (y1 - y0) * area.height()
            distance = np.hypot(px - at.x(), py - at.y())
            point = int(np.nanargmin(distance))
            if distance[point] <= reach and (best is None or distance[point] < best[0]):
                best = (float(distance[point]), position, point)
        if best is None:
            return None
        _, position, point = best
        curve = self.curves[position]
        return Spot(position, point, float(curve.x[point]), float(curve.y[point]), self._lines(position, point))

    def add_gate(self, item: pg.PlotItem, theme: Theme, at: float, text: str) -> None:
        """A dashed limit across, its words at the right end."""
        pen = pg.mkPen(theme.colour("bad"), width=1, style=Qt.PenStyle.DashLine)
        item.addItem(pg.InfiniteLine(at, angle=0, pen=pen), ignoreBounds=True)
        self._texts.append((_text(item, theme, text, theme.colour("bad"), (1, 1)), 1.0, at))
        self.place_again(item)

    def add_mark(self, item: pg.PlotItem, theme: Theme, at: float, text: str) -> None:
        """An upright line, its words at the top."""
        item.addItem(pg.InfiniteLine(at, angle=90, pen=pg.mkPen(theme.colour("line"), width=1)), ignoreBounds=True)
        made = _text(item, theme, text, theme.colour("muted"), (0, 0))
        made.setPos(at, item.getViewBox().viewRange()[1][1])

    def place_again(self, item: pg.PlotItem) -> None:
        """Put the words of limits at the right end of the range in force, and the names where there is room now."""
        right = item.getViewBox().viewRange()[0][1]
        for made, _share, at in self._texts:
            made.setPos(right, at)
        if self.labels is not None:
            self.labels.arrange()

    def table(self) -> list[list[str | float | None]]:
        """Every point: curve, x, y, low, high."""
        rows: list[list[str | float | None]] = [["curve", "x", "y", "low", "high"]]
        for curve in self.curves:
            banded = len(curve.low) == len(curve.x)
            rows += [
                [curve.name, float(x), float(y), float(low) if banded else None, float(high) if banded else None]
                for x, y, low, high in zip(
                    curve.values_of_x,
                    curve.y,
                    *((curve.low, curve.high) if banded else (curve.x, curve.x)),
                    strict=True,
                )
            ]
        return rows


def _span(values: Floats) -> tuple[float, float]:
    values = values[np.isfinite(values)]
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    margin = 0.05 * (high - low) or abs(low) * 0.05 or 0.5
    return low - margin, high + margin


def _text(item: pg.PlotItem, theme: Theme, text: str, colour: QColor, anchor: tuple[float, float]) -> pg.TextItem:
    made = pg.TextItem(text, color=colour, anchor=anchor)
    made.setFont(theme.font("small"))
    item.addItem(made, ignoreBounds=True)
    return made


def draw_curves(item: pg.PlotItem, theme: Theme, words: Words, chart: Chart, extras: Extras) -> Painted:
    """Draw the curves of a chart: bands first, then lines, then points."""
    if extras.band is not None:
        _draw_band(item, theme, extras.band)
    drawn, colours = [], 0
    for place, curve in enumerate(chart.curves):
        tone = extras.tones[place] if place < len(extras.tones) else ""
        tone = tone or ("muted" if curve.dashed else "")
        colour = theme.colour(tone) if tone else theme.series(0 if _single(chart) else colours)
        colours += 0 if tone else 1
        drawn.append(_drawn(words, curve, colour, log_x=extras.log_x))
    for curve, made in zip(chart.curves, drawn, strict=True):
        _draw_uncertainty(item, curve, made)
    for curve, made in zip(chart.curves, drawn, strict=True):
        _draw_line(item, theme, chart, curve, made)
    return Painted(drawn, _Lines(words, chart, drawn, extras.cards))


def _draw_band(item: pg.PlotItem, theme: Theme, band: tuple[float, float]) -> None:
    region = pg.LinearRegionItem(
        band, orientation="horizontal", movable=False, brush=theme.colour("good_soft"), pen=pg.mkPen(None)
    )
    region.setZValue(-20)  # under the grid
    item.addItem(region, ignoreBounds=True)


def _single(chart: Chart) -> bool:
    """Whether every curve is one point: then the words tell them apart, not the colours."""
    return all(len(curve.x) <= 1 for curve in chart.curves)


def _drawn(words: Words, curve: Curve, colour: QColor, *, log_x: bool) -> Drawn:
    arrays = (np.asarray(values, np.float64) for values in (curve.x, curve.y, curve.low, curve.high))
    x, y, low, high = arrays
    x = np.log10(x) if log_x else x
    return Drawn(words.text(curve.label), x, y, low, high, colour, curve.dashed, curve.points, log_x)


def _draw_uncertainty(item: pg.PlotItem, curve: Curve, made: Drawn) -> None:
    if not len(made.low) or len(made.low) != len(made.high):
        return
    soft = QColor(made.colour)
    if curve.points:
        soft.setAlpha(150)
        pairs = np.column_stack([made.low, made.high]).ravel()
        item.addItem(pg.PlotCurveItem(np.repeat(made.x, 2), pairs, connect="pairs", pen=pg.mkPen(soft, width=2)))
        return
    soft.setAlpha(_BAND)
    edges = [pg.PlotCurveItem(made.x, y, pen=pg.mkPen(None)) for y in (made.low, made.high)]
    for edge in edges:
        item.addItem(edge)
    item.addItem(pg.FillBetweenItem(*edges, brush=soft))


def _draw_line(item: pg.PlotItem, theme: Theme, chart: Chart, curve: Curve, made: Drawn) -> None:
    dots_only = curve.points and chart.kind == "scatter"
    few = len(made.x) <= _FEW
    if not dots_only:
        style = Qt.PenStyle.DashLine if curve.dashed else Qt.PenStyle.SolidLine
        # wide pens are slow in Qt's raster engine: only for short curves
        pen = pg.mkPen(made.colour, width=2 if few and not curve.dashed else 1, style=style)
        item.addItem(pg.PlotCurveItem(made.x, made.y, pen=pen, antialias=few))
    if curve.points:
        ground = QColor(made.colour)
        ground.setAlpha(255 if len(made.x) <= 50 else 90)
        size = theme.size(9 if len(made.x) <= 50 else 6)
        item.addItem(pg.ScatterPlotItem(made.x, made.y, size=size, pen=pg.mkPen(None), brush=ground))


class _Lines:
    """Writes the card of a point."""

    def __init__(self, words: Words, chart: Chart, curves: Sequence[Drawn], cards: Cards) -> None:
        self._words, self._cards, self._curves = words, cards, curves
        self._x, self._y = words.text(chart.x_label), words.text(chart.y_label)

    def __call__(self, position: int, point: int) -> tuple[str, ...]:
        if position < len(self._cards) and point < len(self._cards[position]):
            return tuple(self._cards[position][point])
        curve, write = self._curves[position], self._words.significant
        lines = [
            curve.name,
            f"{self._x}: {write(float(curve.values_of_x[point]))}",
            f"{self._y}: {write(float(curve.y[point]))}",
        ]
        if len(curve.low) == len(curve.x) and len(curve.high) == len(curve.x):
            low, high = write(float(curve.low[point])), write(float(curve.high[point]))
            lines.append(self._words("ui.chart.interval", low=low, high=high))
        return tuple(lines)


def place_labels(item: pg.PlotItem, theme: Theme, painted: Painted) -> None:
    """The name of each curve beside it, where it covers least."""
    painted.labels = CurveLabels(item, theme, painted.curves)


def draw_bars(item: pg.PlotItem, theme: Theme, words: Words, chart: BarChart) -> Painted:
    """Bars from zero, the first at the top, with their intervals."""
    values, y = np.asarray(chart.values, np.float64), -np.arange(len(chart.values), dtype=np.float64)
    item.addItem(
        pg.BarGraphItem(
            x0=np.minimum(values, 0),
            x1=np.maximum(values, 0),
            y=y,
            height=_BAR_THICKNESS,
            brush=theme.series(0),
            pen=pg.mkPen(None),
        )
    )
    low, high = np.asarray(chart.low, np.float64), np.asarray(chart.high, np.float64)
    if len(low) == len(values) == len(high) and len(low):
        ends = np.column_stack([low, high]).ravel()
        pen = pg.mkPen(theme.colour("text"), width=1)
        item.addItem(pg.PlotCurveItem(ends, np.repeat(y, 2), connect="pairs", pen=pen))
    made = Drawn("", values, y, np.zeros(0), np.zeros(0), theme.series(0), False)
    return _Bars([made], _BarLines(words, chart), chart)


class _Bars(Painted):
    def __init__(self, curves: Sequence[Drawn], lines: Callable[[int, int], tuple[str, ...]], chart: BarChart) -> None:
        super().__init__(curves, lines)
        self._chart = chart

    def nearest(self, box: pg.ViewBox, at: QPointF, reach: float) -> Spot | None:
        """The bar in whose row the pointer is."""
        if not box.sceneBoundingRect().contains(at):
            return None
        point = round(-box.mapSceneToView(at).y())
        if not 0 <= point < len(self._chart.values):
            return None
        assert self._lines is not None
        return Spot(0, point, self._chart.values[point], -float(point), self._lines(0, point))

    def table(self) -> list[list[str | float | None]]:
        chart = self._chart
        banded = len(chart.low) == len(chart.values)
        return [
            ["name", "value", "low", "high"],
            *(
                [name, value, chart.low[i] if banded else None, chart.high[i] if banded else None]
                for i, (name, value) in enumerate(zip(chart.names, chart.values, strict=True))
            ),
        ]


class _BarLines:
    def __init__(self, words: Words, chart: BarChart) -> None:
        self._words, self._chart = words, chart

    def __call__(self, position: int, point: int) -> tuple[str, ...]:
        chart, write = self._chart, self._words.significant
        lines = [chart.names[point], f"{self._words.text(chart.x_label)}: {write(chart.values[point])}"]
        if len(chart.low) == len(chart.values) == len(chart.high):
            low, high = write(chart.low[point]), write(chart.high[point])
            lines.append(self._words("ui.chart.interval", low=low, high=high))
        return tuple(lines)


def draw_columns(
    item: pg.PlotItem,
    theme: Theme,
    words: Words,
    histogram: Histogram,
    write: Callable[[float], str] | None,
) -> Painted:
    """The columns of a histogram."""
    edges = np.asarray(histogram.edges, np.float64)
    counts = np.asarray(histogram.counts, np.float64)
    pen = pg.mkPen(theme.colour("card"), width=1)
    item.addItem(pg.BarGraphItem(x0=edges[:-1], x1=edges[1:], height=counts, brush=theme.series(0), pen=pen))
    made = Drawn("", (edges[:-1] + edges[1:]) / 2, counts, np.zeros(0), np.zeros(0), theme.series(0), False)
    return _Columns([made], histogram, words, write or words.significant)


class _Columns(Painted):
    def __init__(
        self, curves: Sequence[Drawn], histogram: Histogram, words: Words, write: Callable[[float], str]
    ) -> None:
        super().__init__(curves, None)
        self._histogram, self._words, self._write = histogram, words, write

    def nearest(self, box: pg.ViewBox, at: QPointF, reach: float) -> Spot | None:
        """The column in which the pointer is."""
        if not box.sceneBoundingRect().contains(at):
            return None
        edges, counts = self._histogram.edges, self._histogram.counts
        point = int(np.searchsorted(edges, box.mapSceneToView(at).x(), side="right")) - 1
        if not 0 <= point < len(counts):
            return None
        low, high = self._write(edges[point]), self._write(edges[point + 1])
        lines = (f"{low} – {high}", f"{self._words('ui.chart.rows')}: {self._words.number(counts[point])}")
        middle = (edges[point] + edges[point + 1]) / 2
        return Spot(0, point, middle, float(counts[point]), lines)

    def table(self) -> list[list[str | float | None]]:
        edges = self._histogram.edges
        rows: list[list[str | float | None]] = [["from", "to", "rows"]]
        rows += [[edges[i], edges[i + 1], count] for i, count in enumerate(self._histogram.counts)]
        return rows


class Drawing(Protocol):
    """A chart of a page's own."""

    x_name: str
    y_name: str

    def draw(self, item: pg.PlotItem, axes: Mapping[str, ValueAxis]) -> Painted:
        """Draw it, set the ranges and what the axes say."""


class Marker:
    """A ring round the point under the pointer."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self.item = pg.ScatterPlotItem(size=theme.size(13))
        self.item.setZValue(100)
        self.item.hide()

    def dress(self) -> None:
        """Colours of the theme in force."""
        self.item.setPen(pg.mkPen(self._theme.colour("text"), width=1))
        self.item.setBrush(pg.mkBrush(None))

    def move(self, spot: Spot) -> None:
        """Show it there."""
        self.item.setData([spot.x], [spot.y])
        self.item.show()
