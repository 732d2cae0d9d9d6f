"""Export an approved version as a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QProgressBar

from app.deployment.records import EXPORT, ExportAnswer, ExportRequest
from app.errors import CicloError
from app.jobs.contract import Ended, Event, JobState
from app.text.message import Text, amount
from app.ui.session import Session
from app.ui.widgets.basics import Card, button, label, row
from app.ui.widgets.form import Dropdown, Field, Option
from app.ui.widgets.messages import FindingRow, Notice
from app.verification.state import VersionRow


class ExportCard(Card):
    """One file with the model, its schema, its proof and how to use it. ``exported(path)`` when it is certified."""

    exported = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__(session.words("ui_deployment.bundle"))
        self._session, self._words = session, session.words
        self._job, self._path = "", ""
        words = self._words
        self._versions = Dropdown(session.theme)
        self._versions.setObjectName("deployment.version")
        self.export = button(words("ui_deployment.export"), self._on_export_clicked, "primary")
        self.export.setObjectName("deployment.export")
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
        self.body.addWidget(label(words("ui_deployment.bundle.why"), "muted"))
        self.body.addWidget(Field(words("ui_deployment.version"), self._versions))
        self.body.addLayout(row(self.export, 1))
        for widget in (self._busy, self._notice, self._proof, self._place):
            self.body.addWidget(widget)
            widget.hide()
        self.body.addLayout(row(self._folder, 1))
        self._folder.hide()
        for job in session.jobs.open(EXPORT.name):  # the page was made again while it exports
            self._job = job.id
            self._show_busy(busy=True)

    def show_versions(self, approved: Sequence[VersionRow]) -> None:
        """Offer the approved versions, newest first."""
        words = self._words
        self._versions.set_options(
            [
                Option(r.id, r.label.replace("@", " v"), words(f"learning.estimator.{r.estimator}").lower())
                for r in approved
            ]
        )
        self.export.setEnabled(bool(approved) and not self._job)

    def choose(self, model_id: str) -> None:
        """Choose a version."""
        self._versions.set_value(model_id)

    @Slot()
    def _on_export_clicked(self) -> None:
        project = self._session.project
        if project is None or not self._versions.value():
            return
        request = ExportRequest(project=str(project.folder), model=self._versions.value())
        title = Text("ui_deployment.export.job", {"model": self._versions.currentText()})
        self._job = self._session.submit(EXPORT, request, title)
        self._show_busy(busy=True)

    def _show_busy(self, *, busy: bool) -> None:
        self._busy.setVisible(busy)
        self.export.setEnabled(not busy and bool(self._versions.value()))
        if busy:
            for widget in (self._notice, self._proof, self._place, self._folder):
                widget.hide()

    @Slot(object)
    def on_job_event(self, event: Event) -> None:
        """Take the end of the export."""
        if not isinstance(event, Ended) or event.job != self._job:
            return
        self._job = ""
        self._show_busy(busy=False)
        if event.failure is not None:
            self._notice.say_error(self._words, CicloError(event.failure.code, **event.failure.params))
        elif event.state is JobState.DONE:
            self._show_export(msgspec.json.decode(event.answer, type=ExportAnswer))
        else:
            self._notice.say("neutral", self._words("ui_deployment.export.stopped"))

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
        self._place.setText(answer.path)
        for widget in (self._proof, self._place, self._folder):
            widget.show()
        self.exported.emit(answer.path)

    @Slot()
    def _on_folder_clicked(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self._path).parent)))
