"""What a job takes of this machine at the moment: memory and processors of its process and of all its children."""

from __future__ import annotations

import contextlib
import time

import msgspec
import psutil

_EVERY_S, _REST = 1.0, 30
"""How often it looks; and how many times as long as a look took it rests, since the kernel goes through all pages."""


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """``processors`` is how many were busy on average since the last look: 1.5 of 2, say."""

    memory_mb: float
    processors: float


class Meter:
    """Looks once a second at a process and its children. Processes that ended in the meantime are left out."""

    def __init__(self, process: int) -> None:
        self._process: psutil.Process | None = None
        with contextlib.suppress(psutil.Error):
            self._process = psutil.Process(process)
        self._looked_at, self._cpu_s = time.monotonic(), self._spent(self._family())
        self._next_at = self._looked_at + _EVERY_S

    def look(self) -> Usage | None:
        """What it takes now; None where it is too early for another look, or nothing is left to look at."""
        now = time.monotonic()
        if now < self._next_at:
            return None
        family = self._family()
        spent, passed = self._spent(family), now - self._looked_at
        gained = max(0.0, spent - self._cpu_s)  # what a killed child had spent is lost to its parent for a moment
        self._looked_at, self._cpu_s = now, spent
        if not family:
            return None
        memory_mb = sum(map(_memory, family)) / 1e6
        self._next_at = now + max(_EVERY_S, _REST * (time.monotonic() - now))
        return Usage(memory_mb=memory_mb, processors=gained / passed)

    def _family(self) -> list[psutil.Process]:
        try:
            return [self._process, *self._process.children(recursive=True)] if self._process is not None else []
        except psutil.Error:
            return []

    def _spent(self, family: list[psutil.Process]) -> float:
        """Processor seconds, those of reaped children included: they pass from a child to its parent."""
        total = 0.0
        for one in family:
            with contextlib.suppress(psutil.Error):
                times = one.cpu_times()
                total += times.user + times.system
                total += getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
        return total


def _memory(process: psutil.Process) -> float:
    """Bytes; of pages that several processes share each has its part, or forks would count the same rows twice."""
    with contextlib.suppress(psutil.Error):
        try:
            full = process.memory_full_info()
            return float(getattr(full, "pss", 0) or full.uss)
        except (psutil.AccessDenied, AttributeError):
            return float(process.memory_info().rss)
    return 0.0
