"""How soon a job works after the click, and how soon the processors are free after Stop. Run with ``make bench``."""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.jobs.launcher import Launcher, NurseryLauncher, SpawnLauncher

WORK = Path(__file__).resolve().parents[1] / "integration" / "jobs"
sys.path.insert(0, str(WORK))
ROUNDS = 20


@pytest.fixture(scope="module", autouse=True)
def work_path() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(WORK))
        yield


def _ready_nursery() -> tuple[NurseryLauncher, float, float]:
    """The full nursery with the seconds that ``start`` took, and those until it was ready."""
    launcher = NurseryLauncher()
    began = time.perf_counter()
    launcher.start()
    returned = time.perf_counter()
    while not launcher.ready():
        time.sleep(0.01)
    return launcher, returned - began, time.perf_counter() - began


def _latencies_ms(launcher: Launcher) -> list[float]:
    """From the call that starts a job to its function's first line; the first job is left out (it imports)."""
    from watching import answer, run

    found = []
    for _turn in range(ROUNDS + 1):
        began = time.monotonic()
        found.append((float(answer(run(launcher, "first_line")).text) - began) * 1000)
    return found[1:]


def _cancel_ms(launcher: Launcher) -> float:
    """From Stop to the end of a job and its two children, all of which compute."""
    from ciclo_work import Request
    from watching import Watcher, job, seconds_until_gone

    watcher = Watcher()
    moment = [0.0]

    def stop() -> None:
        while len(watcher.processes) < 3:
            time.sleep(0.01)
        moment[0] = time.monotonic()
        watcher.cancel.set()

    thread = threading.Thread(target=stop)
    thread.start()
    watcher.run(launcher, job("spin", Request(number=2)))
    thread.join()
    seconds_until_gone(watcher.processes)
    return (time.monotonic() - moment[0]) * 1000


def _say(what: str, values: list[float], limit: str) -> None:
    print(f"\n{what}: median {statistics.median(values):.1f} ms, maximum {max(values):.1f} ms ({limit})")


def test_that_a_job_works_within_a_tenth_of_a_second_of_the_click() -> None:
    launcher, start_s, ready_s = _ready_nursery()
    try:
        print(f"\nnursery: start() returns after {start_s * 1000:.1f} ms, ready after {ready_s:.1f} s")
        forked = _latencies_ms(launcher)
    finally:
        launcher.close()
    _say("launch to first line, nursery", forked, "must be at most 100 ms")
    _say("launch to first line, fresh process", _latencies_ms(SpawnLauncher()), "imports nothing heavy")
    assert statistics.median(forked) <= 100


def test_that_stop_frees_the_processors_within_a_second() -> None:
    launcher, _start_s, _ready_s = _ready_nursery()
    try:
        freed = [_cancel_ms(launcher) for _turn in range(5)]
    finally:
        launcher.close()
    _say("stop to processors free, nursery", freed, "must be under 1,000 ms")
    assert max(freed) < 1000
