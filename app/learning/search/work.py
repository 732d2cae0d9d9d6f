"""Carries out orders: what a fork does here, and a worker on another machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import msgspec
import numpy as np

from app.jobs.asking import running_now
from app.jobs.contract import Context
from app.jobs.forks import Pool, fork_pool
from app.jobs.system import available_memory_mb, forget_peak_memory, peak_memory_mb
from app.learning import canonical
from app.learning.estimators.catalogue import catalogue
from app.learning.model import fold_predictions
from app.learning.search.data import LearningData, fit
from app.learning.search.rationed import SHARE, Rationed, need_of
from app.learning.search.records import Answered, FoldOrder, RefitOrder

Order = FoldOrder | RefitOrder


class Worker:
    """Fits what it is told to, on rows that it has."""

    def __init__(self, data: LearningData, clock: Callable[[], float] = time.monotonic) -> None:
        self._data, self._clock = data, clock
        self._kinds = catalogue()

    def __call__(self, order: bytes) -> bytes:
        """Carry out an encoded order; the encoded answer."""
        wanted = msgspec.msgpack.decode(order, type=Order)
        forget_peak_memory()
        began, cpu = self._clock(), time.process_time()
        result = self._fold(wanted) if isinstance(wanted, FoldOrder) else self._refit(wanted)
        answer = Answered(
            result=result,
            seconds=self._clock() - began,
            cpu_s=time.process_time() - cpu,
            memory_mb=peak_memory_mb(),
        )
        return msgspec.msgpack.encode(answer)

    def _fold(self, order: FoldOrder) -> bytes:
        data = self._data
        fitted, scored = data.folds[order.fold]
        pipeline = fit(self._kinds[order.estimator], order.params, data, fitted, rows=order.rows)
        return fold_predictions(pipeline, data.frame.iloc[scored], classes=data.classes).tobytes()

    def _refit(self, order: RefitOrder) -> bytes:
        everything = np.arange(len(self._data.rows))
        return canonical.dump(fit(self._kinds[order.estimator], order.params, self._data, everything, rows=order.rows))


def local_pool(context: Context, data: LearningData, processors: int) -> Pool:
    """Carry out orders on this machine, on so many processors where there is memory for it. A fit takes no time while
    its job is paused."""
    pool = fork_pool(Worker(data, partial(running_now, context.staging)), processors=processors)
    return Rationed(pool, needs=need_of(data), room_mb=SHARE * available_memory_mb())
