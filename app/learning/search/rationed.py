"""A pool that begins fewer fits at a time where not all of them fit into memory."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import replace

import msgspec

from app.jobs.forks import Answer, Pool
from app.learning.estimators.catalogue import catalogue
from app.learning.search.data import LearningData
from app.learning.search.records import FoldOrder, RefitOrder

WRITTEN = 3.1
"""How many times its size a model takes while its file is made."""
SHARE = 0.9
"""Of the memory that is available, that a training may use: others want some as well."""


class Rationed:
    """Hands orders on, in their order, as long as those that may run at the same time have room.

    What comes out doesn't depend on it: only when a fit begins.

    Parameters
    ----------
    needs
        Megabytes that an order will take, as foretold.
    room_mb
        What all that runs may take together. An order that takes more runs alone.
    """

    def __init__(self, pool: Pool, *, needs: Callable[[bytes], float], room_mb: float) -> None:
        self._pool, self._needs, self._room_mb = pool, needs, room_mb
        self._given = 0
        self._waiting: deque[tuple[int, bytes, float]] = deque()
        self._inside: dict[int, tuple[int, float]] = {}

    @property
    def processors(self) -> int:
        """How many orders are carried out at the same time where there is room."""
        return self._pool.processors

    def submit(self, order: bytes) -> int:
        """Hand in an order."""
        self._given += 1
        self._waiting.append((self._given, order, self._needs(order)))
        self._admit()
        return self._given

    def collect(self, wait_s: float) -> list[tuple[int, Answer]]:
        """The answers that came."""
        came = [(self._inside.pop(number)[0], answer) for number, answer in self._pool.collect(wait_s)]
        self._admit()
        return came

    def close(self) -> None:
        """Kill what runs and forget what waits."""
        self._waiting.clear()
        self._inside.clear()
        self._pool.close()

    def _admit(self) -> None:
        while self._waiting and self._has_room(self._waiting[0][2]):
            number, order, need = self._waiting.popleft()
            self._inside[self._pool.submit(order)] = (number, need)

    def _has_room(self, need: float) -> bool:
        """Whether the largest of what is inside could run together with it: which of them do isn't known here."""
        needs = [held for _, held in self._inside.values()]
        together = heapq.nlargest(max(1, self.processors), [*needs, need])
        return not needs or sum(together) <= self._room_mb


def need_of(data: LearningData) -> Callable[[bytes], float]:
    """What an order on ``data`` will take, in megabytes."""
    kinds = catalogue()

    def foretold(order: bytes) -> float:
        told = msgspec.msgpack.decode(order, type=FoldOrder | RefitOrder)
        kind, refit = kinds[told.estimator], isinstance(told, RefitOrder)
        size = data.whole_size if refit else data.fold_size
        rows = min(told.rows or size.rows, size.rows, kind.most_rows)
        found = kind.footprint(replace(size, rows=rows), told.params)
        return found.memory_mb + (WRITTEN * found.size_mb if refit else 0.0)

    return foretold
