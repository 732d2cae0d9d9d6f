"""Runs on their way from a server, and what came of it."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QProgressBar, QWidget

from app.deployment.declared import Settings
from app.deployment.runs.records import FETCH, FetchAnswer, FetchRequest
from app.errors import CicloError
from app.jobs.contract import Ended, Event, JobState
from app.text.message import Text
from app.ui import theme as tokens
from app.ui.session import Session
from app.ui.widgets.basics import column, label
from app.ui.widgets.messages import Notice


class Fetch(QWidget):
    """Hidden while there is nothing to say. ``fetched(key)`` names the experiment to look at."""

    fetched = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._words = session, session.words
        self._job = ""
        self._step = label("", "muted")
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setAccessibleName(self._words("ui_results.runs.fetching"))
        self._notice = Notice(session.theme, close_name=self._words("ui.close"))
        self._notice.setObjectName("results.fetch_notice")
        self._notice.closed.connect(self.hide)
        lines = column(self._step, self._busy, self._notice)
        lines.setContentsMargins(tokens.WIDE, tokens.SPACE, tokens.WIDE, 0)
        self.setLayout(lines)
        self.hide()
        for job in session.jobs.open(FETCH.name):  # the page was made again meanwhile
            self._job = job.id
            self._show_busy()

    def start(self, settings: Settings) -> None:
        """Fetch; one after the other."""
        project = self._session.project
        if self._job or project is None:
            return
        request = FetchRequest(project=str(project.folder), settings=settings)
        title = Text("ui_results.runs.job", {"server": settings["url"]})
        self._job = self._session.submit(FETCH, request, title)
        self._show_busy()

    def _show_busy(self) -> None:
        self._step.setText(self._words("ui_results.runs.fetching"))
        self._show_only(self._step, self._busy)

    def _show_only(self, *shown: QWidget) -> None:
        for widget in (self._step, self._busy, self._notice):
            widget.setVisible(widget in shown)
        self.setVisible(bool(shown))

    @Slot(object)
    def on_job_event(self, event: Event) -> None:
        """Take the end of it; its records are known to the page by then or a moment later."""
        if not isinstance(event, Ended) or event.job != self._job:
            return
        self._job = ""
        self._show_only(self._notice)
        if event.failure is not None:
            self._notice.say_error(self._words, CicloError(event.failure.code, **event.failure.params))
        elif event.state is JobState.DONE:
            self._say(msgspec.json.decode(event.answer, type=FetchAnswer))
        else:
            self._notice.say("neutral", self._words("ui_results.runs.stopped"))

    def _say(self, answer: FetchAnswer) -> None:
        words = self._words
        found = words("ui_results.runs.experiments", n=answer.experiments)
        told = words("ui_results.runs.done", n=answer.runs, found=found)
        if answer.unchanged == answer.experiments:
            told = words("ui_results.runs.unchanged", n=answer.runs, found=found)
        self._notice.say("good", told)
        self.fetched.emit(answer.first)
