"""What the findings propose: each a sentence with the step that sets it right, one click away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from app.data.recipe.wording import said_of
from app.data.records import Finding
from app.text.words import Words
from app.ui.datasets.findings import ordered
from app.ui.models.tips import plain_tip
from app.ui.theme import Theme
from app.ui.widgets.basics import Card, clear, line
from app.ui.widgets.messages import FindingRow

_MOST = 30


class Suggestions(Card):
    """``taken(step)`` when the user wants a remedy."""

    taken = Signal(object)

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__(words("ui_datasets.recipe.suggestions"))
        self.setObjectName("datasets.recipe_suggestions")
        self._theme, self._words = theme, words
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self.body.addLayout(self._list)

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show these, which have a remedy each; none hides the card."""
        clear(self._list)
        for place, one in enumerate(ordered(findings)[:_MOST]):
            if place:
                self._list.addWidget(line())
            self._list.addWidget(_Suggestion(self._theme, self._words, one, self))
        self.setVisible(bool(findings))


class _Suggestion(FindingRow):
    """A finding whose button takes its remedy."""

    def __init__(self, theme: Theme, words: Words, finding: Finding, card: Suggestions) -> None:
        severity = finding.severity if finding.severity in ("bad", "warning", "note") else "note"
        super().__init__(
            theme, severity, words.text(finding.message), words("ui_datasets.recipe.take"), self._on_clicked
        )
        self._step, self._card = finding.remedy, card
        if self.remedy is not None and self._step is not None:
            said = words.text(said_of(self._step))
            self.remedy.setToolTip(plain_tip(said))
            self.remedy.setAccessibleName(f"{self.remedy.text()}: {said}")
            code = finding.code.rpartition(".")[2]
            self.remedy.setObjectName(f"datasets.take.{code}.{finding.column}")

    def _on_clicked(self) -> None:
        self._card.taken.emit(self._step)
