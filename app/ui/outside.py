"""What others store in the open project, as a command does in a terminal, is seen when the analyst comes back."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication

from app.errors import CicloError
from app.project import Project, Record
from app.ui.session import Changes, Session, changes_of


class Outside(QObject):
    """Has the session say ``changed`` for records that didn't come by way of it."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._seen: set[str] = set()
        session.project_changed.connect(self._on_project_changed)
        session.changed.connect(self._on_changed)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.applicationStateChanged.connect(self._on_state_changed)

    @Slot()
    def _on_project_changed(self) -> None:
        self._seen = {record.id for record in self._session.records()}

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        self._seen.update(id for ids in changes.values() for id in ids)

    @Slot(Qt.ApplicationState)
    def _on_state_changed(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive and self._session.project is not None:
            self._session.run(partial(_look, self._session.project), self._on_looked, self._on_unreadable)

    def _on_looked(self, found: tuple[Project, list[Record]]) -> None:
        project, records = found
        changes = changes_of(record for record in records if record.id not in self._seen)
        if changes and project is self._session.project:
            self._session.changed.emit(changes)

    def _on_unreadable(self, error: CicloError) -> None:
        """The next thing that the analyst asks for says so; coming back to the window asked for nothing."""


def _look(project: Project) -> tuple[Project, list[Record]]:
    project.refresh()
    return project, project.records()
