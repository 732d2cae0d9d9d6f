"""The charts of a report: cards side by side, as many as the page is wide enough for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.ui import theme as tokens
from app.ui.session import Session
from app.ui.widgets.basics import Card, column, label
from app.ui.widgets.chart import ChartView
from app.verification.records import BarChart, Chart

_LOWEST, _PER_BAR, _NARROWEST = 240, 26, 380


class ChartGrid(QWidget):
    """Holds one lasting card, shown first where it is wanted, and a card for each chart."""

    def __init__(self, session: Session, first: Card) -> None:
        super().__init__()
        self._session, self._first = session, first
        self._first.setParent(self)
        self._first.hide()
        self._first_wanted = False
        self._cards: list[Card] = []
        self._across = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(tokens.SPACE)

    def show_charts(self, charts: Sequence[Chart | BarChart]) -> None:
        """Other charts in place of those that are there, drawn one by one: all at once would hold the window up."""
        for card in self._cards:
            card.hide()
            card.deleteLater()
        self._cards = [self._card(chart) for chart in charts]
        self._arrange()

    def want_first(self, wanted: bool) -> None:
        """Whether the lasting card stands here."""
        self._first_wanted = wanted
        if wanted:
            self._first.setParent(self)
            self._first.show()
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitting() != self._across:
            self._arrange()

    def _fitting(self) -> int:
        return max(1, (self.width() + tokens.SPACE) // (self._session.theme.size(_NARROWEST) + tokens.SPACE))

    def _arrange(self) -> None:
        while self._grid.takeAt(0) is not None:
            pass
        shown = [self._first, *self._cards] if self._first_wanted else self._cards
        self._across = self._fitting()
        across = min(self._across, max(1, len(shown)))
        for position, card in enumerate(shown):
            self._grid.addWidget(card, position // across, position % across)
        for position in range(self._grid.columnCount()):
            self._grid.setColumnStretch(position, 1 if position < across else 0)

    def _card(self, chart: Chart | BarChart) -> Card:
        words = self._session.words
        card, place = Card(words(f"verification.chart.{chart.code}")), QWidget()
        rows = len(chart.names) if isinstance(chart, BarChart) else 0
        place.setMinimumHeight(self._session.theme.size(max(_LOWEST, _PER_BAR * rows)))
        place.setLayout(column())
        card.body.addWidget(place, 1)
        card.body.addWidget(label(words(f"verification.chart.{chart.code}.help"), "small-muted"))
        self._session.turns.take(place, partial(self._draw, place, chart))
        return card

    def _draw(self, place: QWidget, chart: Chart | BarChart) -> None:
        words = self._session.words
        view = ChartView(self._session.theme, words, name=words(f"verification.chart.{chart.code}"))
        view.setObjectName(f"verification.chart.{chart.code}")
        view.show_chart(chart)
        if (layout := place.layout()) is not None:
            layout.addWidget(view)
