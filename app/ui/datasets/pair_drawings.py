"""The charts of two columns: a grid or dots of numbers, boxes for words, bands and shares along numbers and times, and
a grid of shares for words against words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetrics

from app.data.pairs.records import Cells, Group, Side
from app.data.records import ColumnType
from app.text.message import amount
from app.ui.datasets.cells import TEMPORAL
from app.ui.datasets.pair_words import PairWords
from app.ui.theme import Theme
from app.ui.widgets.chart_axis import ValueAxis, write_moment
from app.ui.widgets.chart_parts import Drawn, Painted, Spot, place_labels

_SHADES, _FAINTEST = 256, 0.12
_BOX, _SOFT = 0.5, 110
_MOST_LINES = 4
_CHART_WIDTH = 760
_DARK = 0.55
_NONE = np.zeros(0)

Floats = NDArray[np.float64]
Axes = Mapping[str, ValueAxis]


def shades(theme: Theme) -> NDArray[np.ubyte]:
    """From the ground of a card, which means none, to the colour of the first series."""
    ground, full = theme.colour("card"), theme.series(0)
    ends = np.array([[c.red(), c.green(), c.blue()] for c in (ground, full)], np.float64)
    steps = np.linspace(_FAINTEST, 1, _SHADES - 1)[:, None]
    colours = np.vstack([ends[0], ends[0] + (ends[1] - ends[0]) * steps])
    return np.asarray(colours.round(), np.ubyte)


def shade_of(values: Floats, most: float) -> NDArray[np.intp]:
    """The shade of each value: by its root, so that rare cells are seen beside frequent ones."""
    found = 1 + np.round(np.sqrt(values / max(most, 1e-300)) * (_SHADES - 2)).astype(np.intp)
    return np.where(values > 0, np.minimum(found, _SHADES - 1), 0)


class PairDrawing:
    """What all of them have in common."""

    def __init__(self, theme: Theme, pair: PairWords) -> None:
        self._theme, self._pair, self._chart = theme, pair, pair.chart
        self.x_name, self.y_name = self._chart.x.name, self._chart.y.name

    def draw(self, item: pg.PlotItem, axes: Axes) -> Painted:
        """The chart that suits the two columns."""
        chart = self._chart
        if chart.cells is not None or chart.dots is not None:
            return self._numbers(item, axes)
        words = bool(chart.x.levels)
        if chart.y.levels:
            return self._grid_of_shares(item, axes) if words else self._lines_of_shares(item, axes)
        return self._boxes(item, axes) if words else Painted()  # no row has both

    def _write(self, axis: ValueAxis, column: Side, write: Callable[[float], str]) -> None:
        """Dates and codes as the reader writes them."""
        if column.type in TEMPORAL:
            axis.set_writer(partial(write_moment, self._pair.words, column.type), moment=column.type)
        elif column.type is ColumnType.INTEGER:
            axis.set_writer(write)

    # Numbers against numbers

    def _numbers(self, item: pg.PlotItem, axes: Axes) -> Painted:
        chart = self._chart
        self._write(axes["bottom"], chart.x, self._pair.x)
        self._write(axes["left"], chart.y, self._pair.y)
        if chart.cells is not None:
            painted: Painted = _Grid(self._pair, chart.cells)
            self._draw_cells(item, chart.cells)
            ranges = [(edges[0], edges[-1]) for edges in (chart.cells.x, chart.cells.y)]
        elif chart.dots is not None:
            x, y = np.array(chart.dots.x), np.array(chart.dots.y)
            ground = self._theme.series(0)
            ground.setAlpha(120)
            item.addItem(pg.ScatterPlotItem(x, y, size=self._theme.size(6), pen=pg.mkPen(None), brush=ground))
            painted = _Dots(self._pair, Drawn("", x, y, _NONE, _NONE, ground, False))
            ranges = list(painted.reach([]))
        for curve in self._middles():
            item.addItem(pg.PlotCurveItem(curve.x, curve.y, pen=pg.mkPen(curve.colour, width=2), antialias=True))
        item.setXRange(*ranges[0], padding=0.01)
        item.setYRange(*ranges[1], padding=0.01)
        return painted

    def _draw_cells(self, item: pg.PlotItem, cells: Cells) -> None:
        counts = np.array(cells.counts, np.float64)
        colours = shades(self._theme)[shade_of(counts, counts.max())]
        seen = np.where(counts > 0, 255, 0).astype(np.ubyte)[..., None]
        _add_image(item, np.concatenate([colours, seen], axis=2), cells.x, cells.y)

    def _middles(self) -> list[Drawn]:
        """The medians of the second column along the first one."""
        groups = [g for g in self._chart.groups if g.quantiles]
        if len(groups) < 2:
            return []
        x = np.array([_middle(group) for group in groups])
        return [Drawn("", x, np.array([g.quantiles[2] for g in groups]), _NONE, _NONE, self._theme.series(1), False)]

    # Words against numbers

    def _boxes(self, item: pg.PlotItem, axes: Axes) -> Painted:
        """Lying boxes, the most frequent word at the top: the middle half with its median, a line over 90 %."""
        groups, theme = self._chart.groups, self._theme
        y = -np.arange(len(groups), dtype=np.float64)
        q = np.array([group.quantiles for group in groups]).reshape(-1, 5)
        line = pg.mkPen(theme.colour("muted"), width=1)
        item.addItem(pg.PlotCurveItem(q[:, [0, 1, 3, 4]].ravel(), np.repeat(y, 4), connect="pairs", pen=line))
        soft = theme.series(0)
        soft.setAlpha(_SOFT)
        box = {"height": _BOX, "brush": soft, "pen": pg.mkPen(theme.series(0))}
        item.addItem(pg.BarGraphItem(x0=q[:, 1], x1=q[:, 3], y=y, **box))
        ends = np.column_stack([y - _BOX / 2, y + _BOX / 2]).ravel()
        mark = pg.mkPen(theme.colour("text"), width=2)
        item.addItem(pg.PlotCurveItem(np.repeat(q[:, 2], 2), ends, connect="pairs", pen=mark))
        axes["left"].set_words([(at, self._pair.group(g)) for at, g in zip(y, groups, strict=True)], elide=True)
        axes["left"].showGrid(False)
        self.x_name, self.y_name = self._chart.y.name, self._chart.x.name
        self._write(axes["bottom"], self._chart.y, self._pair.y)
        low, high = (float(q.min()), float(q.max())) if len(q) else (0.0, 1.0)
        margin = (high - low) * 0.03 or 0.5
        item.setXRange(low - margin, high + margin, padding=0)
        item.setYRange(-len(groups) + 0.4, 0.6, padding=0)
        return _Boxes(self._pair, q[:, 2])

    # Shares of words

    def _lines_of_shares(self, item: pg.PlotItem, axes: Axes) -> Painted:
        """Along numbers and times, a line for each of the most frequent words; of two words for the rarer one."""
        levels, groups = self._chart.y.levels, self._chart.groups
        shown = [1] if len(levels) == 2 and not self._chart.y.rest else range(min(_MOST_LINES, len(levels)))
        x = np.array([_middle(group) for group in groups])
        rows = np.array([max(1, group.rows) for group in groups], np.float64)
        curves = []
        for place, level in enumerate(shown):
            y = np.array([group.counts[level] for group in groups]) / rows
            made = Drawn(levels[level] or "␣", x, y, _NONE, _NONE, self._theme.series(place), False)
            item.addItem(pg.PlotCurveItem(x, y, pen=pg.mkPen(made.colour, width=2), antialias=True))
            size = self._theme.size(7)
            item.addItem(pg.ScatterPlotItem(x, y, size=size, pen=pg.mkPen(None), brush=made.colour))
            curves.append(made)
        self._write(axes["bottom"], self._chart.x, self._pair.x)
        axes["left"].set_writer(self._percent)
        painted = _Shares(self._pair, curves, tuple(shown))
        reach, _y = painted.reach([])
        item.setXRange(*reach, padding=0.01)
        highest = max((float(c.y.max()) for c in curves if len(c.y)), default=1.0)
        item.setYRange(0, min(1.0, highest * 1.1) or 1.0, padding=0.02)
        self.y_name = self._pair.words("ui_datasets.pair.share_of", column=self._chart.y.name)
        if len(curves) == 1:
            self.y_name = f"{self.y_name}: {curves[0].name}"
        place_labels(item, self._theme, painted)
        return painted

    def _percent(self, share: float) -> str:
        return self._pair.words.percent(share, 0)

    def _grid_of_shares(self, item: pg.PlotItem, axes: Axes) -> Painted:
        """In each row the shares of the second column's words among the rows with one word of the first."""
        levels, groups, theme = self._pair.levels, self._chart.groups, self._theme
        shares = np.array([[n / max(1, g.rows) for n in g.counts] for g in groups]).reshape(len(groups), len(levels))
        y_edges, x_edges = np.arange(len(groups) + 1) - len(groups) + 0.5, np.arange(len(levels) + 1) - 0.5
        colours = shades(theme)[np.where(shares > 0, 1 + (shares * (_SHADES - 2)).astype(np.intp), 0)]
        _add_image(item, colours[::-1].transpose(1, 0, 2), tuple(x_edges), tuple(y_edges))
        font = theme.font("small", tabular=True)
        for (row, column), share in np.ndenumerate(shares):
            on = theme.colour("on_accent") if share > _DARK else theme.colour("text")
            text = pg.TextItem(self._pair.words.percent(float(share), 0), color=on, anchor=(0.5, 0.5))
            text.setFont(font)
            text.setPos(column, -row)
            item.addItem(text, ignoreBounds=True)
        axes["left"].set_words([(-i, self._pair.group(g)) for i, g in enumerate(groups)], elide=True)
        axes["left"].showGrid(False)
        axes["bottom"].set_words(list(enumerate(self._fitted(levels))))
        item.setXRange(x_edges[0], x_edges[-1], padding=0)
        item.setYRange(y_edges[0], y_edges[-1], padding=0)
        self.x_name, self.y_name = self._chart.y.name, self._chart.x.name
        return _ShareGrid(self._pair, shares)

    def _fitted(self, levels: Sequence[str]) -> list[str]:
        room = self._theme.size(_CHART_WIDTH) // max(1, len(levels))
        metrics = QFontMetrics(self._theme.font("small"))
        return [metrics.elidedText(word, Qt.TextElideMode.ElideRight, room) for word in levels]


def _middle(group: Group) -> float:
    low, high = group.low or 0.0, group.high or 0.0
    return low / 2 + high / 2


def _add_image(item: pg.PlotItem, pixels: NDArray[np.ubyte], x: Sequence[float], y: Sequence[float]) -> None:
    image = pg.ImageItem(pixels, levels=(0, 255), axisOrder="col-major")
    image.setRect(QRectF(x[0], y[0], x[-1] - x[0], y[-1] - y[0]))
    image.setZValue(-15)  # under the grid
    item.addItem(image)


# What the pointer finds, and the file of data holds


class _Table(Painted):
    """What is drawn is told by the groups."""

    def __init__(self, pair: PairWords, curves: Sequence[Drawn] = ()) -> None:
        super().__init__(curves)
        self._pair = pair

    def table(self) -> list[list[str | float | None]]:
        """A row for each group of the first column."""
        chart = self._pair.chart
        told = [*self._pair.levels] if chart.y.levels else ["q05", "q25", "q50", "q75", "q95"]
        rows: list[list[str | float | None]] = [[chart.x.name, "rows", *told]]
        rows += [[self._pair.group(g), g.rows, *(g.counts if chart.y.levels else g.quantiles)] for g in chart.groups]
        return rows

    def rows_said(self, n: int) -> str:
        """How many rows."""
        return self._pair.words("ui_datasets.pair.rows", n=n)


class _Grid(_Table):
    def __init__(self, pair: PairWords, cells: Cells) -> None:
        super().__init__(pair)
        self._cells = cells

    def nearest(self, box: pg.ViewBox, at: QPointF, reach: float) -> Spot | None:
        """The cell in which the pointer is."""
        if not box.sceneBoundingRect().contains(at):
            return None
        place = box.mapSceneToView(at)
        edges = self._cells.x, self._cells.y
        i, j = (
            int(np.searchsorted(e, v, side="right")) - 1 for e, v in zip(edges, (place.x(), place.y()), strict=True)
        )
        if not (0 <= i < len(edges[0]) - 1 and 0 <= j < len(edges[1]) - 1):
            return None
        pair, chart = self._pair, self._pair.chart
        lines = (
            f"{chart.x.name}: {pair.x(edges[0][i])} – {pair.x(edges[0][i + 1])}",
            f"{chart.y.name}: {pair.y(edges[1][j])} – {pair.y(edges[1][j + 1])}",
            self.rows_said(self._cells.counts[i][j]),
        )
        middles = [(e[k] + e[k + 1]) / 2 for e, k in zip(edges, (i, j), strict=True)]
        return Spot(i, j, middles[0], middles[1], lines)

    def table(self) -> list[list[str | float | None]]:
        """A row for each cell that holds any."""
        x, y, chart = self._cells.x, self._cells.y, self._pair.chart
        rows: list[list[str | float | None]] = [[f"{chart.x.name} from", "to", f"{chart.y.name} from", "to", "rows"]]
        for i, column in enumerate(self._cells.counts):
            rows += [[x[i], x[i + 1], y[j], y[j + 1], n] for j, n in enumerate(column) if n]
        return rows


class _Dots(Painted):
    def __init__(self, pair: PairWords, dots: Drawn) -> None:
        super().__init__([dots], self._said)
        self._pair = pair

    def _said(self, curve: int, point: int) -> tuple[str, ...]:
        dots, chart = self.curves[curve], self._pair.chart
        x, y = self._pair.x(float(dots.x[point])), self._pair.y(float(dots.y[point]))
        return (f"{chart.x.name}: {x}", f"{chart.y.name}: {y}")

    def table(self) -> list[list[str | float | None]]:
        """A row for each dot."""
        dots, chart = self.curves[0], self._pair.chart
        rows: list[list[str | float | None]] = [[chart.x.name, chart.y.name]]
        return rows + [[float(x), float(y)] for x, y in zip(dots.x, dots.y, strict=True)]


class _Boxes(_Table):
    def __init__(self, pair: PairWords, medians: Floats) -> None:
        super().__init__(pair)
        self._medians = medians

    def nearest(self, box: pg.ViewBox, at: QPointF, reach: float) -> Spot | None:
        """The box in whose row the pointer is."""
        if not box.sceneBoundingRect().contains(at):
            return None
        point = round(-box.mapSceneToView(at).y())
        if not 0 <= point < len(self._medians):
            return None
        group, pair = self._pair.chart.groups[point], self._pair
        low, first, middle, third, high = (pair.y(q) for q in group.quantiles)
        told = pair.words("ui_datasets.pair.box", low=low, first=first, middle=middle, third=third, high=high)
        lines = (pair.group(group), *told.splitlines(), self.rows_said(group.rows))
        return Spot(0, point, float(self._medians[point]), -float(point), lines)


class _Shares(_Table):
    def __init__(self, pair: PairWords, curves: Sequence[Drawn], levels: tuple[int, ...]) -> None:
        super().__init__(pair, curves)
        self._lines, self._levels = self._said, levels

    def _said(self, curve: int, point: int) -> tuple[str, ...]:
        group, pair = self._pair.chart.groups[point], self._pair
        share = pair.words.value(amount(float(self.curves[curve].y[point]), "percent"))
        name = f"{pair.chart.x.name}: {pair.group(group)}"
        return (name, f"{self.curves[curve].name}: {share}", self.rows_said(group.rows))


class _ShareGrid(_Table):
    def __init__(self, pair: PairWords, shares: Floats) -> None:
        super().__init__(pair)
        self._found = shares

    def nearest(self, box: pg.ViewBox, at: QPointF, reach: float) -> Spot | None:
        """The cell in which the pointer is."""
        if not box.sceneBoundingRect().contains(at):
            return None
        place = box.mapSceneToView(at)
        i, j = round(-place.y()), round(place.x())
        if not (0 <= i < self._found.shape[0] and 0 <= j < self._found.shape[1]):
            return None
        pair, group = self._pair, self._pair.chart.groups[i]
        share = pair.words.value(amount(float(self._found[i, j]), "percent"))
        name = f"{pair.chart.x.name}: {pair.group(group)}"
        lines = (name, f"{pair.levels[j]}: {share}", self.rows_said(group.counts[j]))
        return Spot(i, j, float(j), -float(i), lines)
