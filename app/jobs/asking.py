"""What is asked of a job while it runs: to pause, to go on, to be content with what it has found.

To pause is to halt the job's processes, whatever they do; they can't be told of it, so what they must know afterwards
(for how long they were halted, and that they shall finish) stands in small files in the job's own folder.
"""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path

_HALTED, _FINISH = "asked.halted", "asked.finish"


class Wishes:
    """Set and cleared from any thread; the job's supervisor looks at them many times a second."""

    def __init__(self) -> None:
        self.halt = threading.Event()
        """Set while the job is to stand still."""
        self.finish = threading.Event()
        """Set once the job is to be content with the best so far."""


class Clock:
    """Seconds of a monotonic clock that stands still while the job does."""

    def __init__(self) -> None:
        self._halted_s = 0.0
        self._since: float | None = None

    @property
    def stands(self) -> bool:
        return self._since is not None

    @property
    def halted_s(self) -> float:
        """How long it has stood still so far."""
        return self._halted_s + (time.monotonic() - self._since if self._since is not None else 0.0)

    def now(self) -> float:
        return time.monotonic() - self.halted_s

    def stop(self) -> None:
        self._since = time.monotonic()

    def go_on(self) -> None:
        self._halted_s, self._since = self.halted_s, None


def tell_halted(staging: Path, seconds: float) -> None:
    """Before a job goes on: for how long it has been halted, all in all."""
    _write(staging / _HALTED, repr(seconds))


def tell_finish(staging: Path) -> None:
    """The job is to be content with what it has."""
    _write(staging / _FINISH, "")


def running_now(staging: Path) -> float:
    """Within a job: seconds of a monotonic clock that stood still while the job was halted."""
    try:
        halted_s = float((staging / _HALTED).read_text(encoding="ascii"))
    except FileNotFoundError:
        halted_s = 0.0
    return time.monotonic() - halted_s


def is_asked_to_finish(staging: Path) -> bool:
    """Within a job: whether it is to be content with the best so far."""
    return (staging / _FINISH).exists()


def _write(path: Path, text: str) -> None:
    """Whole or not at all. A disk that refuses costs the wish, not the job."""
    new = path.with_suffix(".new")
    with contextlib.suppress(OSError):
        new.write_text(text, encoding="ascii")
        new.replace(path)
