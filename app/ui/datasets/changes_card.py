"""What changed since the version before: only what changed, and one line where nothing did."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout

from app.data.rules.records import Against, Change
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.theme import Theme
from app.ui.widgets.basics import Card, button, clear, line
from app.ui.widgets.messages import FindingRow

_SHOWN, _MOST = 3, 60


class _ChangeRow(FindingRow):
    """A change; where the column can be read as it was, a button that does."""

    treated = Signal(str, str)

    def __init__(self, theme: Theme, words: Words, change: Change, number: int) -> None:
        self._change = change
        severity = "warning" if change.serious else "note"
        remedy = words("rules.ui.treat", version=number) if change.treat is not None else ""
        super().__init__(theme, severity, words.text(change.message), remedy, self._on_clicked)
        if self.remedy is not None:
            self.remedy.setProperty("role", "small")
            self.remedy.setObjectName(f"datasets.treat.{change.column}")

    @Slot()
    def _on_clicked(self) -> None:
        if self._change.treat is not None:
            self.treated.emit(self._change.column, self._change.treat.value)


class ChangesCard(Card):
    """``treated(column, type)`` says that a column is to be read as it was; ``resized`` that more is shown."""

    treated = Signal(str, str)
    resized = Signal()

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self._theme, self._words = theme, words
        self._changes: tuple[Change, ...] = ()
        self._number = 0
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self._all = button("", self._on_all_clicked, "link")
        self._all.setObjectName("datasets.changes_all")
        self.body.setSpacing(tokens.GAP)
        self.body.addLayout(self._rows)
        self.body.addWidget(self._all, 0, Qt.AlignmentFlag.AlignLeft)
        self.setObjectName("datasets.changes")
        self.hide()

    def show_changes(self, changes: Sequence[Change] | None, against: Against | None) -> None:
        """Show what changed; without a version to compare with the card is hidden."""
        if changes is None or against is None:
            self.hide()
            return
        self._changes, self._number = tuple(changes), against.number
        if changes:
            self.set_title(self._words("rules.ui.title", version=against.number))
        else:
            self.set_title("", self._words("rules.ui.same", version=against.number))
        self._fill(_SHOWN)
        self.show()

    def _fill(self, most: int) -> None:
        clear(self._rows)
        shown = self._changes[:most]
        for change in shown:
            row = _ChangeRow(self._theme, self._words, change, self._number)
            row.treated.connect(self.treated)
            self._rows.addWidget(row)
            if change is not shown[-1]:
                self._rows.addWidget(line())
        rest = min(_MOST, len(self._changes)) - len(shown)
        self._all.setVisible(rest > 0)
        self._all.setText(self._words("rules.ui.more_changes", n=rest))

    @Slot()
    def _on_all_clicked(self) -> None:
        self._fill(_MOST)
        self.resized.emit()
