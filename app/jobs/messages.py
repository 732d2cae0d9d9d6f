"""What a supervisor and its job process say to each other."""

from __future__ import annotations

import msgspec

from app.jobs.contract import Failure, Outcome, Progress


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """The only message to a job process: what to do. Afterwards the pipe stays open for as long as the owner lives."""

    function: str
    request: msgspec.Raw
    staging: str
    log: str
    processors: int


class Began(msgspec.Struct, frozen=True, kw_only=True, tag="began"):
    """The function is being called, in this process."""

    process: int


class Reported(msgspec.Struct, frozen=True, kw_only=True, tag="reported"):
    """Where the work stands."""

    progress: Progress


class Handed(msgspec.Struct, frozen=True, kw_only=True, tag="handed"):
    """A live result."""

    topic: str
    value: msgspec.Raw


class Finished(msgspec.Struct, frozen=True, kw_only=True, tag="finished"):
    """The function returned. The last message."""

    outcome: Outcome
    peak_memory_mb: float


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """The function raised. The last message."""

    failure: Failure
    peak_memory_mb: float


class Stopped(msgspec.Struct, frozen=True, kw_only=True, tag="stopped"):
    """The function noticed that it was asked to stop. The last message."""

    peak_memory_mb: float


Report = Began | Reported | Handed | Finished | Refused | Stopped
