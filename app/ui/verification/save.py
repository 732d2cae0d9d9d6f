"""The report as a file: saved as PDF or HTML where the user says, or opened in the browser."""

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

_KINDS = ("pdf", "html")


class ReportSaver(QObject):
    """Writes the report that is shown, in the language of the window, as it was stored with it."""

    failed = Signal(object)

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._parent = session, parent
        self._name = "report"
        self._stored: dict[str, str] = {}

    def set_report(self, version: Record, report: Record) -> None:
        """Which report is shown."""
        self._stored, self._name = {}, f"{version.name}-{version.number}"
        for kind in _KINDS:
            stored = report.objects.get(f"{kind}_{self._session.words.language}") or report.objects.get(f"{kind}_en")
            if stored is not None:
                self._stored[kind] = stored.sha256

    @Slot()
    def ask(self) -> None:
        """Ask where to save it."""
        suffixes = tuple(f".{kind}" for kind in self._stored)
        if suffixes:
            name = self._name + suffixes[0]
            save_file(self._parent, self._session.words, name=name, suffixes=suffixes, chosen=self.save)

    @Slot(str)
    def save(self, path: str) -> None:
        """Write the report to ``path``, in the form that its ending names."""
        project = self._session.project
        stored = self._stored.get(Path(path).suffix.lower()[1:]) or next(iter(self._stored.values()), "")
        if project is not None and stored:
            work = partial(_write, project, stored, Path(path))
            self._session.run(work, None, self._on_failed)

    @Slot()
    def open(self) -> None:
        """Open it in the browser."""
        project, stored = self._session.project, self._stored.get("html", "")
        if project is not None and stored:
            target = Path(tempfile.gettempdir()) / "ciclo-reports" / stored[:12] / f"{self._name}.html"
            self._session.run(partial(_write, project, stored, target), self._on_written, self._on_failed)

    def _on_written(self, path: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    def _on_failed(self, error: CicloError) -> None:
        self.failed.emit(error)


def _write(project: Project, sha256: str, path: Path) -> Path:
    write_file(path, project.object_bytes(sha256), staging=path.parent)
    return path
