"""A bar that says when the open project isn't as it was stored, and what a check of everything has found."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import msgspec
from PySide6.QtCore import QTimer, Slot

from app.errors import CicloError
from app.jobs.contract import Ended, Event, JobState
from app.project.check import Inspection, glance
from app.project.store import Project
from app.text.message import Text
from app.ui.session import Session
from app.ui.widgets.messages import Notice
from app.verification.checking import CHECK, CheckRequest

_AFTER_MS = 1500
_LISTED = 30


def _look_at(project: Project) -> Inspection:
    """What is left of jobs that were killed goes, too."""
    with suppress(CicloError):  # a folder that can't be written to keeps it
        project.sweep_staging()
    return glance(project)


class Integrity(Notice):
    """Looks at a project a moment after it was opened, and closely when it is asked to."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.theme, close_name=session.words("ui.close"))
        self.setObjectName("integrity")
        self._session, self._words = session, session.words
        self._job = ""
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setInterval(_AFTER_MS)
        self._due.timeout.connect(self.look)
        session.job_event.connect(self._on_job_event)

    def refresh(self) -> None:
        """Another project is open now, or none."""
        self.hide()
        self._job = ""
        if self._session.project is None:
            self._due.stop()
        else:
            self._due.start()

    @Slot()
    def look(self) -> None:
        """See, away from this thread, whether something is missing, cut off or unreadable."""
        self._due.stop()
        if self._session.project is not None:
            self._session.run(partial(_look_at, self._session.project), self._on_glanced)

    def check(self) -> None:
        """Read everything again, as a job."""
        project = self._session.project
        if project is not None and not self._job:
            request = CheckRequest(project=str(project.folder.resolve()))
            self._job = self._session.submit(CHECK, request, Text("project.check.job"), stores=False)

    def _on_glanced(self, found: Inspection) -> None:
        if found.damaged:
            self._say_damage(found)
            self.add(self._words("ui.integrity.check"), self._on_check_clicked).setObjectName("integrity-check")

    @Slot()
    def _on_check_clicked(self) -> None:
        self.hide()
        self.check()

    @Slot(object)
    def _on_job_event(self, event: Event) -> None:
        if not isinstance(event, Ended) or event.job != self._job:
            return
        self._job = ""
        if event.failure is not None:
            self.say_error(self._words, CicloError(event.failure.code, **event.failure.params))
        elif event.state is JobState.DONE:
            self._say_checked(msgspec.json.decode(event.answer, type=Inspection))

    def _say_checked(self, found: Inspection) -> None:
        if found.damaged:
            self._say_damage(found)
            return
        words = self._words
        seen = words("cli.check.seen", records=found.records, objects=found.objects)
        self.say("good", words("cli.check.whole"), seen)

    def _say_damage(self, found: Inspection) -> None:
        words, damaged = self._words, found.damaged
        names = sorted({name for damage in damaged for name in damage.affects})
        hint = words("ui.integrity.affects", names=", ".join(names)) if names else ""
        advice = words("ui.integrity.hint")
        self.say("bad", words("ui.integrity.damaged", n=len(damaged)), f"{hint} {advice}".strip())
        listed = [words.text(damage.sentence) for damage in damaged[:_LISTED]]
        if len(damaged) > _LISTED:
            listed.append(words("ui.integrity.more", n=len(damaged) - _LISTED))
        self.add_details(words("ui.integrity.details"), "\n".join(listed))
