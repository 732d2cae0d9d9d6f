"""The report as a file: saved where the user says, or opened in the browser."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.errors import CicloError
from app.project.durable import write_file
from app.project.record import Record
from app.project.store import Project
from app.ui.choosers import save_file
from app.ui.session import Session


class ReportSaver(QObject):
    """Writes the stored HTML of the report that is shown, in the language of the window."""

    failed = Signal(object)

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._parent = session, parent
        self._name, self._sha256 = "report.html", ""

    def set_report(self, version: Record, report: Record) -> None:
        """Which report is shown."""
        stored = report.objects.get(f"html_{self._session.words.language}") or report.objects.get("html_en")
        self._sha256 = stored.sha256 if stored else ""
        self._name = f"{version.name}-{version.number}.html"

    @Slot()
    def ask(self) -> None:
        """Ask where to save it."""
        save_file(self._parent, self._session.words, name=self._name, suffixes=(".html",), chosen=self.save)

    @Slot(str)
    def save(self, path: str) -> None:
        """Write the report to ``path``."""
        project = self._session.project
        if project is not None and self._sha256:
            work = partial(_write, project, self._sha256, Path(path))
            self._session.run(work, None, self._on_failed)

    @Slot()
    def open(self) -> None:
        """Open it in the browser."""
        project = self._session.project
        if project is not None and self._sha256:
            target = Path(tempfile.gettempdir()) / "ciclo-reports" / self._sha256[:12] / self._name
            self._session.run(partial(_write, project, self._sha256, target), self._on_written, self._on_failed)

    def _on_written(self, path: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    def _on_failed(self, error: CicloError) -> None:
        self.failed.emit(error)


def _write(project: Project, sha256: str, path: Path) -> Path:
    write_file(path, project.object_bytes(sha256), staging=path.parent)
    return path
