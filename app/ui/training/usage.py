"""What the training that is shown takes of this machine, second by second."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLabel

from app.jobs.contract import Event, Used
from app.jobs.system import usable_processors
from app.text.message import amount
from app.text.words import Words
from app.ui.job_board import JobView
from app.ui.session import Session


class UsageLine(QLabel):
    """One sentence, hidden while there is nothing to say."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._words = session.words
        self._job = ""
        self.setProperty("role", "muted")
        self.setObjectName("training.usage")
        self.setToolTip(self._words("ui_training.usage.why"))
        self.hide()
        session.job_event.connect(self._on_job_event)

    def follow(self, job: JobView | None) -> None:
        """Show what ``job`` takes from now on; None where no training is shown."""
        self._job = job.id if job is not None and not job.over else ""
        self._say(job.used if job is not None and not job.over else None)

    @Slot(object)
    def _on_job_event(self, event: Event) -> None:
        if isinstance(event, Used) and event.job == self._job:
            self._say(event)

    def _say(self, used: Used | None) -> None:
        self.setText(usage_words(self._words, used) if used is not None else "")
        self.setVisible(used is not None)


def usage_words(words: Words, used: Used) -> str:
    """Memory and processors in a sentence."""
    memory, busy = amount(round(used.memory_mb) * 1e6, "bytes"), round(used.processors, 1)
    if not busy:
        return words("ui_training.usage.idle", memory=memory)
    return words("ui_training.usage", memory=memory, busy=amount(busy, "number", 1), n=str(usable_processors()))
