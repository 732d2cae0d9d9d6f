"""An export under way, and what came of it."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QProgressBar, QWidget

from app.deployment.records import EXPORT, ExportAnswer, ExportRequest
from app.errors import CicloError
from app.jobs.contract import Ended, Event, JobState
from app.text.message import Text, amount
from app.ui.session import Session
from app.ui.widgets.basics import button, column, label, row
from app.ui.widgets.messages import FindingRow, Notice


class Outcome(QWidget):
    """Carries exports out, one at a time. ``busy_changed(bool)``; ``exported(path)`` when a file is certified."""

    busy_changed = Signal(bool)
    exported = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self.setObjectName("deployment.outcome")
        words = self._words
        self._job = self._path = ""
        self._step = label("", "muted")
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setAccessibleName(words("ui_deployment.export"))
        self._notice = Notice(session.theme, close_name=words("ui_deployment.close"))
        self._notice.setObjectName("deployment.export_notice")
        self._proof = FindingRow(session.theme, "good", "")
        self._place = label("", "muted", selectable=True)
        self._folder = button(words("ui_deployment.show_folder"), self._on_folder_clicked, "link")
        self._folder.setObjectName("deployment.folder")
        layout = column(self._step, self._busy, self._notice, self._proof, self._place)
        layout.addLayout(row(self._folder, 1))
        self.setLayout(layout)
        self._show_only()
        for job in session.jobs.open(EXPORT.name):  # the page was made again while it exports
            self._job = job.id
            self._show_only(self._busy)

    @property
    def busy(self) -> bool:
        """Whether an export is under way."""
        return bool(self._job)

    def start(self, request: ExportRequest, *, label: str, target: str) -> None:
        """Export; ``label`` and ``target`` as people call them."""
        if self.busy:
            return
        title = Text("ui_deployment.export.job", {"model": label, "target": target})
        self._job = self._session.submit(EXPORT, request, title)
        self._step.setText(self._words.text(title))
        self._show_only(self._step, self._busy)
        self.setFocus()  # a button that is disabled would hand it on to the history, to which the page then jumps
        self.busy_changed.emit(True)

    def _show_only(self, *shown: QWidget) -> None:
        for widget in (self._step, self._busy, self._notice, self._proof, self._place, self._folder):
            widget.setVisible(widget in shown)
        self.setVisible(bool(shown))

    @Slot(object)
    def on_job_event(self, event: Event) -> None:
        """Take the end of the export."""
        if not isinstance(event, Ended) or event.job != self._job:
            return
        self._job = ""
        if event.failure is not None:
            self._show_only(self._notice)
            self._notice.say_error(self._words, CicloError(event.failure.code, **event.failure.params))
        elif event.state is JobState.DONE:
            self._show_export(msgspec.json.decode(event.answer, type=ExportAnswer))
        else:
            self._show_only(self._notice)
            self._notice.say("neutral", self._words("ui_deployment.export.stopped"))
        self.busy_changed.emit(False)

    def _show_export(self, answer: ExportAnswer) -> None:
        words, proof = self._words, answer.certificate
        self._path = answer.path
        self._proof.say(
            words(
                "ui_deployment.certified",
                n=proof.rows,
                difference=amount(proof.max_difference),
                flips=proof.label_flips,
                runtime=proof.runtime,
            )
        )
        self._place.setText(answer.path or answer.url)
        self._show_only(self._proof, self._place, *([self._folder] if answer.path else []))
        if answer.path:
            self.exported.emit(answer.path)

    @Slot()
    def _on_folder_clicked(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self._path).parent)))
