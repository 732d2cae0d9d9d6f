"""How the end of a process is read, where no test can bring it about everywhere."""

from __future__ import annotations

import pytest

from app.jobs import system
from app.jobs.contract import JobState
from app.jobs.nursery import Exit
from app.jobs.runner import cause_of_death
from app.jobs.system import THREADS, out_of_memory_kills, resident_mb, usable_processors


@pytest.mark.parametrize(
    ("status", "out_of_memory", "state", "code", "signal"),
    [
        (-9, True, JobState.FAILED, "jobs.out_of_memory", ""),
        (-9, False, JobState.FAILED, "jobs.crashed", "SIGKILL"),
        (-11, True, JobState.FAILED, "jobs.crashed", "SIGSEGV"),
        (-40, False, JobState.FAILED, "jobs.crashed", "signal 40"),
        (0xC0000005, False, JobState.FAILED, "jobs.crashed", "0xc0000005"),
        (0, False, JobState.LOST, "jobs.lost", ""),
        (3, False, JobState.LOST, "jobs.lost", ""),
        (None, False, JobState.LOST, "jobs.lost", ""),
    ],
)
def test_that_an_exit_status_is_read_as_a_cause(
    status: int | None, out_of_memory: bool, state: JobState, code: str, signal: str
) -> None:
    found, failure = cause_of_death(Exit(status=status), out_of_memory=out_of_memory, details="the log")
    assert (found, failure.code, failure.params.get("signal", "")) == (state, code, signal)
    assert "the log" in failure.details


def test_that_the_system_says_how_many_processors_and_kills_there_are() -> None:
    assert usable_processors() >= 1
    assert out_of_memory_kills() >= 0


def test_that_memory_is_counted_in_the_units_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "SYSTEM", "linux")
    assert resident_mb(1000) == pytest.approx(1.024)
    monkeypatch.setattr(system, "SYSTEM", "darwin")
    assert resident_mb(1_000_000) == pytest.approx(1.0)


def test_that_numeric_libraries_are_held_to_one_thread() -> None:
    assert {THREADS[name] for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")} == {"1"}
