"""A quiet bar that offers the jobs again which were cut off when the program ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.data.recipe.steps import PREPARE
from app.data.records import IMPORT
from app.data.rules.records import IMPORT_NEXT
from app.deployment.records import EXPORT, SCORE
from app.learning.records import TRAIN
from app.ui.session import Session
from app.ui.widgets.messages import Notice
from app.verification.records import VERIFY

if TYPE_CHECKING:
    from app.jobs.ledger import StoredJob

_KINDS = {kind.name: kind for kind in (IMPORT, IMPORT_NEXT, PREPARE, TRAIN, VERIFY, EXPORT, SCORE)}


class InterruptedJobs(Notice):
    """Shown when the project that was opened has such jobs."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.theme, close_name=session.words("ui.close"))
        self._session = session
        self._jobs: list[StoredJob] = []
        self.setObjectName("interrupted")
        self.closed.connect(self._on_closed)

    def refresh(self) -> None:
        """Look whether the open project has such jobs."""
        self.hide()
        self._jobs = []
        if self._session.project is not None:
            self._session.read_interrupted(self._on_read)

    def _on_read(self, jobs: list[StoredJob]) -> None:
        self._jobs = [job for job in jobs if job.kind in _KINDS]
        if not self._jobs:
            return
        words = self._session.words
        names = ", ".join(self._session.words.text(job.title) for job in self._jobs[:3])
        self.say("warning", words("ui.interrupted.sentence", n=len(self._jobs), names=names))
        self.add(words("ui.interrupted.again"), self._on_again_clicked).setObjectName("again")
        self.add(words("ui.interrupted.dismiss"), self.dismiss)

    @Slot()
    def _on_again_clicked(self) -> None:
        jobs, self._jobs = self._jobs, []
        for job in jobs:
            moved = self._session.clusters.moved(job) if job.kind == TRAIN.name else job
            self._session.submit_again(_KINDS[job.kind], moved)
        self.hide()

    @Slot()
    def _on_closed(self) -> None:
        jobs, self._jobs = self._jobs, []
        for job in jobs:
            self._session.dismiss(job)
