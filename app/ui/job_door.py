"""The one door through which jobs leave the window and their events come home: on the GUI thread, exactly once."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.errors import CicloError
from app.jobs.contract import Ended, JobKind, JobState
from app.project.store import Project
from app.text.message import Text
from app.ui.background import Receiver

if TYPE_CHECKING:  # subprocess and its friends are imported after the first paint
    from app.jobs.launcher import Launcher
    from app.jobs.ledger import StoredJob
    from app.jobs.queue import JobQueue, QuickCalls


@dataclass(frozen=True)
class _Question:
    number: int
    answer: type[msgspec.Struct]
    done: Receiver
    failed: Receiver


@dataclass(frozen=True)
class _Reply:
    topic: str
    number: int
    ended: Ended


class JobDoor(QObject):
    """Jobs in a queue, and questions that mustn't wait behind a training. The newest question on a topic wins."""

    arrived = Signal(object)
    _job_came = Signal(object)
    _reply_came = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue: JobQueue | None = None
        self._calls: QuickCalls | None = None
        self._waiting: list[tuple[str, Callable[[], None]]] = []
        self._questions: dict[str, _Question] = {}
        self._job_came.connect(self.arrived, Qt.ConnectionType.QueuedConnection)
        self._reply_came.connect(self._on_reply_came, Qt.ConnectionType.QueuedConnection)

    def attach(self, launcher: Launcher) -> None:
        """Start the queue and send off what has waited for it."""
        from app.jobs.queue import JobQueue, QuickCalls

        self._queue = JobQueue(launcher=launcher, on_event=self._job_came.emit)
        self._calls = QuickCalls(launcher=launcher, on_ended=self._on_answered_in_thread)
        waiting, self._waiting = self._waiting, []
        for _id, send in waiting:
            send()

    def submit(self, kind: JobKind, request: msgspec.Struct, title: Text, project: Project | None) -> str:
        """Queue a job; returns its id at once."""
        return self._send(secrets.token_hex(8), kind, msgspec.Raw(msgspec.json.encode(request)), title, project)

    def submit_again(self, kind: JobKind, stored: StoredJob, project: Project) -> str:
        """Queue a job that was cut off, with the same request."""
        return self._send(secrets.token_hex(8), kind, stored.request, stored.title, project)

    def _send(self, id: str, kind: JobKind, request: msgspec.Raw, title: Text, project: Project | None) -> str:
        def send() -> None:
            from app.jobs.runner import Job

            assert self._queue is not None
            folder = project.folder if project is not None else None
            self._queue.submit(Job(id=id, kind=kind, request=request, title=title, project=folder), project)

        self._when_ready(id, send)
        return id

    def cancel(self, id: str) -> None:
        """Stop a job; one that hasn't been sent off yet ends here."""
        before = len(self._waiting)
        self._waiting = [w for w in self._waiting if w[0] != id]
        if len(self._waiting) < before:
            self._job_came.emit(Ended(job=id, state=JobState.CANCELLED))
        elif self._queue is not None:
            self._queue.cancel(id)

    def pause(self, id: str, paused: bool) -> None:
        """Have a job stand still, or go on."""
        if self._queue is not None:
            self._queue.halt(id, paused)

    def promote(self, id: str) -> None:
        """Let a job that waits be the next."""
        if self._queue is not None:
            self._queue.promote(id)

    def finish(self, id: str) -> None:
        """Have a job be content with the best so far."""
        if self._queue is not None:
            self._queue.finish(id)

    def ask(
        self, kind: JobKind, request: msgspec.Struct, answer: type[msgspec.Struct], done: Receiver, failed: Receiver
    ) -> None:
        """Ask; a question of the same kind that is still open gets no answer any more."""
        topic = kind.name
        self._questions.pop(topic, None)
        self._waiting = [w for w in self._waiting if w[0] != topic]

        def send() -> None:
            assert self._calls is not None
            number = self._calls.ask(topic, kind, request)
            self._questions[topic] = _Question(number, answer, done, failed)

        self._when_ready(topic, send)

    def drop(self, kind: JobKind) -> None:
        """The answer to the open question of this kind isn't wanted any more."""
        self._questions.pop(kind.name, None)
        self._waiting = [w for w in self._waiting if w[0] != kind.name]
        if self._calls is not None:
            self._calls.cancel(kind.name)

    def close(self, *, finish: bool = False) -> None:
        """Wait for every job (``finish``) or cut them off; nothing comes home after this."""
        self._questions.clear()
        self._waiting.clear()
        if self._calls is not None:
            self._calls.close()
        if self._queue is not None:
            self._queue.close(finish=finish)
        self._queue = self._calls = None

    def _when_ready(self, id: str, send: Callable[[], None]) -> None:
        if self._queue is None:
            self._waiting.append((id, send))
        else:
            send()

    def _on_answered_in_thread(self, topic: str, number: int, ended: Ended) -> None:
        self._reply_came.emit(_Reply(topic, number, ended))

    @Slot(object)
    def _on_reply_came(self, reply: _Reply) -> None:
        question = self._questions.get(reply.topic)
        if question is None or question.number != reply.number:
            return
        del self._questions[reply.topic]
        ended = reply.ended
        if ended.state is JobState.DONE:
            question.done(msgspec.json.decode(ended.answer, type=question.answer))
        elif ended.failure is not None:
            question.failed(CicloError(ended.failure.code, **ended.failure.params))
