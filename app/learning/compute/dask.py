"""The pool whose orders are carried out by the workers of a Dask cluster."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import queue
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from app.errors import CicloError
from app.jobs.contract import Failure
from app.jobs.forks import Answer, FitFailure
from app.learning.compute.cluster import Cluster
from app.learning.compute.messages import Absent, Done, Reply
from app.learning.compute.records import Computing
from app.learning.compute.worker import Abandoned, CarrierLost, carry_out

if TYPE_CHECKING:
    from distributed import Future

_TRIES = 3
_BRINGS = 5
_AHEAD = 2
"""Orders at the workers for each that they carry out: the next is there when one is done."""


class DaskPool:
    """Carries out orders on other machines (see :class:`app.jobs.forks.Pool`).

    Each order is a task of Dask's, and a coroutine on the client's loop that waits for it. When a worker dies, Dask
    gives its tasks to others; when only its process with the rows dies, the order is given again. Stop cancels the
    tasks of this pool, which kills what carries them out, and touches nobody else's.

    Parameters
    ----------
    computing
        The workers that are there, and how many orders they carry out at once; more when workers join.
    most
        Hand out no more than so many at the same time, because the cluster is to do other things too; 0 is all.
    told
        Hears at each collection which workers there are.
    """

    def __init__(
        self, cluster: Cluster, *, computing: Computing, told: Callable[[Computing], None], most: int = 0
    ) -> None:
        self.processors = 0
        self._most, self._granted = most, 0
        self._cluster, self._client = cluster, cluster.client
        self._names = f"ciclo-{secrets.token_hex(8)}"
        self._keys = itertools.count()
        self._given = 0
        self._answers: queue.SimpleQueue[tuple[int, Answer | CicloError]] = queue.SimpleQueue()
        self._slots = asyncio.Semaphore(0)
        self._tasks: set[asyncio.Task[None]] = set()
        self._futures: set[Future[bytes]] = set()
        self._computing, self._told = computing, told
        self._resize(computing)
        self._client.loop.add_callback(self._begin, self._watch())

    def submit(self, order: bytes) -> int:
        """Hand in an order."""
        self._given += 1
        self._client.loop.add_callback(self._begin, self._carry(self._given, order))
        return self._given

    def collect(self, wait_s: float) -> list[tuple[int, Answer]]:
        """The answers that came.

        Raises
        ------
        CicloError
            ``learning.cluster_gone`` where the scheduler went, ``learning.cluster_alone`` where no worker is left, and
            what makes a worker that came later unusable.
        """
        self._told(self._computing)
        came: list[tuple[int, Answer]] = []
        with contextlib.suppress(queue.Empty):
            number, answer = self._answers.get(timeout=wait_s)
            while True:
                if isinstance(answer, CicloError):
                    raise answer
                came.append((number, answer))
                number, answer = self._answers.get_nowait()
        return came

    def close(self) -> None:
        """Cancel what runs, and forget what waits."""
        with contextlib.suppress(OSError, RuntimeError, TimeoutError):  # nobody is there to be told
            self._client.sync(self._abandon, callback_timeout=1)

    # On the client's loop

    def _begin(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _abandon(self) -> None:
        for task in self._tasks:
            task.cancel()
        futures = list(self._futures)
        self._futures.clear()
        await self._client.cancel(futures, asynchronous=True)

    def _resize(self, computing: Computing) -> None:
        self._computing = computing
        self.processors = min(computing.threads, self._most or computing.threads)
        wanted = self.processors * (1 if self._most else _AHEAD)
        while self._granted < wanted:
            self._granted += 1
            self._slots.release()

    async def _watch(self) -> None:
        self._answers.put((0, await self._cluster.watch(self._resize)))

    async def _carry(self, number: int, order: bytes) -> None:
        began = asyncio.get_running_loop().time()
        async with self._slots:
            try:
                answer = await self._answer(order)
            except CicloError as error:
                self._answers.put((number, error))
                return
        if isinstance(answer, Failure):
            answer = FitFailure(failure=answer, elapsed_s=asyncio.get_running_loop().time() - began)
        self._answers.put((number, answer))

    async def _answer(self, order: bytes) -> Answer | Failure:
        """Have an order carried out, again where it was lost through no fault of its own."""
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        tries = brings = 0
        while tries < _TRIES and brings < _BRINGS:
            try:
                reply = await self._attempt(order)
            except (CarrierLost, Abandoned):
                tries += 1
            except KilledWorker:  # several workers died of it: Dask has tried that itself
                break
            except FutureCancelledError as error:
                raise CicloError("learning.cluster_gone") from error
            except Exception as error:  # noqa: BLE001 - a worker that can't even begin, for want of Ciclo say
                return await self._unknown(error)
            else:
                if not isinstance(reply, Absent):
                    return reply.result if isinstance(reply, Done) else reply.failure
                brings += 1
                await self._cluster.bring_to(reply.worker)
        return Failure(code="learning.fit_lost")

    async def _unknown(self, error: Exception) -> Failure:
        """What is wrong with the cluster, where it is that; otherwise the error costs one fit."""
        try:
            await self._cluster.compare()
        except (OSError, AttributeError) as later:  # the client has hung up meanwhile
            raise CicloError("learning.cluster_gone") from later
        return Failure(code="jobs.fit_error", params={"cause": str(error)[:500]})

    async def _attempt(self, order: bytes) -> Reply:
        key = f"{self._names}-{next(self._keys)}"
        future = self._client.submit(carry_out, self._cluster.training, order, key=key, pure=False)
        self._futures.add(future)
        try:
            reply: Reply = msgspec.msgpack.decode(await future, type=Reply)
            return reply
        finally:
            self._futures.discard(future)
