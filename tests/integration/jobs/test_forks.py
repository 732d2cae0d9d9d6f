"""One killable process for each fit."""

from __future__ import annotations

import faulthandler
import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import pytest

from app.errors import CicloError
from app.jobs import forks
from app.jobs.forks import FitFailure, ForkPool, fork_pool
from app.jobs.system import forget_peak_memory, peak_memory_mb
from tests.integration.jobs.tasks import carry_out


def _run(
    *tasks: Callable[[], bytes], processors: int = 2, timeout_s: float | None = None
) -> dict[int, bytes | FitFailure]:
    return carry_out(tasks, processors=processors, timeout_s=timeout_s)


def _die(number: int) -> bytes:
    faulthandler.disable()  # pytest's own: its dump in the log would read as a crash of the tests
    os.kill(os.getpid(), number)
    return b""


def _leave() -> bytes:
    os._exit(3)


def _refuse() -> bytes:
    raise CicloError("learning.nonsense", column="a")


def _fail() -> bytes:
    raise ValueError("no such column")


def _exhaust() -> bytes:
    raise MemoryError


def _sleep(seconds: float) -> bytes:
    time.sleep(seconds)
    return b"slept"


def test_that_results_come_back_with_their_positions_while_arrays_are_shared() -> None:
    table = np.arange(300_000.0)
    tasks = [lambda k=k: (table * k).tobytes() for k in range(4)]
    results = _run(*tasks)
    assert sorted(results) == [0, 1, 2, 3]
    for k in range(4):
        data = results[k]
        assert isinstance(data, bytes)
        assert np.array_equal(np.frombuffer(data), table * k)


def test_that_an_empty_result_is_a_result() -> None:
    assert _run(bytes) == {0: b""}


@pytest.mark.parametrize(
    ("task", "code", "params"),
    [
        (_refuse, "learning.nonsense", {"column": "a"}),
        (_fail, "jobs.fit_error", {"cause": "no such column"}),
        (_exhaust, "jobs.fit_out_of_memory", {}),
        (partial(_die, signal.SIGSEGV), "jobs.fit_crashed", {"signal": "SIGSEGV"}),
        (partial(_die, signal.SIGKILL), "jobs.fit_crashed", {"signal": "SIGKILL"}),
        (_leave, "jobs.fit_crashed", {"signal": "exit 3"}),
    ],
)
def test_that_a_bad_task_costs_only_itself(task: Callable[[], bytes], code: str, params: dict[str, str]) -> None:
    results = _run(bytes, task, lambda: b"good", processors=1)
    failed = results[1]
    assert isinstance(failed, FitFailure)
    assert (failed.failure.code, failed.failure.params) == (code, params)
    assert (results[0], results[2]) == (b"", b"good")


def test_that_a_task_over_its_time_is_stopped_and_the_others_go_on() -> None:
    began = time.monotonic()
    results = _run(partial(_sleep, 60), lambda: b"good", timeout_s=0.3)
    failed = results[0]
    assert isinstance(failed, FitFailure)
    assert failed.failure.code == "jobs.fit_timed_out"
    assert results[1] == b"good"
    assert time.monotonic() - began < 5


def _children() -> set[int]:
    """Child processes of this one, dead ones that nobody waited for included; other tests may have left some."""
    return {child.pid for child in psutil.Process().children(recursive=True)}


def test_that_closing_a_pool_kills_what_runs_and_leaves_no_process() -> None:
    before = _children()
    pool = fork_pool(lambda order: _sleep(float(order)), processors=2)
    first = pool.submit(b"0")
    for _ in range(3):
        pool.submit(b"60")
    answers: list[tuple[int, object]] = []
    while not answers:
        answers = list(pool.collect(1))
    assert answers == [(first, b"slept")]
    pool.close()
    assert _children() <= before


def test_that_orders_may_come_while_others_are_carried_out() -> None:
    pool = fork_pool(lambda order: order * 2, processors=2)
    numbers = {pool.submit(word): word for word in (b"a", b"b")}
    came = dict(pool.collect(5))
    numbers[pool.submit(b"c")] = b"c"
    while len(came) < 3:
        came.update(pool.collect(5))
    pool.close()
    assert came == {number: word * 2 for number, word in numbers.items()}


def test_that_orders_begin_in_the_order_in_which_they_came() -> None:
    began: list[bytes] = []
    pool = fork_pool(lambda order: order + str(time.monotonic_ns()).encode(), processors=1)
    for n in range(5):
        pool.submit(f"{n} ".encode())
    while len(began) < 5:
        began += [answer for _, answer in pool.collect(1) if isinstance(answer, bytes)]
    pool.close()
    assert sorted(began, key=lambda answer: int(answer.split()[1])) == sorted(began)


def test_that_tasks_run_in_turn_where_forking_is_unsafe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forks, "CAN_FORK", False)
    results = _run(_fail, lambda: str(os.getpid()).encode())
    failed = results[0]
    assert isinstance(failed, FitFailure)
    assert failed.failure.code == "jobs.fit_error"
    assert results[1] == str(os.getpid()).encode()


def test_that_one_process_does_many_tasks_and_is_replaced_when_it_died_of_one() -> None:
    def own() -> bytes:
        return str(os.getpid()).encode()

    results = _run(own, own, partial(_die, signal.SIGKILL), own, own, processors=1)
    assert isinstance(results[2], FitFailure)
    assert results[0] == results[1] != results[3] == results[4]
    assert str(os.getpid()).encode() not in results.values()


def test_that_a_large_answer_comes_whole() -> None:
    data = np.arange(400_000.0).tobytes()
    assert _run(lambda: data, lambda: data, processors=2) == {0: data, 1: data}


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux can forget a peak")
def test_that_the_memory_of_an_order_is_not_that_of_the_one_before() -> None:
    def work(size: int) -> bytes:
        forget_peak_memory()
        held = np.ones(size)
        return f"{peak_memory_mb() + 0 * held[0]}".encode()

    large, small = (float(answer) for answer in _run(lambda: work(50_000_000), lambda: work(1), processors=1).values())
    assert large - small > 300


# Orders that nobody wants any more, and waiting for other things as well


def _sleep_or_answer(order: bytes) -> bytes:
    if order == b"sleep":
        time.sleep(60)
    return order


def _alive(pool: ForkPool) -> list[int]:
    return [fork.pid for fork in pool._forks if psutil.pid_exists(fork.pid)]


@pytest.fixture
def one_fork() -> Iterator[ForkPool]:
    pool = ForkPool(_sleep_or_answer, processors=1)
    yield pool
    pool.close()


def test_that_an_order_forgotten_while_it_runs_is_killed_and_the_next_begins(one_fork: ForkPool) -> None:
    unwanted, wanted = one_fork.submit(b"sleep"), one_fork.submit(b"next")
    (before,) = _alive(one_fork)
    one_fork.forget(unwanted)
    assert not psutil.pid_exists(before)
    assert one_fork.collect(30) == [(wanted, b"next")]


def test_that_an_order_forgotten_before_it_began_never_begins(one_fork: ForkPool) -> None:
    first, unwanted, last = (one_fork.submit(order) for order in (b"first", b"sleep", b"last"))
    one_fork.forget(unwanted)
    assert one_fork.collect(30) == [(first, b"first")]
    assert one_fork.collect(30) == [(last, b"last")]


def test_that_forgetting_what_was_answered_changes_nothing(one_fork: ForkPool) -> None:
    number = one_fork.submit(b"done")
    assert one_fork.collect(30) == [(number, b"done")]
    (before,) = _alive(one_fork)
    one_fork.forget(number)
    assert _alive(one_fork) == [before]
    again = one_fork.submit(b"again")
    assert one_fork.collect(30) == [(again, b"again")]


def test_that_a_pool_says_through_its_descriptor_that_an_answer_came(one_fork: ForkPool) -> None:
    assert select.select([one_fork], [], [], 0)[0] == []
    number = one_fork.submit(b"answer")
    assert select.select([one_fork], [], [], 30)[0] == [one_fork]
    assert one_fork.collect(0) == [(number, b"answer")]
    assert select.select([one_fork], [], [], 0)[0] == []
