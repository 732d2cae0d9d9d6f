"""How an import that left no version ends: the file is one already (show that, or import it all the same), it was
stopped, or it failed."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from app.data.rules.records import NextAnswer
from app.errors import CicloError
from app.jobs.contract import Ended
from app.text.words import Words
from app.ui.datasets.versions_table import spoken_version
from app.ui.session import Session
from app.ui.widgets.messages import Notice

CHANGED = "data.changed_since_shown"


def say_end(notice: Notice, event: Ended, words: Words) -> str:
    """Say why an import failed, or that it was stopped; the code of what it failed for."""
    if event.failure is None:
        notice.say("neutral", words("ui_datasets.import.stopped"))
        return ""
    error = CicloError(event.failure.code, **event.failure.params)
    notice.say("warning" if event.failure.code == CHANGED else "bad", *words.error(error))
    return error.code


class KnownVersion(QObject):
    """``show_asked(id)`` and ``again_asked()`` say what the user wants."""

    show_asked = Signal(str)
    again_asked = Signal()

    def __init__(self, session: Session, notice: Notice) -> None:
        super().__init__(notice)
        self._session, self._notice, self._id = session, notice, ""

    def say_known(self, event: Ended) -> None:
        """Say on the notice which version an import found its bytes to be."""
        words, project = self._session.words, self._session.project
        answer = msgspec.json.decode(event.answer, type=NextAnswer).answer
        if project is None or not answer.known:
            return
        self._id = answer.known
        notice = self._notice
        notice.say(
            "accent", words("ui_datasets.import.known", version=spoken_version(project.get(answer.known), words))
        )
        notice.add(words("ui_datasets.import.show_known"), self._on_show_clicked).setObjectName("datasets.show_known")
        notice.add(words("ui_datasets.import.again"), self.again_asked.emit).setObjectName("datasets.import_again")

    @Slot()
    def _on_show_clicked(self) -> None:
        self.show_asked.emit(self._id)
