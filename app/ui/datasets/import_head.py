"""The head of the import page: the file, the name of the dataset it goes to, and the one primary action."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.project.record import is_series_name
from app.ui import theme as tokens
from app.ui.datasets.import_state import ImportState, confirm_text, subtitle
from app.ui.datasets.versions import versions
from app.ui.session import Session
from app.ui.widgets.basics import button
from app.ui.widgets.form import Field, line_edit
from app.ui.widgets.page import PageHeader


class ImportHead(QWidget):
    """``named(name)`` while another name is written, ``settled()`` once it is; ``confirmed()`` and ``cancelled()``."""

    named = Signal(str)
    settled = Signal()
    confirmed = Signal()
    cancelled = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self._header = PageHeader()
        self.name = line_edit()
        self.name.setObjectName("datasets.import_name")
        self.name.setMinimumWidth(session.theme.size(190))
        self.name.textEdited.connect(self.named)
        self.name.editingFinished.connect(self.settled)
        self._name_field = Field(session.words("ui_datasets.import.name"), self.name)
        self._cancel = button(session.words("ui_datasets.import.cancel"), self.cancelled.emit)
        self._cancel.setObjectName("datasets.import_cancel")
        self.confirm = button("", self.confirmed.emit, "primary")
        self.confirm.setObjectName("datasets.import_confirm")
        head = QHBoxLayout(self)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(tokens.PAD)
        head.addWidget(self._header, 1)
        for widget in (self._name_field, self._cancel, self.confirm):
            head.addWidget(widget, 0, Qt.AlignmentFlag.AlignBottom)

    def show_state(self, state: ImportState, *, failed: bool) -> None:
        """Say how far the file is, and what may be done."""
        words, running = self._words, bool(state.job)
        detail = "" if failed and state.found is None else subtitle(state, versions(self._session), words)
        self._header.set(words("ui_datasets.import.title", file=state.file_name), "", detail)
        named = is_series_name(self.name.text())
        self._name_field.set_wrong("" if named else words("ui_datasets.import.bad_name"))
        self.name.setEnabled(not running)
        self._cancel.setText(words("ui_datasets.import.background" if running else "ui_datasets.import.cancel"))
        self.confirm.setText(confirm_text(state, words))
        ready = state.has_rows and not (state.busy or failed or running)
        self.confirm.setEnabled(ready and named)
