"""Worth a look: what the profile found, most serious first, folded where there is much of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.data.records import Finding
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.datasets.remedies import remedy_buttons
from app.ui.theme import Kind, Theme
from app.ui.widgets.basics import Card, button, clear, line
from app.ui.widgets.messages import FindingRow
from app.ui.widgets.page import see_through

ORDER = ("bad", "warning", "note")
KINDS: dict[str, Kind] = {"bad": "bad", "warning": "warning", "note": "neutral"}
_FOLDED = 3
_MOST = 40
_HIGHEST = 240


def ordered(findings: Sequence[Finding]) -> list[Finding]:
    """Most serious first."""
    return sorted(findings, key=_rank)


def _rank(finding: Finding) -> int:
    return ORDER.index(finding.severity) if finding.severity in ORDER else len(ORDER)


class Findings(Card):
    """The card. ``column_asked(name)`` when the user wants to see the column of a finding, ``remedy_asked(step)`` to
    set it right."""

    column_asked = Signal(str)
    remedy_asked = Signal(object)

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self._theme, self._words = theme, words
        self._findings: list[Finding] = []
        self._unfolded = False
        self._inside = QWidget()
        self._inside.setObjectName("datasets.findings")
        self._list = QVBoxLayout(self._inside)
        self._list.setContentsMargins(0, 0, tokens.PAD, 0)
        self._list.setSpacing(0)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setWidget(self._inside)
        see_through(self._area)
        self._more = button("", self._on_more_clicked, "link")
        self._more.setObjectName("datasets.findings_more")
        self.head.addWidget(self._more)
        self.body.addWidget(self._area)

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show these; none hides the card."""
        self._findings = ordered(findings)
        self._unfolded = False
        self._fill()
        self.setVisible(bool(self._findings))

    def _fill(self) -> None:
        clear(self._list)
        count = len(self._findings)
        self.set_title(self._words("ui_datasets.findings.title"), self._words("ui_datasets.findings.count", n=count))
        shown = self._findings[: _MOST if self._unfolded else _FOLDED]
        for position, finding in enumerate(shown):
            if position:
                self._list.addWidget(line())
            self._list.addWidget(_Row(self._theme, self._words, finding, self))
        self._list.addStretch(1)
        self._more.setVisible(count > _FOLDED)
        code = "ui_datasets.findings.fewer" if self._unfolded else "ui_datasets.findings.all"
        self._more.setText(self._words(code, n=count))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Folded, every finding is seen whole; unfolded, the list scrolls within the card."""
        height = max(0, self._list.totalHeightForWidth(max(200, self._area.viewport().width())))
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if self._unfolded else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self._area.setVerticalScrollBarPolicy(policy)
        self._area.setFixedHeight(min(height, self._theme.size(_HIGHEST)) if self._unfolded else height)

    @Slot()
    def _on_more_clicked(self) -> None:
        self._unfolded = not self._unfolded
        self._fill()


class _Row(FindingRow):
    """A finding whose buttons show its column, and begin to set it right."""

    def __init__(self, theme: Theme, words: Words, finding: Finding, card: Findings) -> None:
        remedy = words("ui_datasets.findings.show") if finding.column else ""
        severity = finding.severity if finding.severity in KINDS else "note"
        super().__init__(theme, severity, words.text(finding.message), remedy, self._on_clicked)
        self._finding, self._card = finding, card
        if self.remedy is not None:
            self.remedy.setProperty("role", "small")
            self.remedy.setMinimumHeight(0)
            self.remedy.setAccessibleName(f"{remedy} {finding.column}")
        for made in remedy_buttons(words, finding, "datasets.set_right", words("ui_datasets.findings.set_right")):
            made.wanted.connect(card.remedy_asked)
            made.setMinimumHeight(0)
            self.add_button(made)

    @Slot()
    def _on_clicked(self) -> None:
        self._card.column_asked.emit(self._finding.column)
