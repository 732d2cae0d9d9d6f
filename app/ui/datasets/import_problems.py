"""What is doubtful about the file, and which records can't be read."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout

from app.data.records import REJECTED_RECORDS, Inspected
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.datasets.rejected import RejectedTable, balance
from app.ui.theme import Theme
from app.ui.widgets.basics import Card, clear, line
from app.ui.widgets.messages import FindingRow

_MOST_PROBLEMS = 8


class ImportProblems(Card):
    """Problems as findings; below them the rejected records, folded until asked for."""

    resized = Signal()

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self.setAccessibleName(words("ui_datasets.problems.title"))
        self._theme, self._words = theme, words
        self._findings = QVBoxLayout()
        self._findings.setSpacing(0)
        self.table = RejectedTable(theme, words)
        self.table.setMinimumHeight(theme.size(5 * tokens.ROW_HEIGHT))
        self.table.hide()
        self.body.addLayout(self._findings)
        self.body.addWidget(self.table)
        self._summary: FindingRow | None = None

    def show_reading(self, found: Inspected) -> None:
        """Show what was found; nothing to say hides the card."""
        clear(self._findings)
        self._summary = None
        problems = [p for p in found.problems if p.code != REJECTED_RECORDS][
            :_MOST_PROBLEMS
        ]  # they have a line of their own
        for problem in problems:
            sentence = self._words.text(problem.message)
            self._add(FindingRow(self._theme, "warning", sentence), last=problem is problems[-1] and not found.rejected)
        if found.rejected:
            self._add_summary(found)
        self.table.show_rejected(found.rejected)
        self.table.setVisible(self.table.isVisibleTo(self) and bool(found.rejected))
        self.setVisible(bool(problems or found.rejected))

    def _add_summary(self, found: Inspected) -> None:
        count = len(found.rejected)
        if found.complete:
            sentence = balance(found.records - count, count, self._words)
        else:
            sentence = self._words("ui_datasets.balance.so_far", n=count)
        self._summary = FindingRow(
            self._theme, "warning", sentence, self._words("ui_datasets.rejected.show"), self._on_show_clicked
        )
        if self._summary.remedy is not None:
            self._summary.remedy.setObjectName("datasets.rejected_show")
        self._say_show()
        self._add(self._summary, last=True)

    def _add(self, finding: FindingRow, *, last: bool) -> None:
        self._findings.addWidget(finding)
        if not last:
            self._findings.addWidget(line())

    @Slot()
    def _on_show_clicked(self) -> None:
        self.table.setVisible(not self.table.isVisibleTo(self))
        self._say_show()
        self.resized.emit()

    def _say_show(self) -> None:
        if self._summary is not None and self._summary.remedy is not None:
            shown = self.table.isVisibleTo(self)
            self._summary.remedy.setText(
                self._words("ui_datasets.rejected.hide" if shown else "ui_datasets.rejected.show")
            )
