"""A connection to a Dask cluster: finds out whether it fits, and brings the rows to its workers."""

from __future__ import annotations

import asyncio
import contextlib
import platform
import secrets
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version as library_version
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import CicloError, Parameter
from app.learning.compute.records import EXTRA, Computing
from app.learning.compute.worker import keep, leave, warm

if TYPE_CHECKING:
    from distributed import Client

ANSWER_S = 5.0
"""How long a scheduler may take to answer at all."""

ALONE_S = 60.0
"""How long a training waits for a worker where there is none (any more)."""

JOIN_S = 60.0
"""How long workers that were just started may take to join."""

_PART = 32 << 20
_JOINED_S = 0.1
_LOOK_S = 2.0
_FAREWELL_S = 1.0


def connect(address: str) -> Client:
    """A client of the scheduler at ``address`` (``tcp://host:port``, or ``tls://`` as Dask's own settings say).

    Raises
    ------
    CicloError
        ``learning.cluster_no_dask``, ``learning.cluster_bad_address``, ``learning.cluster_no_answer`` or
        ``learning.cluster_stranger``.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise CicloError("learning.cluster_no_dask", extra=EXTRA) from error
    if asyncio.run(_ask_who(address)) != "Scheduler":
        raise CicloError("learning.cluster_stranger", address=address)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about versions: what differs is refused in words
            return Client(address, timeout=ANSWER_S, set_as_default=False, name="ciclo")
    except (OSError, ImportError) as error:  # ImportError: its Dask is too old for this one
        raise CicloError("learning.cluster_no_answer", address=address) from error


async def _ask_who(address: str) -> object:
    """What answers at an address says that it is. Asked before a client is made: one that finds nobody is still busy
    with that when it is dropped, for ten seconds."""
    from distributed.core import rpc
    from distributed.security import Security

    try:
        settings = Security().get_connection_args("client")
        async with rpc(address, timeout=ANSWER_S, connection_args=settings) as there:
            told = await asyncio.wait_for(there.identity(), ANSWER_S)
        return told.get("type")
    except OSError as error:  # TimeoutError is one
        raise CicloError("learning.cluster_no_answer", address=address) from error
    except (ValueError, TypeError) as error:
        raise CicloError("learning.cluster_bad_address", address=address) from error
    except Exception as error:
        raise CicloError("learning.cluster_stranger", address=address) from error


class Cluster:
    """The workers of a cluster, and the rows of one training on them.

    What is asynchronous runs on the client's own loop, in its thread. Close it.
    """

    def __init__(self, client: Client, *, versions: Mapping[str, str]) -> None:
        self.client = client
        self.address: str = client.scheduler.address
        self.training = secrets.token_hex(8)
        self._versions = {**versions, "distributed": library_version("distributed")}
        self._parcel = Path()
        self._bringing: dict[str, asyncio.Task[None]] = {}

    def wait_for(self, workers: int) -> None:
        """Wait until so many workers have joined.

        Raises
        ------
        CicloError
            ``learning.cluster_not_started``.
        """
        deadline = time.monotonic() + JOIN_S
        while len(self.client.sync(self.threads)) < workers:
            if time.monotonic() > deadline:
                raise CicloError("learning.cluster_not_started")
            time.sleep(_JOINED_S)

    def check(self) -> Computing:
        """Compare the workers with this machine, and have them get ready.

        Raises
        ------
        CicloError
            ``learning.cluster_no_workers``, ``learning.cluster_lacks`` or ``learning.cluster_versions``.
        """
        deadline = time.monotonic() + ANSWER_S
        while not (threads := self.client.sync(self.threads)):
            if time.monotonic() > deadline:
                raise CicloError("learning.cluster_no_workers")
            time.sleep(_JOINED_S)
        self.client.sync(self._get_ready, sorted(threads))
        return computing(threads, self.address)

    async def _get_ready(self, workers: Sequence[str]) -> None:
        """They import while they are compared and the rows are read: seconds of each, so that comes first."""
        warming = self.client.run(warm, workers=workers, on_error="ignore", asynchronous=True)
        await asyncio.gather(warming, self.compare(workers))

    async def threads(self) -> dict[str, int]:
        """The workers by their addresses, with how many tasks each does at once."""
        return dict(await self.client.scheduler.ncores(workers=None))

    async def compare(self, workers: Sequence[str] | None = None) -> None:
        """Refuse workers with other versions. They are asked by functions of the standard library alone, which every
        worker has, whatever else it lacks."""
        asked = [self._ask(workers, platform.python_version)]
        asked += [self._ask(workers, library_version, name) for name in self._versions]
        python, *others = await asyncio.gather(*asked)
        here = _minor(platform.python_version())
        for worker, there in python.items():
            if isinstance(there, str):  # a worker that went away meanwhile answers with an error
                _refuse_other(worker, "Python", _minor(there), here)
        for (name, here), answers in zip(self._versions.items(), others, strict=True):
            for worker, there in answers.items():
                if isinstance(there, ModuleNotFoundError):  # PackageNotFoundError is one
                    raise CicloError("learning.cluster_lacks", worker=worker, library=name, version=here)
                if isinstance(there, str):
                    _refuse_other(worker, name, there, here)

    async def _ask(self, workers: Sequence[str] | None, function: object, *given: str) -> dict[str, object]:
        return dict(await self.client.run(function, *given, workers=workers, on_error="return", asynchronous=True))

    def bring(self, parcel: Path) -> None:
        """Bring a file of rows to every worker, once."""
        self._parcel = parcel
        self.client.sync(self._bring, None)

    async def bring_to(self, worker: str) -> None:
        """Bring the rows to a worker that came later, or started again; those who ask meanwhile wait for the same.

        Raises
        ------
        CicloError
            Where its versions differ.
        """
        task = self._bringing.get(worker)
        if task is None:
            task = self._bringing[worker] = asyncio.ensure_future(self._check_and_bring(worker))
            task.add_done_callback(lambda _done: self._bringing.pop(worker, None))
        await asyncio.shield(task)

    async def _check_and_bring(self, worker: str) -> None:
        await self.compare([worker])
        await self._bring([worker])

    async def _bring(self, workers: Sequence[str] | None) -> None:
        size, offset = self._parcel.stat().st_size, 0
        with self._parcel.open("rb") as file:
            while part := await asyncio.to_thread(file.read, _PART):
                await self.client.run(
                    keep, self.training, part, offset, size, workers=workers, on_error="ignore", asynchronous=True
                )
                offset += len(part)

    async def watch(self, resize: Callable[[Computing], None]) -> CicloError:
        """Look at the workers now and then, and say how many there are, until there has been none
        for :data:`ALONE_S` or the scheduler is gone; which of the two it was."""
        seen = time.monotonic()
        while self.client.status in ("running", "connecting"):
            with contextlib.suppress(OSError):
                if found := await self.threads():
                    seen = time.monotonic()
                    resize(computing(found, self.address))
            began = time.monotonic()
            if began - seen > ALONE_S:
                return CicloError("learning.cluster_alone", seconds=int(ALONE_S))
            await asyncio.sleep(_LOOK_S)
            seen += max(0.0, time.monotonic() - began - _LOOK_S)  # while this process was halted nobody looked
        return CicloError("learning.cluster_gone")

    def close(self) -> None:
        """Have the workers let go of the training, and hang up. Who doesn't listen gets no second word: what runs
        there ends when nobody asks for its answers."""
        if self.client.status == "running":
            with contextlib.suppress(OSError, TimeoutError):
                self.client.sync(self._leave, callback_timeout=_FAREWELL_S)
        with contextlib.suppress(OSError, TimeoutError):
            self.client.close(timeout=_FAREWELL_S)

    async def _leave(self) -> None:
        await self.client.run(leave, self.training, on_error="ignore", asynchronous=True)


def computing(threads: Mapping[str, int], address: str) -> Computing:
    """The workers of a cluster, counted."""
    return Computing(workers=len(threads), threads=sum(threads.values()), address=address)


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _refuse_other(worker: str, library: str, there: Parameter, here: Parameter) -> None:
    if there != here:
        raise CicloError("learning.cluster_versions", worker=worker, library=library, there=there, here=here)
