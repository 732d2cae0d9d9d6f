"""What runs in the workers of a cluster: it hands orders to a process beside the worker, and stops them on demand.

Light: a Dask worker loads neither pandas nor scikit-learn for it.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from app.jobs.launcher import environment
from app.jobs.system import CAN_FORK
from app.learning.compute.messages import (
    Absent,
    Do,
    Done,
    Failed,
    Forget,
    Open,
    Reply,
    Rest,
    Told,
    Wish,
    framed,
    receive_told,
)

if TYPE_CHECKING:
    from distributed import Worker

_CARRIER = "app.learning.compute.carrier"
_SPARES = 1
_LOOK_S = 0.1
"""How often a task looks whether it is still wanted."""


class CarrierLost(Exception):
    """The process that carried out an order is gone, and the order with it."""


class Abandoned(Exception):
    """A task that nobody wants any more."""


def carry_out(training: str, order: bytes) -> bytes:
    """The task: carry out an order of a training; an encoded :data:`~app.learning.compute.messages.Reply`.

    Raises
    ------
    CarrierLost
        Where its process died: the order may be given again.
    Abandoned
        Where the task was cancelled meanwhile; what carried it out is killed by then.
    """
    from distributed import get_worker

    worker = get_worker()
    carrier = _keeper(worker).carrier(training)
    reply: Reply = Absent(worker=worker.address)
    if carrier is not None:
        task = worker.get_current_task()
        told = carrier.carry_out(order, wanted=lambda: _wanted(worker, task))
        reply = Failed(failure=told.failure) if told.failure is not None else Done(result=told.result or b"")
    return msgspec.msgpack.encode(reply)


def warm(dask_worker: Worker) -> None:
    """Start a process for the training that is to come, so that it imports while the rows are still read."""
    _keeper(dask_worker).warm()


def dask_setup(worker: Worker) -> None:
    """What Dask calls in a worker that was started with ``--preload app.learning.compute.worker``: the first training
    finds everything imported."""
    _keeper(worker).warm()


def keep(training: str, part: bytes, offset: int, size: int, dask_worker: Worker) -> None:
    """Store a part of a training's rows; with the last one the process that will carry out its orders starts."""
    _keeper(dask_worker).keep(training, part, offset, size)


def leave(training: str, dask_worker: Worker) -> None:
    """Kill what a training carries out on this worker, and remove its rows."""
    _keeper(dask_worker).leave(training)


def _wanted(worker: Worker, task: object) -> bool:
    """Dask can't stop a thread: a task that was cancelled while it ran is marked, or forgotten when all is over."""
    known = worker.state.tasks.get(task)
    return known is not None and known.state != "cancelled"


def _keeper(worker: Worker) -> Keeper:
    found = worker.extensions.get("ciclo") or worker.extensions.setdefault(
        "ciclo", Keeper(Path(worker.local_directory), processors=worker.state.nthreads)
    )
    assert isinstance(found, Keeper)
    return found


class Keeper:
    """The trainings on one worker: the rows of each in a file, and a process that has them in memory."""

    def __init__(self, folder: Path, *, processors: int) -> None:
        self._folder, self._processors = folder, processors
        self._carriers: dict[str, Carrier] = {}
        self._spares: list[Carrier] = []
        self._guard = threading.Lock()

    def keep(self, training: str, part: bytes, offset: int, size: int) -> None:
        """Store a part of the rows. Parts come in order; one that doesn't fit is left out, and its training will hear
        that the rows are absent."""
        partial = self._parcel(training).with_suffix(".part")
        if offset == 0:
            partial.parent.mkdir(parents=True, exist_ok=True)
            partial.unlink(missing_ok=True)
            partial.touch(mode=0o600)
        if not partial.exists() or partial.stat().st_size != offset:
            return
        with partial.open("ab") as file:
            file.write(part)
        if offset + len(part) == size:
            partial.replace(self._parcel(training))
            self.carrier(training)

    def carrier(self, training: str) -> Carrier | None:
        """The process for a training, started (again) where there is none; None where its rows aren't here."""
        with self._guard:
            found = self._carriers.get(training)
            if found is not None and not found.lost:
                return found
            if not self._parcel(training).exists():
                self._carriers.pop(training, None)
                return None
            self._carriers[training] = taken = self._spare() or Carrier()
            with contextlib.suppress(CarrierLost):  # the order that asks for it will notice
                taken.open(self._parcel(training), processors=self._processors)
            return taken

    def warm(self) -> None:
        """Have a process that waits."""
        with self._guard:
            self._spares.append(self._spare() or Carrier())

    def _spare(self) -> Carrier | None:
        while self._spares:
            found = self._spares.pop()
            if not found.lost:
                return found
        return None

    def leave(self, training: str) -> None:
        """Kill what runs and remove the rows; the process waits for the next training."""
        with self._guard:
            found = self._carriers.pop(training, None)
            shutil.rmtree(self._parcel(training).parent, ignore_errors=True)
            if found is not None and found.rest():
                self._spares.append(found)
                while len(self._spares) > _SPARES:
                    self._spares.pop(0).kill()

    def close(self) -> None:
        """The worker ends (Dask calls this of what extends a worker)."""
        for training in list(self._carriers):
            self.leave(training)
        for spare in self._spares:
            spare.kill()

    def _parcel(self, training: str) -> Path:
        return self._folder / f"ciclo-{training}" / "rows.arrow"


class Carrier:
    """The process beside the worker, and the orders that are under way in it."""

    def __init__(self) -> None:
        self.lost = False
        self._numbers = itertools.count()
        self._waiting: dict[int, Future[Told]] = {}
        self._guard = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", _CARRIER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._wishes: int = self._process.stdin.fileno()
        threading.Thread(target=self._listen, args=(self._process.stdout,), name="ciclo answers", daemon=True).start()

    def open(self, parcel: Path, *, processors: int) -> None:
        """Read the rows of a training."""
        self._send(Open(parcel=str(parcel), processors=processors))

    def rest(self) -> bool:
        """Kill what it carries out and let go of the rows; False where it is no more."""
        if not CAN_FORK:  # it hears nothing while it fits
            self.kill()
            return False
        try:
            self._send(Rest())
        except CarrierLost:
            return False
        self._drop_orders()
        return True

    def carry_out(self, order: bytes, *, wanted: Callable[[], bool]) -> Told:
        """Hand in an order and wait for its answer; asked now and then whether it is still wanted.

        Raises
        ------
        CarrierLost, Abandoned
            As :func:`carry_out` says.
        """
        answer: Future[Told] = Future()
        with self._guard:
            number = next(self._numbers)
            self._waiting[number] = answer
        self._send(Do(number=number, order=order))
        while True:
            with contextlib.suppress(TimeoutError):
                return answer.result(_LOOK_S)
            if not wanted():
                self._forget(number)
                raise Abandoned

    def kill(self) -> None:
        """Kill the process with all that it carries out; its forks die with it."""
        self._process.kill()

    def _forget(self, number: int) -> None:
        with self._guard:
            self._waiting.pop(number, None)
        if CAN_FORK:
            self._send(Forget(number=number))
        else:
            self.kill()

    def _send(self, wish: Wish) -> None:
        data = memoryview(framed(wish))
        with self._guard:
            if self.lost:
                raise CarrierLost
            try:
                while data:
                    data = data[os.write(self._wishes, data) :]
            except BrokenPipeError as error:
                raise CarrierLost from error

    def _listen(self, answers: BinaryIO) -> None:
        try:
            while (told := receive_told(answers)) is not None:
                with self._guard:
                    waiting = self._waiting.pop(told.number, None)
                if waiting is not None:
                    waiting.set_result(told)
        finally:  # whatever ended it: nobody must wait for ever
            with self._guard:
                self.lost = True
                assert self._process.stdin is not None
                self._process.stdin.close()
            answers.close()
            self.kill()
            self._process.wait()
            self._drop_orders()

    def _drop_orders(self) -> None:
        with self._guard:
            left = list(self._waiting.values())
            self._waiting.clear()
        for waiting in left:
            waiting.set_exception(CarrierLost())
