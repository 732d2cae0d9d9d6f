"""The right panel: chart and summary of the column that is selected."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from app.data.records import ColumnProfile, Finding
from app.ui import theme as tokens
from app.ui.datasets.column_chart import ColumnChart
from app.ui.datasets.findings import ordered
from app.ui.datasets.goes_with import GoesWith
from app.ui.datasets.summary import examples, facts, line
from app.ui.session import Session
from app.ui.widgets.basics import Card, clear, label
from app.ui.widgets.messages import FindingRow
from app.ui.widgets.page import see_through


class Detail(Card):
    """The card of a column."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("datasets.detail")
        theme, words = self._theme, self._words = session.theme, session.words
        self._name = label("", "title", selectable=True)
        self._line = label("", "muted")
        self.chart = ColumnChart(theme, words)
        self.goes_with = GoesWith(session)
        self._findings = QVBoxLayout()
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(tokens.SPACE)
        self._facts.setVerticalSpacing(tokens.GAP)
        self._facts.setColumnStretch(0, 1)
        self._examples_title = label(words("ui_datasets.detail.examples"), "strong")
        self._examples = label("", "muted", selectable=True)
        self._none = label(words("ui_datasets.detail.none"), "muted")
        self._inside = QWidget()
        self._fill_in()

    def _fill_in(self) -> None:
        layout = QVBoxLayout(self._inside)
        layout.setContentsMargins(0, 0, tokens.GAP, 0)
        layout.setSpacing(tokens.PAD)
        for widget in (self._name, self._line, self.chart):
            layout.addWidget(widget)
        layout.addLayout(self._findings)
        layout.addWidget(self.goes_with)
        layout.addLayout(self._facts)
        layout.addSpacing(tokens.GAP)
        layout.addWidget(self._examples_title)
        layout.addWidget(self._examples)
        layout.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self._inside)
        see_through(area)
        self.body.addWidget(self._none)
        self.body.addWidget(area, 1)
        self.show_none()

    def show_none(self) -> None:
        """No column is selected."""
        self._inside.hide()
        self._none.show()

    def show_column(self, profile: ColumnProfile, findings: Sequence[Finding] = ()) -> None:
        """Show this column."""
        self._none.hide()
        self._inside.show()
        self._name.setText(profile.name)
        self._line.setText(line(profile, self._words))
        self.chart.show_column(profile)
        self.goes_with.show_column(profile.name)
        clear(self._findings)
        for finding in ordered(findings):
            severity = finding.severity if finding.severity in ("bad", "warning", "note") else "note"
            self._findings.addWidget(FindingRow(self._theme, severity, self._words.text(finding.message)))
        self._show_facts(profile)
        shown = examples(profile, self._words)
        self._examples.setText(shown)
        for widget in (self._examples, self._examples_title):
            widget.setVisible(bool(shown))
        self.setAccessibleName(f"{profile.name}: {self._line.text()}")

    def _show_facts(self, profile: ColumnProfile) -> None:
        clear(self._facts)
        for row, fact in enumerate(facts(profile, self._words)):
            value = label(fact.value, "body", wrap=False, selectable=True)
            value.setFont(self._theme.font(tabular=True))
            self._facts.addWidget(label(fact.caption, "muted"), row, 0)
            self._facts.addWidget(value, row, 1, Qt.AlignmentFlag.AlignRight)
