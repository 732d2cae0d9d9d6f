"""What the window knows of the jobs of this session: the list behind the activity bar and the badges."""

from __future__ import annotations

import time
from datetime import datetime

import msgspec
from PySide6.QtCore import QObject, Signal

from app.jobs.contract import Ended, Event, Failure, Halted, JobState, Progress, Progressed, Published, Started, Used
from app.text.message import Text
from app.ui.job_door import JobDoor

TERMINAL = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.LOST})


class JobView(msgspec.Struct, frozen=True, kw_only=True):
    """A job as the window shows it. ``kind`` is the name of its :class:`JobKind`; ``published`` the newest by topic."""

    id: str
    kind: str
    title: Text
    state: JobState = JobState.QUEUED
    progress: Progress | None = None
    started_at: float = 0.0
    elapsed_s: float = 0.0
    paused_at: float = 0.0
    used: Used | None = None
    failure: Failure | None = None
    records: dict[str, tuple[str, ...]] = {}
    published: dict[str, bytes] = {}
    asked_at: datetime = msgspec.field(default_factory=datetime.now)

    @property
    def over(self) -> bool:
        return self.state in TERMINAL

    @property
    def paused(self) -> bool:
        return self.paused_at > 0 and not self.over

    def elapsed_now(self) -> float:
        """Seconds since it started; of a finished job, how long it took."""
        if self.over or not self.started_at:
            return self.elapsed_s
        return (self.paused_at or time.monotonic()) - self.started_at


class JobBoard(QObject):
    """Every job submitted in this session, those that wait in the order of their turns, and what can be asked of one.

    ``changed`` says that something about them did."""

    changed = Signal()

    def __init__(self, door: JobDoor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._door = door
        self._jobs: dict[str, JobView] = {}

    def add(self, job: JobView) -> None:
        """A job was submitted."""
        self._jobs[job.id] = job
        self.changed.emit()

    def stop(self, id: str, *, keep_best: bool = False) -> None:
        """Stop a job, or (``keep_best``) have a training end with the best so far; its end comes as an event."""
        (self._door.finish if keep_best else self._door.cancel)(id)

    def pause(self, id: str, paused: bool) -> None:
        """Have a job stand still, or go on; it says so in an event."""
        self._door.pause(id, paused)

    def run_next(self, id: str) -> None:
        """Let a job that waits be the next."""
        self._door.promote(id)
        job = self._jobs.get(id)
        if job is not None and job.state is JobState.QUEUED:
            begun = {i: j for i, j in self._jobs.items() if j.state is not JobState.QUEUED}
            self._jobs = {**begun, id: job, **self._jobs}
            self.changed.emit()

    def take(self, event: Event) -> bool:
        """Take an event in; False for a job that isn't on the board, or that had ended already."""
        job = self._jobs.get(event.job)
        if job is None or job.over:
            return False
        self._jobs[event.job] = _after(job, event)
        if isinstance(event, Started | Progressed | Halted | Ended):
            self.changed.emit()
        return True

    def get(self, id: str) -> JobView | None:
        """The job ``id``, if it was submitted in this session."""
        return self._jobs.get(id)

    def forget(self) -> None:
        """Drop what is over (another project was opened)."""
        self._jobs = {id: job for id, job in self._jobs.items() if not job.over}
        self.changed.emit()

    def all(self) -> list[JobView]:
        return list(self._jobs.values())

    def running(self, kind_prefix: str = "") -> list[JobView]:
        """Jobs at work, e.g. ``running("learning.")``."""
        return [j for j in self._jobs.values() if j.state is JobState.RUNNING and j.kind.startswith(kind_prefix)]

    def waiting(self, kind_prefix: str = "") -> list[JobView]:
        return [j for j in self._jobs.values() if j.state is JobState.QUEUED and j.kind.startswith(kind_prefix)]

    def open(self, kind_prefix: str = "") -> list[JobView]:
        """Jobs running or waiting."""
        return [j for j in self._jobs.values() if not j.over and j.kind.startswith(kind_prefix)]


def _after(job: JobView, event: Event) -> JobView:
    replace = msgspec.structs.replace
    match event:
        case Started():
            return replace(job, state=JobState.RUNNING, started_at=time.monotonic())
        case Progressed():
            started = job.started_at or time.monotonic() - event.elapsed_s
            return replace(job, state=JobState.RUNNING, progress=event.progress, started_at=started)
        case Published():
            return replace(job, published={**job.published, event.topic: bytes(event.value)})
        case Halted(halted=True):
            return replace(job, paused_at=time.monotonic())
        case Halted():
            stood_s = time.monotonic() - job.paused_at if job.paused_at else 0.0
            return replace(job, paused_at=0.0, started_at=job.started_at and job.started_at + stood_s)
        case Used():
            return replace(job, used=event)
        case Ended():
            return replace(
                job, state=event.state, elapsed_s=event.elapsed_s, failure=event.failure, records=event.records
            )
