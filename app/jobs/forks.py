"""Killable processes for the fits inside a job: out of memory, a crash or a time-out costs one fit.

A process does one fit after the other, and is replaced when it died of one. A process for each fit would cost about a
tenth of a second of processor time every time, since the kernel copies each page that a fork writes to: and Python
writes to whatever it looks at.
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
from collections.abc import Callable, Iterator, Sequence

import msgspec

from app.errors import CicloError
from app.jobs.contract import Failure
from app.jobs.system import CAN_FORK, die_with_parent, offer_to_out_of_memory, out_of_memory_kills

Task = Callable[[], bytes]

_RESULT, _FAILURE = b"r", b"f"
_TICK_S = 0.05
_CHUNK = 1 << 20
_SCORE = 800
_ORDER = struct.Struct("<q")
_HEAD = struct.Struct("<q1s")


class FitFailure(msgspec.Struct, frozen=True, kw_only=True):
    """Why one task gave nothing. ``failure.code`` is a message id: the task's own error, or ``jobs.fit_error``,
    ``jobs.fit_out_of_memory``, ``jobs.fit_crashed`` or ``jobs.fit_timed_out``."""

    failure: Failure
    elapsed_s: float


def run_forked(
    tasks: Sequence[Task],
    *,
    processors: int,
    timeout_s: float | None = None,
    check_cancelled: Callable[[], None],
) -> Iterator[tuple[int, bytes | FitFailure]]:
    """Run each task in a fork of this process, at most ``processors`` at once; it sees this process's memory as it was
    when the fork was made, and what the tasks before it in the same fork left.

    Parameters
    ----------
    tasks
        Callables without arguments that return bytes (a msgspec encoding, the buffer of an array): nothing is pickled.
    processors
        How many run at the same time.
    timeout_s
        Time allowed to each task from its own start; None means no limit.
    check_cancelled
        Called about 20 times a second; what it raises kills the running tasks and comes out of the iterator.

    Yields
    ------
    tuple
        The task's position, and what it returned or why it failed, in the order in which tasks end.

    Notes
    -----
    The calling process must have no threads (a job has none before its first multi-threaded fit). Where forking isn't
    safe (macOS, Windows) tasks run in this process one after the other: errors cost one task there, a crash or lack of
    memory costs the job, and a time-out isn't enforced. Close the iterator, or exhaust it.
    """
    runs = _run_in_forks if CAN_FORK else _run_in_turn
    yield from runs(tasks, processors, timeout_s, check_cancelled)


def _run_in_turn(
    tasks: Sequence[Task], processors: int, timeout_s: float | None, check_cancelled: Callable[[], None]
) -> Iterator[tuple[int, bytes | FitFailure]]:
    for position, task in enumerate(tasks):
        check_cancelled()
        began = time.monotonic()
        result = _attempt(task)
        elapsed_s = time.monotonic() - began
        yield position, result if isinstance(result, bytes) else FitFailure(failure=result, elapsed_s=elapsed_s)


def _attempt(task: Task) -> bytes | Failure:
    try:
        return bytes(task())
    except CicloError as error:
        return Failure(code=error.code, params=error.params)
    except MemoryError:
        return Failure(code="jobs.fit_out_of_memory", details=traceback.format_exc())
    except Exception as error:  # noqa: BLE001 - whatever a fit raises costs that fit only
        return Failure(code="jobs.fit_error", params={"cause": str(error)[:500]}, details=traceback.format_exc())


class _Fork:
    """A process that does tasks by their position: the orders go one way, framed answers come the other."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self.position = -1
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
            _serve(tasks, orders, answers, parent)
        os.close(answers)
        os.close(orders)

    def begin(self, position: int) -> None:
        self.position, self.began, self._kills = position, time.monotonic(), out_of_memory_kills()
        with contextlib.suppress(BrokenPipeError):  # it died between two tasks: that shows when its answer is read
            os.write(self._orders, _ORDER.pack(position))

    def elapsed_s(self) -> float:
        return time.monotonic() - self.began

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def take(self) -> bytes | FitFailure | None:
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


def _serve(tasks: Sequence[Task], orders: int, answers: int, parent: int) -> None:
    """The fork's whole life. It never returns into the code that forked it."""
    status = 1
    try:
        die_with_parent(parent)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        offer_to_out_of_memory(_SCORE)
        with os.fdopen(answers, "wb") as file:
            while order := os.read(orders, _ORDER.size):
                result = _attempt(tasks[_ORDER.unpack(order)[0]])
                done = isinstance(result, bytes)
                message = result if isinstance(result, bytes) else msgspec.json.encode(result)
                file.write(_HEAD.pack(len(message), _RESULT if done else _FAILURE) + message)
                file.flush()
        status = 0
    finally:
        os._exit(status)


def _run_in_forks(
    tasks: Sequence[Task], processors: int, timeout_s: float | None, check_cancelled: Callable[[], None]
) -> Iterator[tuple[int, bytes | FitFailure]]:
    sys.stdout.flush()
    sys.stderr.flush()
    waiting = list(range(len(tasks)))[::-1]
    with selectors.DefaultSelector() as running:
        try:
            while waiting or running.get_map():
                check_cancelled()
                while waiting and len(running.get_map()) < max(1, processors):
                    fork = _Fork(tasks)
                    running.register(fork.pipe, selectors.EVENT_READ, fork)
                    fork.begin(waiting.pop())
                _stop_overdue(running, timeout_s)
                yield from _answers(running, waiting)
        finally:
            for key in list(running.get_map().values()):
                key.data.kill()
                key.data.reap()


def _stop_overdue(running: selectors.BaseSelector, timeout_s: float | None) -> None:
    for key in running.get_map().values():
        fork: _Fork = key.data
        if timeout_s is not None and fork.elapsed_s() > timeout_s and not fork.timed_out:
            fork.timed_out = True
            fork.kill()


def _answers(running: selectors.BaseSelector, waiting: list[int]) -> Iterator[tuple[int, bytes | FitFailure]]:
    """Wait a moment for what comes. A fork that has answered goes on at once, before its answer is looked at."""
    for key, _events in running.select(_TICK_S):
        fork: _Fork = key.data
        answer = fork.take()
        if answer is None:
            continue
        position = fork.position
        if not fork.ended and (fork.timed_out or not waiting):
            fork.kill()
            fork.reap()
        if fork.ended:
            running.unregister(key.fileobj)
        else:
            fork.begin(waiting.pop())
        yield position, answer
