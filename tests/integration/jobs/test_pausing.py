"""A job that is halted with its children, goes on, or is ended while it stands still."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import psutil
import pytest
from ciclo_work import Request
from watching import Watcher, answer, job, seconds_until_gone

from app.jobs.asking import Wishes
from app.jobs.contract import Ended, Halted, JobState, Used
from app.jobs.launcher import Launcher
from app.jobs.runner import Job, run_job

_LOOK_S = 0.5


@pytest.fixture(params=["nursery", "spawn"])
def each_launcher(request: pytest.FixtureRequest) -> Launcher:
    launcher: Launcher = request.getfixturevalue(request.param)
    return launcher


class Paused(Watcher):
    """A job in a thread, and what is asked of it."""

    def __init__(self, launcher: Launcher, job: Job) -> None:
        super().__init__()
        self.wishes = Wishes()
        self.ended: list[Ended] = []
        self._launcher, self._job = launcher, job
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        given = {"launcher": self._launcher, "job": self._job, "project": None, "on_event": self}
        self.ended.append(run_job(**given, cancel=self.cancel, wishes=self.wishes))  # type: ignore[arg-type]

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def halt(self, processes: int) -> None:
        self.until(lambda: len(self.processes) == processes)
        self.wishes.halt.set()
        self.until(lambda: Halted(job=self._job.id, halted=True) in self.events)
        self.until(lambda: all(psutil.Process(p).status() == psutil.STATUS_STOPPED for p in self.processes))

    def used(self) -> list[Used]:
        return [event for event in self.events if isinstance(event, Used)]

    def end(self) -> Ended:
        self._thread.join(30)
        return self.ended[0]


def _cpu_s(processes: list[int]) -> float:
    return sum(sum(psutil.Process(process).cpu_times()[:2]) for process in processes)


def test_that_a_paused_job_and_its_children_use_no_processor_and_stop_ends_them(each_launcher: Launcher) -> None:
    paused = Paused(each_launcher, job("spin", Request(number=2)))
    paused.halt(3)
    before = _cpu_s(paused.processes)
    time.sleep(_LOOK_S)
    assert _cpu_s(paused.processes) == before
    paused.cancel.set()
    assert paused.end().state is JobState.CANCELLED
    assert seconds_until_gone(paused.processes) < 1


def test_that_a_paused_job_goes_on_and_its_time_limit_has_waited(each_launcher: Launcher) -> None:
    paused = Paused(each_launcher, job("count_clock", Request(seconds=0.6), timeout_s=20))
    paused.halt(1)
    time.sleep(1.5)
    paused.wishes.halt.clear()
    ended = paused.end()
    assert ended.state is JobState.DONE
    assert answer(ended).number >= 30, "the clock of the job ran on while it was paused"
    assert [event.halted for event in paused.events if isinstance(event, Halted)] == [True, False]


def test_that_who_is_asked_to_finish_while_paused_goes_on_and_knows_it(launcher: Launcher) -> None:
    paused = Paused(launcher, job("wait_for_wish"))
    paused.halt(1)
    paused.wishes.finish.set()
    assert answer(paused.end()).text == "content"


def test_that_a_job_says_what_it_takes_with_its_children_and_that_a_paused_one_takes_no_processor(
    each_launcher: Launcher,
) -> None:
    watched = Paused(each_launcher, job("spin", Request(number=1)))
    watched.until(lambda: any(used.processors > 0.2 for used in watched.used()))
    assert all(used.memory_mb > 5 for used in watched.used())
    watched.halt(2)
    seen = len(watched.used())
    watched.until(lambda: len(watched.used()) > seen + 1)
    assert watched.used()[-1].processors == 0
    watched.cancel.set()
    assert watched.end().state is JobState.CANCELLED
