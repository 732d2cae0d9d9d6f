"""How a job gets its process: forked from the nursery (Linux), or started anew (everywhere)."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from app.errors import CicloError, cause
from app.jobs.channel import ChannelError, read_message, write_message
from app.jobs.messages import Work
from app.jobs.nursery import READY, Exit, Fork, Halt, Kill, signal_group
from app.jobs.system import CAN_FORK, SYSTEM, THREADS, resident_mb, suspend
from app.jobs.windows import JobObject

PRELOAD = (
    "pandas",
    "pyarrow",
    "pyarrow.parquet",
    "pyarrow.csv",
    "pyarrow.compute",
    "pyarrow.dataset",
    "scipy.stats",
    "joblib",
    "skops.io",
    "sklearn.compose",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.model_selection",
    "sklearn.neighbors",
    "sklearn.pipeline",
    "sklearn.preprocessing",
    "sklearn.tree",
    "sklearn.inspection",
    "sklearn.calibration",
)
"""What most jobs import, by name only."""

CHILD, NURSERY, GUARD = "--ciclo-child", "--ciclo-nursery", "--ciclo-guard"
"""First argument of the program where it is one frozen file and can't be started as ``python -m``."""

_MODULES = {CHILD: "app.jobs.child", NURSERY: "app.jobs.nursery", GUARD: "app.data.sql.guard"}
_PATIENCE_S = 5.0


class RunningChild(Protocol):
    """A job process as its supervisor sees it."""

    @property
    def messages(self) -> int:
        """The descriptor on which its messages come."""

    def ended(self) -> bool:
        """Whether the process is over (what it wrote can still be read)."""

    def kill(self) -> None:
        """End it and its children at once."""

    def halt(self, halted: bool) -> None:
        """Have it and its children stand still, or go on; :meth:`kill` ends it in either case."""

    def wait(self) -> Exit:
        """Kill what is left of it, close the descriptors, and say how it ended. Once only."""


class Launcher(Protocol):
    """Starts job processes, from any thread."""

    def start(self) -> None:
        """Get ready in the background, so that the next job starts sooner. Takes milliseconds itself."""

    def launch(self, work: Work) -> RunningChild:
        """Start a process for ``work``.

        Raises
        ------
        CicloError
            ``jobs.cannot_start``.
        """

    def close(self) -> None:
        """End what waits in the background, and everything that still runs."""


def default_launcher(*, warm: bool) -> Launcher:
    """The launcher for this system: ``warm`` for a window, where the first click must not wait for imports."""
    return NurseryLauncher() if warm and CAN_FORK else SpawnLauncher(warm=warm)


def command(kind: str, arguments: Sequence[str]) -> list[str]:
    """The command that starts a process of ours."""
    if getattr(sys, "frozen", False):
        return [sys.executable, kind, *arguments]
    return [sys.executable, "-P", "-m", _MODULES[kind], *arguments]


def environment() -> dict[str, str]:
    """Environment of such a process: one thread for each numeric library, and this very package."""
    variables = {**os.environ, **THREADS}
    if not getattr(sys, "frozen", False):
        root = str(Path(__file__).resolve().parents[2])
        variables["PYTHONPATH"] = os.pathsep.join(filter(None, (root, variables.get("PYTHONPATH"))))
    return variables


class NurseryLauncher:
    """Has jobs forked by a nursery, which is started (again) when there is none."""

    def __init__(self, *, preload: Sequence[str] = PRELOAD) -> None:
        self._preload = preload
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._lifeline = -1
        self._next = 0
        self._ready = False

    @property
    def process_id(self) -> int | None:
        """Of the nursery, where there is one."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the nursery; it imports at low priority, and jobs that come meanwhile begin as soon as it is ready."""
        with self._guard, contextlib.suppress(OSError):  # the first job will say it
            self._ensure()

    def ready(self) -> bool:
        """Whether the nursery has done its imports."""
        with self._guard, contextlib.suppress(OSError):
            if self._control and not self._ready:
                self._ready = bool(self._control.recv(len(READY), socket.MSG_DONTWAIT))
        return self._ready

    def _ensure(self) -> socket.socket:
        if self._control and self._process and self._process.poll() is None:
            return self._control
        self._drop()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        lifeline, self._lifeline = os.pipe()
        handles = (theirs.fileno(), lifeline)
        try:
            self._process = subprocess.Popen(
                command(NURSERY, [*map(str, handles), *self._preload]),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=handles,
                env=environment(),
                start_new_session=True,
            )
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
            os.close(lifeline)
        self._control = ours
        return ours

    def launch(self, work: Work) -> RunningChild:
        orders, messages, exits = _pipes(3)
        ours = (orders[1], messages[0], exits[0])
        theirs = (orders[0], messages[1], exits[1])
        try:
            with self._guard:
                self._next += 1
                id = self._next
                self._send(Fork(id=id), theirs)
        except OSError as error:
            _close(ours)
            raise CicloError("jobs.cannot_start", cause=cause(error)) from error
        finally:
            _close(theirs)
        with contextlib.suppress(BrokenPipeError):  # it died at once: its exit says so
            write_message(ours[0], work)
        return _NurseryChild(self, id, *ours)

    def _send(self, order: Fork | Kill, handles: Sequence[int]) -> None:
        data = msgspec.json.encode(order)
        try:
            socket.send_fds(self._ensure(), [data], handles)
        except (BrokenPipeError, ConnectionResetError):  # the nursery died a moment ago
            self._drop()
            socket.send_fds(self._ensure(), [data], handles)

    def order(self, order: Kill | Halt) -> None:
        """Have the nursery signal a job; it alone knows whether the process id is still the job's."""
        with self._guard, contextlib.suppress(OSError):
            if self._control:
                self._control.send(msgspec.json.encode(order))

    def close(self) -> None:
        with self._guard:
            self._drop()

    def _drop(self) -> None:
        self._ready = False
        if self._control:
            self._control.close()
            self._control = None
        if self._lifeline >= 0:
            os.close(self._lifeline)  # the kernel kills the nursery, and it its jobs
            self._lifeline = -1
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


def _pipes(count: int) -> list[tuple[int, int]]:
    made: list[tuple[int, int]] = []
    try:
        for _turn in range(count):
            made.append(os.pipe())  # noqa: PERF401 - those made before a failure must be known
    except OSError as error:  # too many open files
        for pair in made:
            _close(pair)
        raise CicloError("jobs.cannot_start", cause=cause(error)) from error
    return made


def _close(handles: Sequence[int]) -> None:
    for handle in handles:
        os.close(handle)


class _NurseryChild:
    def __init__(self, nursery: NurseryLauncher, id: int, orders: int, messages: int, exits: int) -> None:
        self._nursery, self._id = nursery, id
        self._orders, self._exits = orders, exits
        self.messages = messages

    def ended(self) -> bool:
        poll = select.poll()
        poll.register(self._exits, select.POLLIN)
        return bool(poll.poll(0))

    def kill(self) -> None:
        self._nursery.order(Kill(id=self._id))

    def halt(self, halted: bool) -> None:
        self._nursery.order(Halt(id=self._id, halted=halted))

    def wait(self) -> Exit:
        if not self.ended():
            self.kill()
        try:
            if not self._nursery.ready():  # not forked yet: it will find its orders closed and do nothing
                return Exit()
            return read_message(self._exits, Exit) or Exit()
        except (ChannelError, OSError):
            return Exit()
        finally:
            _close((self._orders, self.messages, self._exits))


class SpawnLauncher:
    """Starts a fresh interpreter for each job; where it is ``warm``, one that has done its imports already waits."""

    def __init__(self, *, warm: bool = False, preload: Sequence[str] = PRELOAD) -> None:
        self._warm = warm
        self._preload = preload
        self._guard = threading.Lock()
        self._spare: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._guard:
            if self._warm and self._spare is None:
                self._spare = _spawn(self._preload)

    def launch(self, work: Work) -> RunningChild:
        with self._guard:
            process, self._spare = self._spare, None
        if process is None or process.poll() is not None:
            process = _spawn(())
        child = _SpawnedChild(process)
        with contextlib.suppress(OSError):  # it died at once: its exit says so
            write_message(child.orders, work)
        with contextlib.suppress(CicloError):  # no room for a spare
            self.start()
        return child

    def close(self) -> None:
        with self._guard:
            if self._spare:
                _SpawnedChild(self._spare).wait()
            self._spare, self._warm = None, False


def _spawn(preload: Sequence[str]) -> subprocess.Popen[bytes]:
    flags = 0 if SYSTEM != "win32" else 0x200 | 0x4000  # a group of its own, below normal priority
    try:
        return subprocess.Popen(
            command(CHILD, preload),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            bufsize=0,
            start_new_session=True,
            creationflags=flags,
        )
    except OSError as error:
        raise CicloError("jobs.cannot_start", cause=cause(error)) from error


class _SpawnedChild:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self.orders = process.stdin.fileno()
        self.messages = process.stdout.fileno()
        self._group = JobObject(int(getattr(process, "_handle", 0)))

    def ended(self) -> bool:
        if CAN_FORK:  # looks without reaping, so that the process id stays ours
            return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        if self._process.returncode is None and self._process.poll() is not None:
            self._kill_group()  # its children, while hardly any time has passed in which the id could be another's
        return self._process.returncode is not None

    def kill(self) -> None:
        self._group.kill()
        if self._process.returncode is None:
            self._kill_group()

    def _kill_group(self) -> None:
        if SYSTEM != "win32":
            signal_group(self._process.pid, signal.SIGKILL)

    def halt(self, halted: bool) -> None:
        if self.ended():
            return
        if SYSTEM != "win32":
            signal_group(self._process.pid, signal.SIGSTOP if halted else signal.SIGCONT)
        else:
            suspend(self._process.pid, halted)

    def wait(self) -> Exit:
        self.kill()
        peak_memory_mb = 0.0
        if SYSTEM != "win32" and self._process.returncode is None:
            _process, status, usage = os.wait4(self._process.pid, 0)
            self._process.returncode = os.waitstatus_to_exitcode(status)
            peak_memory_mb = resident_mb(usage.ru_maxrss)
        status = self._process.wait(_PATIENCE_S)
        self._group.close()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
        return Exit(status=status, peak_memory_mb=peak_memory_mb)
