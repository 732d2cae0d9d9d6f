"""The cards of the import page: what changed, what the file says, how it is read, the table as it will be, problems."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.data.rules.records import Looked
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.datasets.changes_card import ChangesCard
from app.ui.datasets.import_form import ImportForm
from app.ui.datasets.import_note import ImportNote
from app.ui.datasets.import_problems import ImportProblems
from app.ui.datasets.import_state import ImportState
from app.ui.datasets.preview_table import PreviewTable
from app.ui.datasets.raw_text import RawText
from app.ui.datasets.source_part import SourcePart
from app.ui.theme import Theme
from app.ui.widgets.basics import Card


class ImportBody(QWidget):
    """``corrected(aspect, value)``, ``typed(column, type)`` and ``missing_chosen(words)`` say what the user sets."""

    corrected = Signal(str, str)
    typed = Signal(str, str)
    missing_chosen = Signal(object)

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self._words = words
        self.changes = ChangesCard(theme, words)
        self.changes.treated.connect(self.typed)
        self.changes.resized.connect(self.fit)
        self.raw = RawText(theme, words("ui_datasets.raw.title"))
        self.part = SourcePart(theme, words)
        self.form = ImportForm(theme, words)
        self.form.corrected.connect(self.corrected)
        self.form.missing_chosen.connect(self.missing_chosen)
        self.table = PreviewTable(theme, words)
        self.table.typed.connect(self.typed)
        self.problems = ImportProblems(theme, words)
        self.problems.resized.connect(self.fit)
        self.note = ImportNote(words)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(tokens.SPACE)
        inside.addWidget(self.changes)
        inside.addLayout(self._upper())
        inside.addWidget(self._preview_card(), 1)
        inside.addWidget(self.problems)
        inside.addWidget(self.note)

    def _upper(self) -> QHBoxLayout:
        made = QHBoxLayout()
        made.setSpacing(tokens.SPACE)
        self._said = Card(self._words("ui_datasets.raw.title"))
        self._said.body.addWidget(self.raw, 1)
        made.addWidget(self._said, 10)
        made.addWidget(self.part, 10)
        made.addWidget(self.form, 11)
        return made

    def _preview_card(self) -> Card:
        made = Card(self._words("ui_datasets.preview.title"), self._words("ui_datasets.preview.hint"))
        made.body.addWidget(self.table, 1)
        return made

    def show_reading(self, state: ImportState, looked: Looked) -> None:
        """Show a reading of the file."""
        found, types = looked.inspected, state.corrections.types
        self._said.setVisible(found.origin is None)
        self.raw.show_lines(found.raw_lines, found.dialect, found.rejected)
        self.part.show_reading(found, state.reading)
        self.form.show_reading(looked, state.corrections, state.rule)
        self.table.preview.show(found.columns, found.rows, looked.decimals, {n: self._who(state, n) for n in types})
        self.table.fit(frozenset(types))
        self.problems.show_reading(found)
        self.changes.show_changes(looked.changes, state.against)
        self.show()
        self.fit()

    def _who(self, state: ImportState, column: str) -> str:
        """Who chose the type of a column, in words."""
        file = state.learned(column)
        return self._words("rules.ui.as_corrected", file=file) if file else self._words("ui_datasets.evidence.yours")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()

    @Slot()
    def fit(self) -> None:
        """Labels that wrap claim the height of their narrowest form; what counts is the width there is."""
        layout = self.layout()
        if layout is not None and self.width() > 0:
            self.setMinimumHeight(layout.totalHeightForWidth(self.width()))
