"""What a carrier does: it takes the orders of one training, and has each carried out in a fork of its own."""

from __future__ import annotations

import gc
import os
import select
import time
from pathlib import Path
from typing import BinaryIO

from threadpoolctl import threadpool_limits

from app.jobs.forks import Answer, ForkPool, Pool, TurnPool
from app.jobs.system import CAN_FORK
from app.learning.compute.messages import Do, Forget, Frames, Open, Rest, Told, Wish, framed, receive_wish
from app.learning.compute.parcel import read_parcel
from app.learning.search.work import Worker

IDLE_S = 120.0
"""A training that sent nothing for so long may have died with its machine; if not, it brings the rows again."""

SPARE_S = 900.0
"""So long it waits for the next training: to import everything again would take some seconds of each."""

_CHUNK = 1 << 20


def serve(wishes: int, told: BinaryIO) -> None:
    """Wishes come over the descriptor ``wishes``, answers go to ``told``, until the worker closes the one."""
    with threadpool_limits(1):
        if CAN_FORK:
            _Service(wishes, told).run()
        else:
            with os.fdopen(wishes, "rb") as source:
                _serve_in_turn(source, told)


class _Service:
    """Takes wishes and gives answers as they come, and is never in the way of either."""

    def __init__(self, wishes: int, told: BinaryIO) -> None:
        self._wishes, self._told = wishes, told
        self._pool: ForkPool | None = None
        self._parcel = Path()
        self._frames = Frames()
        self._numbers: dict[int, int] = {}  # the pool's -> the worker's
        self._heard = time.monotonic()

    def run(self) -> None:
        """Until the worker closes the pipe, or nothing came for long."""
        while self._numbers or time.monotonic() - self._heard < self._patience_s:
            handles = [self._wishes] if self._pool is None else [self._wishes, self._pool.fileno()]
            ready, _, _ = select.select(handles, [], [], self._patience_s)
            if self._wishes in ready and not self._listen():
                break
            for number, answer in self._pool.collect(0) if self._pool is not None else ():
                self._heard = time.monotonic()
                _tell(self._told, self._numbers.pop(number), answer)
        else:
            if self._pool is not None:
                self._parcel.unlink(missing_ok=True)  # says that it isn't a crash
        self._rest()

    @property
    def _patience_s(self) -> float:
        return SPARE_S if self._pool is None else IDLE_S

    def _listen(self) -> bool:
        data = os.read(self._wishes, _CHUNK)
        self._heard = time.monotonic()
        for wish in self._frames.feed(data):
            self._obey(wish)
        return bool(data)

    def _obey(self, wish: Wish) -> None:
        if isinstance(wish, Open):
            self._open(wish)
        elif isinstance(wish, Rest):
            self._rest()
        elif self._pool is not None and isinstance(wish, Do):
            self._numbers[self._pool.submit(wish.order)] = wish.number
        elif self._pool is not None and isinstance(wish, Forget):
            for number in [mine for mine, theirs in self._numbers.items() if theirs == wish.number]:
                del self._numbers[number]
                self._pool.forget(number)

    def _open(self, wish: Open) -> None:
        self._rest()
        self._parcel = Path(wish.parcel)
        self._pool = ForkPool(Worker(read_parcel(self._parcel)), processors=wish.processors)
        gc.collect()
        gc.freeze()  # a collection in a fork would copy every page of what is there already

    def _rest(self) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None
        self._numbers.clear()
        gc.unfreeze()


def _serve_in_turn(wishes: BinaryIO, told: BinaryIO) -> None:
    """Where forking isn't safe: one order after the other, in this process. To stop one, the worker kills it all."""
    pool: Pool | None = None
    while (wish := receive_wish(wishes)) is not None:
        if isinstance(wish, Open):
            pool = TurnPool(Worker(read_parcel(Path(wish.parcel))))
        elif isinstance(wish, Do) and pool is not None:
            pool.submit(wish.order)
            for _number, answer in pool.collect(0):
                _tell(told, wish.number, answer)


def _tell(told: BinaryIO, number: int, answer: Answer) -> None:
    result = answer if isinstance(answer, bytes) else None
    failure = None if isinstance(answer, bytes) else answer
    told.write(framed(Told(number=number, result=result, failure=failure)))
    told.flush()
