"""What each threshold is worth, as a chart whose upright line is dragged."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPen

from app.text.message import Text
from app.ui.session import Session
from app.ui.widgets.chart import ChartView
from app.ui.widgets.chart_extras import Extras
from app.verification.axes import share_axis
from app.verification.records import Chart, Curve
from app.verification.value.curve import Point, WorthCurve, thinned
from app.verification.value.records import ValueTable

_POINTS, _HEIGHT, _WIDE = 240, 240, 2.0


class ThresholdChart(ChartView):
    """``dragged(threshold)`` while the line is moved with the mouse."""

    dragged = Signal(float)

    def __init__(self, session: Session) -> None:
        super().__init__(session.theme, session.words, name=session.words("ui_verification.worth.chart"))
        self.setObjectName("verification.worth.chart")
        self.setMinimumHeight(session.theme.size(_HEIGHT))
        self._line: pg.InfiniteLine | None = None
        self._at = 0.5

    def show_worth(self, curve: WorthCurve, table: ValueTable, threshold: float) -> None:
        """Draw the curve, with the line at ``threshold``."""
        self._at = threshold
        points = thinned(curve.points(), _POINTS)
        drawn = [point for point in points if not point.beyond] or points
        cards = tuple(self._said_of(point, table) for point in drawn)
        self.show_chart(worth_chart(drawn, table, threshold), Extras(legend=False, cards=(cards,)))

    def _said_of(self, point: Point, table: ValueTable) -> tuple[str, ...]:
        words = self._words
        said = words("ui_verification.worth.from", threshold=words.percent(point.threshold, 1))
        return said, words.money(point.worth, table.currency)

    def move_line(self, threshold: float) -> None:
        """Put the line there without sending ``dragged``."""
        self._at = threshold
        if self._line is not None:
            self._line.blockSignals(True)
            self._line.setValue(threshold)
            self._line.blockSignals(False)

    def _draw_chart(self, chart: Chart, extras: Extras) -> None:
        super()._draw_chart(chart, extras)
        pen = QPen(self._theme.colour("text"), _WIDE)
        pen.setCosmetic(True)
        line = pg.InfiniteLine(pos=self._at, angle=90, movable=True, bounds=(0.0, 1.0), pen=pen, hoverPen=pen)
        line.setCursor(Qt.CursorShape.SizeHorCursor)
        line.setZValue(10)
        line.sigPositionChanged.connect(self._on_line_moved)
        self._plot.getPlotItem().addItem(line, ignoreBounds=True)
        self._line = line

    @Slot(object)
    def _on_line_moved(self, line: pg.InfiniteLine) -> None:
        self._at = float(line.value())
        self.dragged.emit(self._at)


def worth_chart(points: Sequence[Point], table: ValueTable, threshold: float) -> Chart:
    """The curve with its interval, on an axis that has room for the threshold too."""
    return Chart(
        code="worth",
        x_label=Text("verification.axis.threshold"),
        y_label=Text("verification.axis.money", {"period": Text(f"verification.period.{table.period}")}),
        curves=(
            Curve(
                label=Text("verification.curve.worth"),
                x=tuple(point.threshold for point in points),
                y=tuple(point.worth for point in points),
                low=tuple(point.low for point in points),
                high=tuple(point.high for point in points),
            ),
        ),
        x_range=share_axis(threshold, *(point.threshold for point in points if point.acted > 0)),
    )
