"""What a job is, as data: its kind, what it reports, how it ends. Light: the window imports this."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Protocol

import msgspec

from app.project.record import Draft
from app.text.message import Text


class JobKind(msgspec.Struct, frozen=True):
    """A kind of work. ``function`` is ``"package.module:function"``, resolved in the child only.

    The function is ``work(context: Context, request: R) -> Outcome``; the child decodes the request by its annotation.
    """

    name: str
    function: str


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Where the work stands. ``done`` of ``total`` in any unit; ``total`` 0 where it isn't known."""

    step: Text
    done: float = 0.0
    total: float = 0.0
    remaining_s: float | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a job returns: drafts that the supervisor commits, and an answer (a struct, encoded) for the caller.

    ``checkpoint`` names the steps that the work has kept on the disk; they go once the drafts are committed."""

    drafts: tuple[Draft, ...] = ()
    answer: msgspec.Raw = msgspec.Raw(b"null")
    checkpoint: str = ""


class Cancelled(Exception):
    """Raised by ``check_cancelled`` to unwind a job that was asked to stop."""


class Context(Protocol):
    """What a job may use of its surroundings."""

    @property
    def staging(self) -> Path:
        """A folder of the job's own, on the project's filesystem; also its TMPDIR."""

    @property
    def processors(self) -> int:
        """How many processors it may use."""

    def report(self, progress: Progress) -> None:
        """Say where the work stands."""

    def publish(self, topic: str, value: msgspec.Struct) -> None:
        """Hand out a live result (a leaderboard row, say)."""

    def check_cancelled(self) -> None:
        """Raise :class:`Cancelled` if the job was asked to stop."""


class JobState(StrEnum):
    """The states of a job; the last four are terminal, and a job reaches exactly one of them once."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Why a job failed: a code with parameters for the sentence, and the details for the log."""

    code: str
    params: dict[str, str | int | float] = {}
    details: str = ""


class Started(msgspec.Struct, frozen=True, kw_only=True, tag="started"):
    """The child works."""

    job: str


class Progressed(msgspec.Struct, frozen=True, kw_only=True, tag="progressed"):
    """The child reported."""

    job: str
    progress: Progress
    elapsed_s: float


class Published(msgspec.Struct, frozen=True, kw_only=True, tag="published"):
    """A live result came."""

    job: str
    topic: str
    value: msgspec.Raw


class Halted(msgspec.Struct, frozen=True, kw_only=True, tag="halted"):
    """The job's processes stand still (``halted``), or go on."""

    job: str
    halted: bool


class Used(msgspec.Struct, frozen=True, kw_only=True, tag="used"):
    """What the job's processes take of this machine: memory, and how many processors were busy in the last second."""

    job: str
    memory_mb: float
    processors: float


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag="ended"):
    """The job is over; sent exactly once, as its last event. ``records`` are the ids that were committed."""

    job: str
    state: JobState
    answer: msgspec.Raw = msgspec.Raw(b"null")
    records: dict[str, tuple[str, ...]] = {}
    failure: Failure | None = None
    elapsed_s: float = 0.0
    peak_memory_mb: float = 0.0


Event = Started | Progressed | Published | Halted | Used | Ended
