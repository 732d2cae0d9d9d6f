"""What is asked about the version that is shown, each in a dialog of its own."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.data.records import DATASET
from app.jobs.contract import Ended, Event
from app.ui.datasets.dataset_view import DatasetView
from app.ui.datasets.known_dialog import KnownDialog
from app.ui.datasets.labels_dialog import LabelsDialog
from app.ui.datasets.source_dialog import SourceDialog
from app.ui.session import Session


class VersionDialogs(QObject):
    """Opens them where the head of a dataset asks for them.

    Sends ``made(id)`` when a dialog has made a version, ``remedy_asked(step)`` where it has found what a step sets
    right, and ``watched()`` when another folder is watched.
    """

    made = Signal(str)
    remedy_asked = Signal(object)
    watched = Signal()

    def __init__(self, session: Session, dataset: DatasetView, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._dataset, self._page = session, dataset, parent
        self._awaited = ""
        dataset.header.source_asked.connect(self._on_source_asked)
        dataset.header.labels_asked.connect(self._on_labels_asked)
        dataset.header.known_asked.connect(self._on_known_asked)
        session.job_event.connect(self._on_job_event)

    @Slot()
    def _on_source_asked(self) -> None:
        """Which folder is watched, and what is corrected for the files of the dataset shown."""
        version = self._dataset.version
        if version is not None:
            asked = SourceDialog(self._session, self._page.window(), version.name, version.body.source_name)
            asked.watched.connect(self.watched)
            asked.open()

    @Slot()
    def _on_labels_asked(self) -> None:
        """Which labels are doubtful, and what is decided about them."""
        if self._dataset.version is not None:
            asked = LabelsDialog(self._session, self._dataset.version, self._page.window())
            asked.making.connect(self._on_making)
            asked.open()

    @Slot()
    def _on_known_asked(self) -> None:
        """What is to be predicted, and what gives it away."""
        if self._dataset.version is not None:
            asked = KnownDialog(self._session, self._dataset.version, self._page.window())
            asked.remedy_asked.connect(self.remedy_asked)
            asked.open()

    @Slot(str)
    def _on_making(self, job: str) -> None:
        self._awaited = job

    @Slot(object)
    def _on_job_event(self, event: Event) -> None:
        """Show the version that was waited for."""
        if isinstance(event, Ended) and event.job == self._awaited:
            self._awaited = ""
            if made := event.records.get(DATASET, ()):
                self.made.emit(made[0])
