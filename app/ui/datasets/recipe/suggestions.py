"""What the findings propose: each a sentence with the step that sets it right, one click away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from app.data.records import Finding
from app.text.words import Words
from app.ui.datasets.findings import ordered
from app.ui.datasets.remedies import remedy_buttons
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
    """A finding whose buttons take a step that sets it right."""

    def __init__(self, theme: Theme, words: Words, finding: Finding, card: Suggestions) -> None:
        severity = finding.severity if finding.severity in ("bad", "warning", "note") else "note"
        super().__init__(theme, severity, words.text(finding.message))
        for made in remedy_buttons(words, finding, "datasets.take", words("ui_datasets.recipe.take")):
            made.wanted.connect(card.taken)
            self.add_button(made)
