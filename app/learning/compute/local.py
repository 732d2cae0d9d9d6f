"""A cluster on this machine: a scheduler and some workers as processes that end with this one. Light: the window has
one.

``python -m app.learning.compute.local scheduler|worker ...`` is what these processes run: Dask's own command line, on
a lifeline.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import msgspec

from app.errors import CicloError
from app.jobs.launcher import environment
from app.jobs.system import SYSTEM, die_with_pipe, lower_priority, usable_processors
from app.learning.compute.records import EXTRA

_START_S = 60.0
_LOOK_S = 0.05
_END_S = 5.0


class _Identity(msgspec.Struct, frozen=True):
    address: str


class LocalCluster:
    """A scheduler and workers on the loopback interface, which give way to the window as jobs do. They are started in
    milliseconds, and find each other some seconds later. Close it, or use it in a ``with`` block.

    Parameters
    ----------
    workers
        How many; 0 means one for each processor. Each does one fit at a time, and is started again when it dies.
    variables
        What else stands in the environment of the workers.

    Raises
    ------
    CicloError
        ``learning.cluster_no_dask`` or ``learning.cluster_not_started``.
    """

    def __init__(self, *, workers: int = 0, variables: Mapping[str, str] | None = None) -> None:
        if importlib.util.find_spec("distributed") is None:
            raise CicloError("learning.cluster_no_dask", extra=EXTRA)
        self._folder = _new_folder()
        self.folder = Path(self._folder.name)
        """Logs, and what the workers keep."""
        self.members: list[subprocess.Popen[bytes]] = []
        """The scheduler, then what watches over each worker."""
        self._address = ""
        try:
            self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(self._told))
            for _ in range(workers or usable_processors()):
                self.add_worker(variables)
        except OSError as error:
            self.close()
            raise CicloError("learning.cluster_not_started") from error

    def add_worker(self, variables: Mapping[str, str] | None = None) -> None:
        """Start one more worker; it reports to the scheduler by itself, a second or two later."""
        options = ["--nthreads", "1", "--memory-limit", "0", "--local-directory", str(self.folder)]
        options += ["--preload", "app.learning.compute.worker"]
        self._start("worker", "--scheduler-file", str(self._told), "--host", "127.0.0.1", *options, variables=variables)

    @property
    def workers(self) -> int:
        """How many were started."""
        return len(self.members) - 1

    @property
    def ended(self) -> bool:
        """Whether one of them is no more: the scheduler, or what starts a worker again."""
        return any(member.poll() is not None for member in self.members)

    def find_address(self) -> str:
        """The scheduler's address; empty until it has said it."""
        if not self._address:
            with contextlib.suppress(OSError, msgspec.DecodeError):  # not there yet, or not whole
                self._address = msgspec.json.decode(self._told.read_bytes(), type=_Identity).address
        return self._address

    @property
    def address(self) -> str:
        """The scheduler's address, once it has said it.

        Raises
        ------
        CicloError
            ``learning.cluster_not_started``.
        """
        deadline = time.monotonic() + _START_S
        while not self.find_address():
            if time.monotonic() > deadline or self.ended:
                raise CicloError("learning.cluster_not_started")
            time.sleep(_LOOK_S)
        return self._address

    def close(self) -> None:
        """End everything; nothing stays on disk."""
        for member in self.members:
            assert member.stdin is not None
            member.stdin.close()  # the lifeline: kills the whole group
        for member in self.members:
            with contextlib.suppress(subprocess.TimeoutExpired):
                member.wait(_END_S)
        self.members.clear()
        self._folder.cleanup()

    def __enter__(self) -> LocalCluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _told(self) -> Path:
        return self.folder / "scheduler.json"

    def _start(self, role: str, *arguments: str, variables: Mapping[str, str] | None = None) -> None:
        log = (self.folder / f"{role}.log").open("ab")
        with log:
            self.members.append(
                subprocess.Popen(
                    [sys.executable, "-P", "-m", __spec__.name, role, *arguments, "--no-dashboard"],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    env={**environment(), **(variables or {})},
                    start_new_session=True,
                )
            )


def _new_folder() -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(prefix="ciclo-cluster-", ignore_cleanup_errors=True)
    except OSError as error:
        raise CicloError("learning.cluster_not_started") from error


def _hold_lifeline() -> None:
    """Die with whoever holds the other end of the standard input; on Windows, whose pipes it can't poll, in a
    thread."""
    handle = os.dup(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if SYSTEM != "win32":
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who started it
    die_with_pipe(handle)


def main(arguments: Sequence[str]) -> int:
    """Dask's own scheduler or worker."""
    role, *rest = arguments
    lower_priority()
    _hold_lifeline()
    if role == "scheduler":
        from distributed.cli.dask_scheduler import main as member
    else:
        from distributed.cli.dask_worker import main as member
    member(rest, prog_name=f"dask {role}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
