"""The nursery (Linux): a process that has imported the heavy libraries, computes nothing, and forks jobs in no time.

It has one thread and ends with its owner. Each job it forks is a process group of its own within the nursery's niced
session; when a job has ended, what is left of its group is killed before the job is reaped, so that no process id can
have been taken by another.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import sys
from collections.abc import Sequence

import msgspec

from app.jobs.channel import write_message
from app.jobs.child import import_quietly, serve
from app.jobs.system import die_with_parent, die_with_pipe, lower_priority, resident_mb

HANDLES = 3
READY = b"ready"


class Fork(msgspec.Struct, frozen=True, kw_only=True, tag="fork"):
    """Start the job ``id``. With it come the reading end of its orders, and the writing ends of its messages and of
    its :class:`Exit`."""

    id: int


class Kill(msgspec.Struct, frozen=True, kw_only=True, tag="kill"):
    """Kill the job ``id`` and its children, if it is still there."""

    id: int


class Halt(msgspec.Struct, frozen=True, kw_only=True, tag="halt"):
    """Halt the job ``id`` with its children, or (``halted`` false) have them go on."""

    id: int
    halted: bool


class Exit(msgspec.Struct, frozen=True, kw_only=True):
    """How a process ended: its exit code, or minus the signal; None where nobody knows."""

    status: int | None = None
    peak_memory_mb: float = 0.0


Order = Fork | Kill | Halt


class Nursery:
    """Forks, kills and reaps, one order after the other."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._jobs: dict[int, tuple[int, int]] = {}  # id -> process, handle for its Exit
        self._woken, self._waker = os.pipe()
        for handle in (self._woken, self._waker):
            os.set_blocking(handle, False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)

    def run(self) -> None:
        """Say that it is ready, and serve until the owner closes the control socket."""
        self._control.send(READY)
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._woken, select.POLLIN)
        while True:
            ready = {handle for handle, _event in poll.poll()}
            if self._woken in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._woken, 4096)
                self._reap()
            if self._control.fileno() in ready and not self._obey():
                return

    def _obey(self) -> bool:
        data, handles, _flags, _address = socket.recv_fds(self._control, 4096, HANDLES)
        if not data:
            return False
        order = msgspec.json.decode(data, type=Order)
        if isinstance(order, Fork):
            self._fork(order.id, *handles)
        elif order.id in self._jobs:
            process = self._jobs[order.id][0]
            if isinstance(order, Halt):
                signal_group(process, signal.SIGSTOP if order.halted else signal.SIGCONT)
            else:
                signal_group(process, signal.SIGKILL)
        return True

    def _fork(self, id: int, orders: int, messages: int, exits: int) -> None:
        nursery = os.getpid()
        try:
            process = os.fork()
        except OSError:  # too many processes, or no memory: the closed handles say so
            for handle in (orders, messages, exits):
                os.close(handle)
            return
        if process == 0:
            self._become_job(orders, messages, exits, nursery)
        os.close(orders)
        os.close(messages)
        with contextlib.suppress(OSError):
            os.setpgid(process, process)  # here and there, so that it is true before the next order
        self._jobs[id] = (process, exits)

    def _become_job(self, orders: int, messages: int, exits: int, nursery: int) -> None:
        try:
            os.setpgid(0, 0)
            die_with_parent(nursery)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._control.close()
            for handle in (self._woken, self._waker, exits, *(h for _process, h in self._jobs.values())):
                os.close(handle)
            serve(orders, messages)
        finally:
            os._exit(1)

    def _reap(self) -> None:
        for id, (process, exits) in list(self._jobs.items()):
            if os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                continue
            signal_group(process, signal.SIGKILL)
            _process, status, usage = os.wait4(process, 0)
            del self._jobs[id]
            ended = Exit(status=os.waitstatus_to_exitcode(status), peak_memory_mb=resident_mb(usage.ru_maxrss))
            with contextlib.suppress(OSError):
                write_message(exits, ended)
            os.close(exits)


def signal_group(process: int, number: signal.Signals) -> None:
    """Send a signal to the group that ``process`` leads, if there still is one."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, number)


def main(arguments: Sequence[str]) -> int:
    """``arguments``: the descriptors of the control socket and of the owner's pipe, then modules to import."""
    control = socket.socket(fileno=int(arguments[0]))
    os.set_inheritable(control.fileno(), False)
    os.set_inheritable(int(arguments[1]), False)
    die_with_pipe(int(arguments[1]))
    lower_priority()
    import_quietly(arguments[2:])
    gc.collect()
    gc.freeze()  # collections in a job then leave the shared pages alone
    Nursery(control).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
