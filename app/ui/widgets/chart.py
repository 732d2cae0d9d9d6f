"""Charts with axes: the records of reports and profiles, drawn by pyqtgraph. Imported after the first paint.

No frame, light grid, direct labels where they fit, the interval always drawn, limits dashed; the pointer shows
values, a click selects, a right click saves the picture or the data.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QWidget

from app.data.records import Bars, ColumnType, Histogram
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.choosers import save_file
from app.ui.theme import Theme
from app.ui.widgets import chart_file
from app.ui.widgets.basics import column, label
from app.ui.widgets.chart_axis import ValueAxis, write_moment
from app.ui.widgets.chart_extras import NONE, Extras
from app.ui.widgets.chart_parts import (
    Drawing,
    Marker,
    Painted,
    Spot,
    draw_bars,
    draw_columns,
    draw_curves,
    place_labels,
)
from app.verification.records import BarChart, Chart

_NEAR = 36.0
_FEW_TENS = 3.0


class ChartView(QWidget):
    """Draws one chart. ``point_clicked(curve, point)`` is sent for a click on or near a point."""

    point_clicked = Signal(int, int)

    def __init__(self, theme: Theme, words: Words, *, name: str = "") -> None:
        super().__init__()
        self._theme, self._words = theme, words
        self._redraw: Callable[[], None] | None = None
        self._painted = Painted()
        self._hovered: Spot | None = None
        self._above, self._below = label("", "small-muted"), label("", "small-muted")
        self._below.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._axes = {side: ValueAxis(theme, words, side) for side in ("left", "bottom")}
        self._plot = pg.PlotWidget(axisItems=self._axes, enableMenu=False)
        self._plot.setFrameShape(self._plot.Shape.NoFrame)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.setMouseTracking(True)
        self._plot.viewport().installEventFilter(self)
        for axis in self._axes.values():
            axis.setZValue(-10)  # the grid lies under what is drawn
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._marker = Marker(theme)
        self._card = _card(self)
        stack = column(self._above, self._plot, self._below, spacing=2)
        stack.setStretch(1, 1)
        self.setLayout(stack)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(theme.size(200), theme.size(160))
        self.setAccessibleName(name)
        scene = self._plot.scene()
        scene.sigMouseMoved.connect(self._on_mouse_moved)
        scene.sigMouseClicked.connect(self._on_mouse_clicked)
        self._plot.getViewBox().sigResized.connect(self._on_resized)
        theme.changed.connect(self._on_theme_changed)
        self._dress()

    def sizeHint(self) -> QSize:
        """No more than it must have: what is left over comes by stretch."""
        return self.minimumSize()

    def hasHeightForWidth(self) -> bool:
        """The labels would ask for a height by the plot's own, far larger wish."""
        return False

    # What it shows

    def show_chart(self, chart: Chart | BarChart, extras: Extras = NONE) -> None:
        """A chart of a report."""
        if isinstance(chart, BarChart):
            self.show_bars(chart)
        else:
            self._show(partial(self._draw_chart, chart, extras))

    def show_bars(self, chart: BarChart) -> None:
        """Bars with intervals, the first at the top."""
        self._show(partial(self._draw_bars, chart))

    def show_histogram(self, histogram: Histogram, kind: ColumnType = ColumnType.NUMBER) -> None:
        """Counts of an interval each; ``kind`` says whether the edges are dates."""
        self._show(partial(self._draw_histogram, histogram, kind))

    def show_counts(self, bars: Bars) -> None:
        """Counts of words."""
        self._show(partial(self._draw_counts, bars))

    def show_drawing(self, drawing: Drawing) -> None:
        """A chart of a page's own."""
        self._show(partial(self._draw_own, drawing))

    def clear(self) -> None:
        """Show nothing."""
        self._redraw = None
        self._wipe()

    def _show(self, redraw: Callable[[], None]) -> None:
        self._redraw = redraw
        self._wipe()
        redraw()

    def _wipe(self) -> None:
        self._plot.clear()
        self._painted = Painted()
        self._leave_point()
        for axis in self._axes.values():
            axis.reset()
        self._above.hide()
        self._below.hide()

    # Drawing

    def _draw_chart(self, chart: Chart, extras: Extras) -> None:
        item = self._plot.getPlotItem()
        self._painted = draw_curves(item, self._theme, self._words, chart, extras)
        self._name_axes(self._words.text(chart.x_label), self._words.text(chart.y_label))
        self._set_ranges(chart, extras)
        for at, text in extras.marks:
            self._painted.add_mark(item, self._theme, at, text)
        if extras.gate is not None:
            self._painted.add_gate(item, self._theme, *extras.gate)
        if extras.x_ticks:
            self._axes["bottom"].set_words(extras.x_ticks)
        elif extras.log_x:
            self._axes["bottom"].set_words(self._steps_of_ten())
        if extras.legend:
            place_labels(item, self._theme, self._painted)
        item.addItem(self._marker.item, ignoreBounds=True)

    def _set_ranges(self, chart: Chart, extras: Extras) -> None:
        limits = [extras.gate[0]] if extras.gate is not None else []
        x, y = self._painted.reach(limits)
        self._plot.setXRange(*(chart.x_range or x), padding=0.03)
        self._plot.setYRange(*(chart.y_range or y), padding=0.03)

    def _steps_of_ten(self) -> list[tuple[float, str]]:
        """Ticks of a logarithmic axis: powers of ten, and with few of these their threefold."""
        low, high = self._plot.getViewBox().viewRange()[0]
        tens = [(n, 1.0) for n in range(math.floor(low), math.ceil(high) + 1)]
        thirds = [(n, 3.0) for n, _ in tens] if high - low < _FEW_TENS else []
        steps = [(n + math.log10(times), times * 10.0**n) for n, times in sorted(tens + thirds)]
        return [(at, self._words.significant(value)) for at, value in steps if low <= at <= high]

    def _draw_bars(self, chart: BarChart) -> None:
        item = self._plot.getPlotItem()
        self._painted = draw_bars(item, self._theme, self._words, chart)
        self._name_axes(self._words.text(chart.x_label), "")
        self._axes["left"].set_words([(-float(i), name) for i, name in enumerate(chart.names)], elide=True)
        self._axes["left"].showGrid(False)
        ends = [0.0, *chart.values, *chart.low, *chart.high]
        self._plot.setXRange(min(ends), max(ends) or 1.0, padding=0.03)
        self._plot.setYRange(-len(chart.names) + 0.4, 0.6, padding=0)
        item.addItem(self._marker.item, ignoreBounds=True)

    def _draw_own(self, drawing: Drawing) -> None:
        self._painted = drawing.draw(self._plot.getPlotItem(), self._axes)
        self._name_axes(drawing.x_name, drawing.y_name)
        self._plot.addItem(self._marker.item, ignoreBounds=True)

    def _draw_histogram(self, histogram: Histogram, kind: ColumnType) -> None:
        moment = kind in (ColumnType.DATE, ColumnType.DATETIME)
        write = partial(write_moment, self._words, kind) if moment else None
        self._axes["bottom"].set_writer(write, moment=kind if moment else None)
        self._painted = draw_columns(self._plot.getPlotItem(), self._theme, self._words, histogram, write)
        self._name_axes("", self._words("ui.chart.rows"))
        self._plot.setXRange(histogram.edges[0], histogram.edges[-1], padding=0.02)
        self._plot.setYRange(0, max(histogram.counts, default=1) or 1, padding=0.02)

    def _draw_counts(self, bars: Bars) -> None:
        names, counts = list(bars.labels), list(bars.counts)
        if bars.rest:
            names.append(self._words("ui.chart.rest"))
            counts.append(bars.rest)
        from app.text.message import Text

        values = tuple(float(count) for count in counts)
        self._draw_bars(BarChart(code="", x_label=Text("ui.chart.rows"), names=tuple(names), values=values))

    def _name_axes(self, x: str, y: str) -> None:
        for widget, text in ((self._below, x), (self._above, y)):
            widget.setText(text)
            widget.setVisible(bool(text))

    def _dress(self) -> None:
        self._plot.setBackground(self._theme.colour("card"))
        self._marker.dress()
        for axis in self._axes.values():
            axis.dress()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._dress()
        if self._redraw is not None:
            self._show(self._redraw)

    @Slot(object)
    def _on_resized(self, box: object) -> None:
        self._leave_point()
        self._painted.place_again(self._plot.getPlotItem())

    # The pointer

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._leave_point()
        return False

    @Slot(object)
    def _on_mouse_moved(self, at: QPointF) -> None:
        spot = self._painted.nearest(self._plot.getViewBox(), at, _NEAR)
        if spot is None:
            self._leave_point()
        elif spot != self._hovered:
            self._hovered = spot
            self._marker.move(spot)
            self._show_card(spot, at)

    @Slot(object)
    def _on_mouse_clicked(self, event: object) -> None:
        if event.button() == Qt.MouseButton.LeftButton:  # type: ignore[attr-defined]
            spot = self._painted.nearest(self._plot.getViewBox(), event.scenePos(), _NEAR)  # type: ignore[attr-defined]
            if spot is not None:
                self.point_clicked.emit(spot.curve, spot.point)

    def _leave_point(self) -> None:
        self._hovered = None
        self._card.hide()
        self._marker.item.hide()

    def _show_card(self, spot: Spot, at: QPointF) -> None:
        self._card.setText("\n".join(spot.lines))
        self._card.adjustSize()
        place = self._plot.mapTo(self, self._plot.mapFromScene(at))
        area = QRectF(self.rect())
        x = place.x() + tokens.SPACE
        if x + self._card.width() > area.right():
            x = max(0, place.x() - self._card.width() - tokens.SPACE)
        y = min(max(0, place.y() - self._card.height() - tokens.PAD), int(area.bottom()) - self._card.height())
        self._card.move(int(x), int(y))
        self._card.show()
        self._card.raise_()

    # Saving

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.addAction(self._words("ui.chart.save_picture")).triggered.connect(self._on_picture_wanted)
        menu.addAction(self._words("ui.chart.save_data")).triggered.connect(self._on_data_wanted)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())

    @Slot()
    def _on_picture_wanted(self) -> None:
        save_file(self, self._words, name="chart", suffixes=(".png", ".svg"), chosen=self.save_picture)

    @Slot()
    def _on_data_wanted(self) -> None:
        save_file(self, self._words, name="chart", suffixes=(".csv",), chosen=self.save_data)

    @Slot(str)
    def save_picture(self, path: str) -> None:
        """Write the picture, as SVG or in twice the screen's resolution."""
        self._leave_point()
        chart_file.write_picture(self, path)

    @Slot(str)
    def save_data(self, path: str) -> None:
        """Write the points as CSV."""
        chart_file.write_data(path, self._painted.table())


def _card(parent: QWidget) -> QLabel:
    card = label("", "small", wrap=False)
    card.setParent(parent)
    card.setProperty("role", "hover")
    card.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    card.hide()
    return card
