"""The few dialogs of the window, opened and never waited for: new project, closing with work under way, about."""

from __future__ import annotations

import os
import re
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QVBoxLayout, QWidget

from app import __version__
from app.ui import theme as tokens
from app.ui.session import Session
from app.ui.widgets.basics import button, column, label, row
from app.ui.widgets.form import Field, line_edit

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


def projects_folder(session: Session) -> Path:
    """Where new projects go unless told elsewhere."""
    if session.settings.projects_folder:
        return Path(session.settings.projects_folder)
    if home := os.environ.get("CICLO_HOME"):
        return Path(home) / "projects"
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(documents or Path.home()) / "Ciclo"


def free_folder(parent: Path, name: str) -> Path:
    """A folder for a project of that name that isn't there yet."""
    base = _NOT_IN_NAMES.sub(" ", name).strip(" .") or "project"
    candidate, number = parent / base, 1
    while candidate.exists():
        number += 1
        candidate = parent / f"{base} {number}"
    return candidate


class Dialog(QDialog):
    """A dialog of the window: deleted when closed, no question mark in its frame."""

    def __init__(self, session: Session, title: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(title)
        self.setMinimumWidth(session.theme.size(460))
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(tokens.WIDE, tokens.WIDE, tokens.WIDE, tokens.WIDE)
        self.body.setSpacing(tokens.SPACE)
        self.body.addWidget(label(title, "title"))

    def fit(self) -> None:
        """As tall as what it says now: Qt grows a dialog without asking how many lines wrapped sentences take, and cuts
        them where a notice comes in."""
        self.body.activate()
        wanted, most = self.body.totalHeightForWidth(self.width()), self.screen().availableGeometry().height()
        self.resize(self.width(), min(wanted, most))


class NewProject(Dialog):
    """Asks for a name and a place. ``wanted(path, name)`` is sent once, for the button."""

    wanted = Signal(str, str)

    def __init__(self, session: Session, parent: QWidget | None, *, name: str = "") -> None:
        words = session.words
        super().__init__(session, words("ui.new_project.title"), parent)
        self.setObjectName("new-project")
        self._session, self._parent_folder = session, projects_folder(session)
        self.name = line_edit(name, words("ui.new_project.example"))
        self.name.setObjectName("project-name")
        self._place = label("", "small-muted")
        self._change = button(words("ui.new_project.change"), self._on_change_clicked, "link")
        self.create_button = button(words("ui.new_project.create"), self._on_create_clicked, "primary")
        self.create_button.setObjectName("create-project")
        self.create_button.setDefault(True)
        cancel = button(words("ui.cancel"), self.reject)
        self.body.addWidget(Field(words("ui.new_project.name"), self.name))
        place = row(self._place, self._change)
        place.setStretch(0, 1)
        self.body.addLayout(place)
        self.body.addWidget(label(words("ui.new_project.sentence"), "small-muted"))
        self.body.addLayout(row(1, cancel, self.create_button))
        self.name.textChanged.connect(self._on_name_changed)
        self._on_name_changed()

    def _folder(self) -> Path:
        return free_folder(self._parent_folder, self.name.text())

    @Slot()
    def _on_name_changed(self) -> None:
        named = bool(self.name.text().strip())
        self.create_button.setEnabled(named)
        shown = self._folder() if named else self._parent_folder
        self._place.setText(self._session.words("ui.new_project.place", path=str(shown)))

    @Slot()
    def _on_change_clicked(self) -> None:
        chooser = QFileDialog(self, self._session.words("ui.new_project.choose"), str(_existing(self._parent_folder)))
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.fileSelected.connect(self._on_folder_chosen)
        chooser.open()

    @Slot(str)
    def _on_folder_chosen(self, path: str) -> None:
        self._parent_folder = Path(path)
        self._on_name_changed()

    @Slot()
    def _on_create_clicked(self) -> None:
        name = self.name.text().strip()
        if name:
            self.wanted.emit(str(self._folder()), name)
            self.accept()


class ClosingWithWork(Dialog):
    """Work is under way and the window is to close: finish in the background, stop, or keep working."""

    finish = Signal()
    stop = Signal()

    def __init__(self, session: Session, parent: QWidget | None, *, jobs: int) -> None:
        words = session.words
        super().__init__(session, words("ui.closing.title", n=jobs), parent)
        self.setObjectName("closing")
        self.body.addWidget(label(words("ui.closing.sentence")))
        keep = button(words("ui.closing.keep"), self.reject, "primary")
        self.finish_button = button(words("ui.closing.finish"), self._on_finish_clicked)
        self.stop_button = button(words("ui.closing.stop"), self._on_stop_clicked, "danger")
        keep.setObjectName("closing-keep")
        self.finish_button.setObjectName("closing-finish")
        self.stop_button.setObjectName("closing-stop")
        keep.setDefault(True)
        self.body.addLayout(row(self.stop_button, 1, self.finish_button, keep))

    @Slot()
    def _on_finish_clicked(self) -> None:
        self.finish.emit()
        self.accept()

    @Slot()
    def _on_stop_clicked(self) -> None:
        self.stop.emit()
        self.accept()


class About(Dialog):
    """Name, version, licence."""

    def __init__(self, session: Session, parent: QWidget | None) -> None:
        words = session.words
        super().__init__(session, words("ui.about.title", version=__version__), parent)
        self.setObjectName("about")
        self.body.addWidget(label(words("ui.about.sentence")))
        self.body.addWidget(label(words("ui.about.licences"), "small-muted"))
        close = button(words("ui.close"), self.accept, "primary")
        self.body.addLayout(row(1, close))


class Help(Dialog):
    """The way through the cycle, and the keys."""

    def __init__(self, session: Session, parent: QWidget | None, *, keys: list[tuple[str, str]]) -> None:
        words = session.words
        super().__init__(session, words("ui.help.title"), parent)
        self.setObjectName("help-page")
        self.setMinimumWidth(session.theme.size(560))
        for step in ("datasets", "training", "verification", "deployment", "results"):
            sentence = label(words(f"ui.help.{step}"), "muted")
            self.body.addLayout(column(label(words(f"ui.tab.{step}"), "strong"), sentence, spacing=2))
        listed = label("\n".join(f"{key}  ·  {what}" for key, what in keys), "small-muted")
        self.body.addLayout(column(label(words("ui.help.keys"), "strong"), listed, spacing=2))
        close = button(words("ui.close"), self.accept, "primary")
        self.body.addLayout(row(1, close))


def _existing(folder: Path) -> Path:
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder
