"""Whether a training fits into memory, and how many fits do at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from app.errors import CicloError
from app.jobs.forks import Answer, fork_pool
from app.jobs.system import available_memory_mb, forget_peak_memory, peak_memory_mb
from app.learning.estimators.catalogue import builtin
from app.learning.estimators.cost import Size
from app.learning.estimators.kind import Traits
from app.learning.records import Forecast, Preset, Task
from app.learning.room import check_room, forecast
from app.learning.search.rationed import Rationed, need_of
from app.learning.search.records import FoldOrder, RefitOrder
from app.learning.search.work import Worker
from tests.unit.learning.made_data import mixed

SIZE = Size(rows=200_000, scored=0, width=25, words=5, levels=120, classes=2)


def foretold(size: Size, *, processors: int = 2, available_mb: float = 24_000.0, preset: str = "quick") -> Forecast:
    return forecast(
        Task.BINARY,
        Preset(preset),
        size,
        seconds=1.0,
        processors=processors,
        traits=Traits(),
        available_mb=available_mb,
    )


def test_that_more_rows_and_more_processors_need_more_memory() -> None:
    least = foretold(SIZE, processors=1)
    assert least.memory_mb == least.needed_mb
    assert foretold(SIZE, processors=2).memory_mb > least.memory_mb
    assert foretold(replace(SIZE, rows=2_000_000), processors=1).needed_mb > 2 * least.needed_mb
    assert foretold(SIZE, preset="thorough").size_mb > least.size_mb


def test_that_what_has_no_room_at_the_same_time_is_accepted_with_fewer_at_a_time() -> None:
    least = foretold(SIZE, processors=1)
    tight = foretold(SIZE, processors=8, available_mb=least.needed_mb * 1.3)
    assert tight.fits
    assert tight.memory_mb <= tight.available_mb
    check_room(tight)


def test_that_what_has_no_room_at_all_is_refused_with_both_figures() -> None:
    with pytest.raises(CicloError, match="no_room") as caught:
        check_room(foretold(replace(SIZE, rows=50_000_000)))
    assert caught.value.params["needed"] > caught.value.params["available"]  # type: ignore[operator]


def test_that_fits_elsewhere_need_no_room_here() -> None:
    assert foretold(SIZE, processors=0).needed_mb < foretold(SIZE, processors=1).needed_mb


class Counted:
    """A pool that carries out one order at each collection, and remembers how many it had at once."""

    processors = 3

    def __init__(self) -> None:
        self.given: list[bytes] = []
        self.most = 0
        self._waiting: list[tuple[int, bytes]] = []

    def submit(self, order: bytes) -> int:
        self.given.append(order)
        self._waiting.append((len(self.given), order))
        self.most = max(self.most, len(self._waiting))
        return len(self.given)

    def collect(self, wait_s: float) -> list[tuple[int, Answer]]:
        return [self._waiting.pop()] if self._waiting else []

    def close(self) -> None:
        self._waiting.clear()


def carried_out(pool: Counted, orders: Sequence[int], room_mb: float) -> dict[int, Answer]:
    rationed = Rationed(pool, needs=lambda order: float(order.decode()), room_mb=room_mb)
    numbers = [rationed.submit(str(order).encode()) for order in orders]
    answers: dict[int, Answer] = {}
    while len(answers) < len(numbers):
        answers.update(rationed.collect(0.0))
    return {orders[numbers.index(number)]: answer for number, answer in answers.items()}


def test_that_only_as_many_fits_begin_as_have_room_and_all_of_them_come_back() -> None:
    pool = Counted()
    orders = [60, 50, 40, 30, 20, 10]
    assert carried_out(pool, orders, 100.0) == {order: str(order).encode() for order in orders}
    assert [int(order) for order in pool.given] == orders
    assert 1 < pool.most < len(orders)
    roomy = Counted()
    carried_out(roomy, orders, 1_000.0)
    assert roomy.most == len(orders)


def test_that_a_fit_that_is_larger_than_the_room_runs_alone() -> None:
    pool = Counted()
    carried_out(pool, [900, 901], 100.0)
    assert pool.most == 1


def test_that_memory_is_left_on_this_machine() -> None:
    assert 10 < available_memory_mb() < 1e8


_MEASURED = {"logistic", "ridge", "boosting", "extra_trees"}


@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
def test_that_no_fit_takes_much_more_memory_than_was_foretold(task: Task) -> None:
    data = mixed(task, rows=6_000)
    worker, needs = Worker(data), need_of(data)
    for kind in (kind for kind in builtin() if task in kind.tasks and kind.id in _MEASURED):
        params = dict(kind.tried(Preset.QUICK, data.traits)[0])
        order = msgspec.msgpack.encode(RefitOrder(estimator=kind.id, params=params))

        def measured(order: bytes) -> bytes:
            forget_peak_memory()
            before = peak_memory_mb()
            worker(order)
            return msgspec.msgpack.encode(peak_memory_mb() - before)

        with threadpool_limits(1):  # as a training does: a fork can't use threads that its parent started
            pool = fork_pool(measured, processors=1)
            pool.submit(order)
            came: list[tuple[int, Answer]] = []
            while not came:
                came = pool.collect(1.0)
            pool.close()
        assert isinstance(came[0][1], bytes), f"{kind.id}: {came[0][1]}"
        taken = msgspec.msgpack.decode(came[0][1], type=float)
        assert taken < 1.25 * needs(order) + 10, f"{kind.id} took {taken:.0f} MB, foretold {needs(order):.0f}"


def test_that_a_sample_needs_less_than_every_row() -> None:
    needs = need_of(mixed(Task.BINARY, rows=5_000))
    few, all_rows = (
        msgspec.msgpack.encode(FoldOrder(estimator="forest", params={}, fold=0, rows=rows)) for rows in (500, 0)
    )
    assert needs(few) < needs(all_rows)
    assert np.isfinite(needs(all_rows))
