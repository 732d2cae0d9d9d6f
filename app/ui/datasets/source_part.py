"""Which part of a source is imported: a sheet and a range of cells, or several files."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.data.records import Inspected, Reading, Sheet
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.theme import Theme
from app.ui.widgets.basics import Card, label
from app.ui.widgets.form import Dropdown, Field, Option, line_edit

_SHOWN = 6


class WorkbookPart(Card):
    """Two fields. ``chosen(Reading)`` is sent when the user changes one."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__(words("ui_datasets.part.title"))
        self._words = words
        self._reading = Reading()
        self.sheet = Dropdown(theme)
        self.sheet.setObjectName("datasets.sheet")
        self.sheet.chosen.connect(self._on_sheet_chosen)
        self.range = line_edit("", words("ui_datasets.part.whole"))
        self.range.setObjectName("datasets.range")
        self.range.editingFinished.connect(self._on_range_edited)
        self._where = label("", "muted")
        inside = QVBoxLayout()
        inside.setSpacing(tokens.PAD)
        inside.addWidget(Field(words("ui_datasets.part.sheet"), self.sheet))
        inside.addWidget(Field(words("ui_datasets.part.range"), self.range, words("ui_datasets.part.range_hint")))
        inside.addWidget(self._where)
        self.body.addLayout(inside)
        self.body.addStretch(1)

    def show_reading(self, found: Inspected, reading: Reading) -> None:
        """Show the sheets of a workbook and what is read of it."""
        self.setVisible(bool(found.sheets))
        if found.origin is None or not found.sheets:
            return
        self._reading = reading
        self.sheet.set_options([Option(s.name, s.name, self._detail(s)) for s in found.sheets])
        self.sheet.set_value(found.origin.sheet)
        if not self.range.isModified() or not self.range.hasFocus():
            self.range.setText(reading.range or "")
        first = found.origin.skip_lines + found.origin.header_lines + 1
        self._where.setText(self._words("ui_datasets.part.where", row=first))

    def _detail(self, sheet: Sheet) -> str:
        if sheet.hidden:
            return self._words("ui_datasets.part.hidden")
        if not sheet.rows:
            return ""
        return self._words("ui_datasets.part.size", rows=sheet.rows, columns=sheet.columns)

    @Slot(str)
    def _on_sheet_chosen(self, name: str) -> None:
        self._choose(Reading(sheet=name))

    @Slot()
    def _on_range_edited(self) -> None:
        self._choose(Reading(sheet=self._reading.sheet, range=self.range.text().strip() or None))

    def _choose(self, reading: Reading) -> None:
        if reading != self._reading:
            self._reading = reading
            self.chosen.emit(reading)


class FolderPart(Card):
    """The files that are read as one, and a column for their names. ``chosen(Reading)``: the user changed it."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__(words("ui_datasets.files.title"))
        self._words = words
        self._reading = Reading()
        self.column = line_edit("", words("ui_datasets.files.no_column"))
        self.column.setObjectName("datasets.source_column")
        self.column.editingFinished.connect(self._on_column_edited)
        self._files = label("")
        self.body.addWidget(self._files)
        hint = words("ui_datasets.files.column_hint")
        self.body.addWidget(Field(words("ui_datasets.files.column"), self.column, hint))
        self.body.addStretch(1)

    def show_reading(self, found: Inspected, reading: Reading) -> None:
        """Show which files are read; where there is one only, nothing."""
        files = found.origin.files if found.origin is not None else ()
        self.setVisible(bool(files))
        if not files:
            return
        self._reading = reading
        shown = "\n".join(files[:_SHOWN])
        more = len(files) - _SHOWN
        self._files.setText(f"{shown}\n{self._words('ui_datasets.files.more', n=more)}" if more > 0 else shown)
        if not self.column.isModified() or not self.column.hasFocus():
            self.column.setText(reading.source_column or "")

    @Slot()
    def _on_column_edited(self) -> None:
        reading = msgspec.structs.replace(self._reading, source_column=self.column.text().strip() or None)
        if reading != self._reading:
            self._reading = reading
            self.chosen.emit(reading)


class SourcePart(QWidget):
    """The one of these that a source has, if any."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self.workbook, self.folder = WorkbookPart(theme, words), FolderPart(theme, words)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        for part in (self.workbook, self.folder):
            part.chosen.connect(self.chosen)
            inside.addWidget(part)

    def show_reading(self, found: Inspected, reading: Reading) -> None:
        """Show what can be chosen of the source, and what is."""
        self.workbook.show_reading(found, reading)
        self.folder.show_reading(found, reading)
        self.setVisible(found.origin is not None and bool(found.sheets or found.origin.files))
