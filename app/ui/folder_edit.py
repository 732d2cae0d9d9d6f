"""A folder that is typed or chosen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.ui.choosers import choose_folder
from app.ui.session import Session
from app.ui.widgets.basics import button, row
from app.ui.widgets.form import line_edit


class FolderEdit(QWidget):
    """A line (``edit``) with a button that opens the system's chooser."""

    def __init__(self, session: Session, value: str, caption: str) -> None:
        super().__init__()
        self._words = session.words
        self.edit = line_edit(value)
        browse = button(session.words("ui_deployment.browse"), self._on_browse_clicked)
        browse.setAccessibleName(f"{session.words('ui_deployment.browse')}: {caption}")
        layout = row()
        layout.addWidget(self.edit, 1)
        layout.addWidget(browse)
        self.setLayout(layout)

    @Slot()
    def _on_browse_clicked(self) -> None:
        before = Path(self.edit.text()).expanduser()
        start = next((one for one in (before, *before.parents) if one.is_absolute() and one.is_dir()), Path.home())
        choose_folder(self, self._words, start, self.edit.setText)
