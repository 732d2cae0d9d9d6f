"""One killable process for each fit inside a job: out of memory, a crash or a time-out costs one candidate."""

from __future__ import annotations

import os
import selectors
import signal
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
    """Run each task in a fork of this process, at most ``processors`` at once; it sees this process's memory.

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
    """One running task: its process, and the pipe on which its bytes come."""

    def __init__(self, position: int, task: Task) -> None:
        self.position = position
        self.began = time.monotonic()
        self.received = bytearray()
        self.timed_out = False
        self._kills = out_of_memory_kills()
        self.pipe, theirs = os.pipe()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.pipe)
            _work(task, theirs, parent)
        os.close(theirs)

    def elapsed_s(self) -> float:
        return time.monotonic() - self.began

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def take(self) -> bool:
        """Read what is there; False at the end."""
        chunk = os.read(self.pipe, _CHUNK)
        self.received += chunk
        return bool(chunk)

    def end(self) -> bytes | FitFailure:
        """Reap the process and read what it left."""
        os.close(self.pipe)
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        if status == 0 and self.received[:1] == _RESULT and not self.timed_out:
            return bytes(memoryview(self.received)[1:])
        return FitFailure(failure=self._failure(status), elapsed_s=self.elapsed_s())

    def _failure(self, status: int) -> Failure:
        if self.timed_out:
            return Failure(code="jobs.fit_timed_out", params={"seconds": round(self.elapsed_s(), 1)})
        if status == 0 and self.received[:1] == _FAILURE:
            return msgspec.json.decode(memoryview(self.received)[1:], type=Failure)
        if status == -signal.SIGKILL and out_of_memory_kills() > self._kills:
            return Failure(code="jobs.fit_out_of_memory")
        name = signal.Signals(-status).name if status < 0 else f"exit {status}"
        return Failure(code="jobs.fit_crashed", params={"signal": name})


def _work(task: Task, pipe: int, parent: int) -> None:
    """The fork's whole life. It never returns into the code that forked it."""
    status = 1
    try:
        die_with_parent(parent)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        offer_to_out_of_memory(_SCORE)
        result = _attempt(task)
        message = _RESULT + result if isinstance(result, bytes) else _FAILURE + msgspec.json.encode(result)
        with os.fdopen(pipe, "wb") as file:
            file.write(message)
        status = 0
    finally:
        os._exit(status)


def _run_in_forks(
    tasks: Sequence[Task], processors: int, timeout_s: float | None, check_cancelled: Callable[[], None]
) -> Iterator[tuple[int, bytes | FitFailure]]:
    sys.stdout.flush()
    sys.stderr.flush()
    waiting = list(enumerate(tasks))[::-1]
    with selectors.DefaultSelector() as running:
        try:
            while waiting or running.get_map():
                check_cancelled()
                while waiting and len(running.get_map()) < max(1, processors):
                    fork = _Fork(*waiting.pop())
                    running.register(fork.pipe, selectors.EVENT_READ, fork)
                _stop_overdue(running, timeout_s)
                for fork in _ended(running):
                    yield fork.position, fork.end()
        finally:
            for key in list(running.get_map().values()):
                key.data.kill()
                key.data.end()


def _stop_overdue(running: selectors.BaseSelector, timeout_s: float | None) -> None:
    for key in running.get_map().values():
        fork: _Fork = key.data
        if timeout_s is not None and fork.elapsed_s() > timeout_s and not fork.timed_out:
            fork.timed_out = True
            fork.kill()


def _ended(running: selectors.BaseSelector) -> list[_Fork]:
    """Wait a moment; the forks whose pipe has ended, taken out of ``running``."""
    ended: list[_Fork] = []
    for key, _events in running.select(_TICK_S):
        fork: _Fork = key.data
        if not fork.take():
            running.unregister(fork.pipe)
            ended.append(fork)
    return ended
