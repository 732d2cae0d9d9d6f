"""What is said of the version that an import makes, and by whom; both may stay empty."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout

from app.project.writer import author
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.widgets.basics import Card
from app.ui.widgets.form import Field, line_edit


class ImportNote(Card):
    """Two fields; who writes nothing under "by" is the author that the program knows."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.note = line_edit("", words("ui_datasets.versions.note_hint"))
        self.note.setObjectName("datasets.import_note")
        self.by = line_edit("", author())
        self.by.setObjectName("datasets.import_by")
        fields = QHBoxLayout()
        fields.setSpacing(tokens.SPACE)
        fields.addWidget(Field(words("ui_datasets.versions.note"), self.note, words("ui_datasets.import.note_hint")), 3)
        fields.addWidget(Field(words("ui_datasets.versions.by"), self.by), 1, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(fields)

    def clear(self) -> None:
        """Nothing is said of the next file yet; who says it stays."""
        self.note.clear()

    def said(self) -> tuple[str, str]:
        """The note, and by whom; no name without a note unless one was written."""
        note, by = self.note.text().strip(), self.by.text().strip()
        return note, by or (author() if note else "")
