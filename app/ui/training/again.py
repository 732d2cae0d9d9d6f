"""Reproducing a stored version from the window: what it came to, in words."""

from __future__ import annotations

import msgspec

from app.errors import CicloError
from app.jobs.contract import Ended, JobState
from app.learning.records import Reproduced
from app.text.words import Words
from app.ui.widgets.messages import Notice


def say_reproduced(notice: Notice, words: Words, label: str, event: Ended) -> None:
    """The same bytes, or the first difference with the others below; why it failed; or that it was stopped."""
    if event.state is JobState.DONE:
        found = msgspec.json.decode(event.answer, type=Reproduced)
        first, *others = [words.text(text) for text in found.differences] or [""]
        if found.identical:
            notice.say("good", words("ui_training.reproduced.same", model=label))
        else:
            notice.say("bad", words("ui_training.reproduced.differs", model=label), first, "\n".join(others))
    elif event.failure is not None:
        notice.say_error(words, CicloError(event.failure.code, **event.failure.params))
    else:
        notice.say("neutral", words("ui_training.reproduced.stopped", model=label))
