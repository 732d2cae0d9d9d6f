"""The version beside what is used today: a card for the champion and one for the rule."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui import theme as tokens
from app.ui.comparison import ComparisonCard
from app.ui.session import Session
from app.verification.records import Comparison


class BesideCards(QWidget):
    """A card for each comparison; nothing where there is none."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._cards: list[ComparisonCard] = []
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(tokens.SPACE)
        self.hide()

    def show_compared(self, compared: Sequence[Comparison]) -> None:
        """Show other comparisons in place of those that are there."""
        for card in self._cards:
            card.hide()
            card.deleteLater()
        self._cards = [ComparisonCard(self._session, one) for one in compared]
        for card in self._cards:
            self._lines.addWidget(card)
        self.setVisible(bool(self._cards))
