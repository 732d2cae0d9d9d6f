"""Killable processes for the fits inside a job: out of memory, a crash or a time-out costs one fit.

A process carries out one order after the other, and is replaced when it died of one. A process for each fit would cost
about a tenth of a second of processor time every time, since the kernel copies each page that a fork writes to: and
Python writes to whatever it looks at.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import struct
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable
from typing import Protocol

import msgspec

from app.errors import CicloError
from app.jobs.contract import Failure
from app.jobs.system import CAN_FORK, die_with_parent, offer_to_out_of_memory, out_of_memory_kills

Work = Callable[[bytes], bytes]

_RESULT, _FAILURE = b"r", b"f"
_CHUNK = 1 << 20
_SCORE = 800
_LENGTH = struct.Struct("<q")
_HEAD = struct.Struct("<q1s")
_IDLE = -1


class FitFailure(msgspec.Struct, frozen=True, kw_only=True):
    """Why one order gave nothing. ``failure.code`` is a message id: the work's own error, or ``jobs.fit_error``,
    ``jobs.fit_out_of_memory``, ``jobs.fit_crashed`` or ``jobs.fit_timed_out``."""

    failure: Failure
    elapsed_s: float


Answer = bytes | FitFailure


class Pool(Protocol):
    """Where orders are carried out: in forks, in turn in this process, or on other machines."""

    @property
    def processors(self) -> int:
        """How many orders are carried out at the same time."""

    def submit(self, order: bytes) -> int:
        """Hand in an order; the number under which its answer comes. Orders begin in the order of these numbers."""

    def collect(self, wait_s: float) -> list[tuple[int, Answer]]:
        """The answers that came, after waiting for one at most so long."""

    def close(self) -> None:
        """Kill what runs and forget what waits."""


def fork_pool(work: Work, *, processors: int, timeout_s: float | None = None) -> Pool:
    """Carry out orders in forks of this process, at most ``processors`` at once; a fork sees this process's memory as
    it was when the fork was made, and what the orders before it in the same fork left.

    Parameters
    ----------
    work
        Takes an order and returns an answer, both bytes (a msgspec encoding, the buffer of an array): nothing is
        pickled.
    processors
        How many run at the same time.
    timeout_s
        Time allowed to each order from its own start; None means no limit.

    Notes
    -----
    The calling process must have no threads (a job has none before its first multi-threaded fit). Where forking isn't
    safe (macOS, Windows) orders are carried out in this process one after the other: errors cost one there, a crash or
    lack of memory costs the job, and a time-out isn't enforced. Close the pool.
    """
    return ForkPool(work, processors=processors, timeout_s=timeout_s) if CAN_FORK else TurnPool(work)


class TurnPool:
    """Carries out one order at each collection, in this process."""

    processors = 1

    def __init__(self, work: Work) -> None:
        self._work = work
        self._given = 0
        self._waiting: deque[tuple[int, bytes]] = deque()

    def submit(self, order: bytes) -> int:
        """Put an order in the queue."""
        self._given += 1
        self._waiting.append((self._given, order))
        return self._given

    def collect(self, wait_s: float) -> list[tuple[int, Answer]]:
        """The answer to the next order."""
        if not self._waiting:
            return []
        number, order = self._waiting.popleft()
        began = time.monotonic()
        result = _attempt(self._work, order)
        elapsed_s = time.monotonic() - began
        return [(number, result if isinstance(result, bytes) else FitFailure(failure=result, elapsed_s=elapsed_s))]

    def close(self) -> None:
        """Forget what waits."""
        self._waiting.clear()


def _attempt(work: Work, order: bytes) -> bytes | Failure:
    try:
        return bytes(work(order))
    except CicloError as error:
        return Failure(code=error.code, params=error.params)
    except MemoryError:
        return Failure(code="jobs.fit_out_of_memory", details=traceback.format_exc())
    except Exception as error:  # noqa: BLE001 - whatever a fit raises costs that fit only
        return Failure(code="jobs.fit_error", params={"cause": str(error)[:500]}, details=traceback.format_exc())


class ForkPool:
    """Forks of this process: orders go one way, framed answers come the other."""

    def __init__(self, work: Work, *, processors: int, timeout_s: float | None = None) -> None:
        self.processors = max(1, processors)
        self._work, self._timeout_s = work, timeout_s
        self._given = 0
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._forks: list[_Fork] = []
        self._ready = selectors.DefaultSelector()

    def submit(self, order: bytes) -> int:
        """Put an order in the queue; it begins at once where a processor is free."""
        self._given += 1
        self._waiting.append((self._given, order))
        self._begin()
        return self._given

    def collect(self, wait_s: float) -> list[tuple[int, Answer]]:
        """Answers that came. A fork that has answered goes on at once, before its answer is looked at."""
        self._begin()
        self._stop_overdue()
        came: list[tuple[int, Answer]] = []
        for key, _events in self._ready.select(wait_s):
            fork: _Fork = key.data
            answer = fork.take()
            if answer is None:
                continue
            number, fork.number = fork.number, _IDLE
            if fork.timed_out and not fork.ended:
                fork.kill()
                fork.reap()
            if fork.ended:
                self._ready.unregister(key.fileobj)
                self._forks.remove(fork)
            self._begin()
            if number != _IDLE:
                came.append((number, answer))
        return came

    def fileno(self) -> int:
        """A descriptor that becomes readable when there is something to collect: for those who wait for other things
        as well (Linux: it is the selector's own)."""
        return self._ready.fileno()

    def forget(self, number: int) -> None:
        """Nobody wants the answer to this order any more: it is killed, or never begun."""
        self._waiting = deque(pair for pair in self._waiting if pair[0] != number)
        for fork in [fork for fork in self._forks if fork.number == number]:
            self._ready.unregister(fork.pipe)
            self._forks.remove(fork)
            fork.kill()
            fork.reap()
        self._begin()

    def close(self) -> None:
        """Kill the forks."""
        self._waiting.clear()
        for fork in self._forks:
            fork.kill()
            fork.reap()
        self._forks.clear()
        self._ready.close()

    def _begin(self) -> None:
        while self._waiting:
            fork = next((one for one in self._forks if one.number == _IDLE), None)
            if fork is None and len(self._forks) < self.processors:
                fork = _Fork(self._work)
                self._forks.append(fork)
                self._ready.register(fork.pipe, selectors.EVENT_READ, fork)
            if fork is None:
                return
            fork.begin(*self._waiting.popleft())

    def _stop_overdue(self) -> None:
        for fork in self._forks:
            late = self._timeout_s is not None and fork.number != _IDLE and fork.elapsed_s() > self._timeout_s
            if late and not fork.timed_out:
                fork.timed_out = True
                fork.kill()


class _Fork:
    """A process that carries out one order after the other."""

    def __init__(self, work: Work) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        self.number = _IDLE
        self.began = 0.0
        self.timed_out = False
        self._received = bytearray()
        self._kills = 0
        self.pipe, answers = os.pipe()
        orders, self._orders = os.pipe()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.pipe)
            os.close(self._orders)
            _serve(work, orders, answers, parent)
        os.close(answers)
        os.close(orders)

    def begin(self, number: int, order: bytes) -> None:
        self.number, self.began, self._kills = number, time.monotonic(), out_of_memory_kills()
        with contextlib.suppress(BrokenPipeError):  # it died between two orders: that shows when its answer is read
            os.write(self._orders, _LENGTH.pack(len(order)) + order)

    def elapsed_s(self) -> float:
        return time.monotonic() - self.began

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def take(self) -> Answer | None:
        """The answer, where all of it is there now; None where more is to come."""
        chunk = os.read(self.pipe, _CHUNK)
        if not chunk:
            return FitFailure(failure=self._death(self.reap()), elapsed_s=self.elapsed_s())
        self._received += chunk
        if len(self._received) < _HEAD.size:
            return None
        length, kind = _HEAD.unpack_from(self._received)
        if len(self._received) < _HEAD.size + length:
            return None
        answer = bytes(memoryview(self._received)[_HEAD.size :])
        self._received = bytearray()
        if kind == _RESULT:
            return answer
        return FitFailure(failure=msgspec.json.decode(answer, type=Failure), elapsed_s=self.elapsed_s())

    def reap(self) -> int:
        """Let go of a process that has ended or was killed; its exit status."""
        os.close(self.pipe)
        os.close(self._orders)
        self.pipe = -1
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    @property
    def ended(self) -> bool:
        return self.pipe < 0

    def _death(self, status: int) -> Failure:
        if self.timed_out:
            return Failure(code="jobs.fit_timed_out", params={"seconds": round(self.elapsed_s(), 1)})
        if status == -signal.SIGKILL and out_of_memory_kills() > self._kills:
            return Failure(code="jobs.fit_out_of_memory")
        name = signal.Signals(-status).name if status < 0 else f"exit {status}"
        return Failure(code="jobs.fit_crashed", params={"signal": name})


def _serve(work: Work, orders: int, answers: int, parent: int) -> None:
    """The fork's whole life. It never returns into the code that forked it."""
    status = 1
    try:
        die_with_parent(parent)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        offer_to_out_of_memory(_SCORE)
        with os.fdopen(answers, "wb") as sink, os.fdopen(orders, "rb") as source:
            while head := source.read(_LENGTH.size):
                result = _attempt(work, source.read(_LENGTH.unpack(head)[0]))
                done = isinstance(result, bytes)
                message = result if isinstance(result, bytes) else msgspec.json.encode(result)
                sink.write(_HEAD.pack(len(message), _RESULT if done else _FAILURE) + message)
                sink.flush()
        status = 0
    finally:
        os._exit(status)
