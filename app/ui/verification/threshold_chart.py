"""A chart over thresholds whose upright line is dragged."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPen

from app.ui.session import Session
from app.ui.widgets.chart import ChartView
from app.ui.widgets.chart_extras import Extras
from app.verification.records import Chart

_HEIGHT, _WIDE = 240, 2.0


class ThresholdChart(ChartView):
    """``dragged(threshold)`` while the line is moved with the mouse."""

    dragged = Signal(float)

    def __init__(self, session: Session, name: str) -> None:
        super().__init__(session.theme, session.words, name=session.words(f"ui_verification.worth.{name}"))
        self.setObjectName(f"verification.worth.{name}")
        self.setMinimumHeight(session.theme.size(_HEIGHT))
        self._line: pg.InfiniteLine | None = None
        self._at = 0.5

    def show_curve(self, chart: Chart, threshold: float, cards: Sequence[tuple[str, ...]] = ()) -> None:
        """Draw the chart, with the line at ``threshold``; ``cards`` say what stands at its points."""
        self._at = threshold
        self.show_chart(chart, Extras(legend=len(chart.curves) > 1, cards=(tuple(cards),) if cards else ()))

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
