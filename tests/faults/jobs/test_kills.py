"""Jobs, their nursery and their owner killed at random moments: the cause is named, and nothing is left."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ciclo_work import Request
from watching import Watcher, job, seconds_until_gone, staging_of

from app.jobs.contract import Ended, JobState
from app.jobs.launcher import Launcher, NurseryLauncher, SpawnLauncher
from app.project import Project, check

ROOT = Path(__file__).resolve().parents[3]
ROUNDS = int(os.environ.get("CICLO_FAULT_ROUNDS", "50"))
SIGNALS = ("SIGKILL", "SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGTERM")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project.create(tmp_path / "project")
    yield made
    made.close()


class Blow:
    """Strikes a job a random moment after it said which process it is."""

    def __init__(self, watcher: Watcher, cause: str, after_s: float) -> None:
        self._watcher, self._cause, self._after_s = watcher, cause, after_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._strike)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _strike(self) -> None:
        while not self._watcher.processes and not self._over.wait(0.002):
            pass
        if self._over.wait(self._after_s):
            return
        if self._cause == "cancel":
            self._watcher.cancel.set()
        elif self._cause in SIGNALS:
            os.kill(self._watcher.processes[0], signal.Signals[self._cause])


def _expected(cause: str) -> tuple[JobState, str]:
    named: dict[str, tuple[JobState, str]] = {
        "cancel": (JobState.CANCELLED, ""),
        "SIGTERM": (JobState.CANCELLED, ""),
        "exit": (JobState.LOST, "jobs.lost"),
        "silence": (JobState.LOST, "jobs.lost"),
        "garbage": (JobState.LOST, "jobs.lost"),
        "memory": (JobState.FAILED, "jobs.out_of_memory"),
        "time": (JobState.FAILED, "jobs.timed_out"),
        "none": (JobState.DONE, ""),
    }
    return named.get(cause, (JobState.FAILED, "jobs.crashed"))


_FUNCTIONS = {"exit": "leave", "silence": "fall_silent", "garbage": "babble", "memory": "exhaust"}


def _strike_one(launcher: Launcher, project: Project, cause: str, after_s: float) -> tuple[Watcher, Ended]:
    watcher = Watcher()
    seconds = 0.05 if cause == "none" else 60
    name = _FUNCTIONS.get(cause, "store_slowly")
    work = job(name, Request(seconds=seconds, text=cause), timeout_s=after_s + 0.1 if cause == "time" else None)
    with Blow(watcher, cause, after_s):
        return watcher, watcher.run(launcher, work, project)


@pytest.mark.parametrize("kind", ["nursery", "spawn"])
def test_that_after_random_kills_the_cause_is_named_and_nothing_is_left(
    kind: str, nursery: NurseryLauncher, project: Project
) -> None:
    launcher: Launcher = nursery if kind == "nursery" else SpawnLauncher()
    causes = [*SIGNALS, "cancel", "exit", "garbage", "memory", "time", "none"]
    chance = random.Random(2026)
    processes: list[int] = []
    done = 0
    for turn in range(ROUNDS if kind == "nursery" else ROUNDS // 4):
        cause = causes[turn] if turn < len(causes) else chance.choice(causes)
        watcher, ended = _strike_one(launcher, project, cause, chance.uniform(0, 0.15))
        state, code = _expected(cause)
        assert (ended.state, ended.failure.code if ended.failure else "") == (state, code), cause
        if code == "jobs.crashed":
            assert ended.failure is not None
            assert ended.failure.params == {"signal": cause}
        processes += watcher.processes
        done += state is JobState.DONE
    seconds_until_gone(processes)
    assert staging_of(project) == []
    assert len(project.records("note")) == 2 * done
    assert check(project).damaged == ()
    launcher.close()


@pytest.mark.parametrize("kind", ["nursery", "spawn", "elsewhere"])
def test_that_nothing_outlives_a_killed_owner(kind: str, tmp_path: Path) -> None:
    path = [ROOT, ROOT / "tests" / "integration" / "jobs"]
    if kind == "elsewhere":  # a warm spare, and a thread that watches the pipe
        path.append(path[-1] / "elsewhere")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path)), "TMPDIR": str(tmp_path)}
    command = [sys.executable, str(Path(__file__).with_name("owner.py")), kind.replace("elsewhere", "warm")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as owner:
        assert owner.stdout is not None
        processes = [int(owner.stdout.readline()) for _k in range(4)]
        owner.kill()
    seconds_until_gone([p for p in processes if p])


def test_that_a_job_that_the_kernel_kills_for_memory_is_told_so(
    nursery: NurseryLauncher, project: Project, small_memory: str
) -> None:
    watcher = Watcher()
    ended = watcher.run(nursery, job("exceed", Request(number=400, text=small_memory)), project)
    assert ended.failure is not None
    assert (ended.state, ended.failure.code) == (JobState.FAILED, "jobs.out_of_memory")
    assert staging_of(project) == []


def test_that_a_fit_that_the_kernel_kills_for_memory_costs_only_that_fit(
    nursery: NurseryLauncher, small_memory: str
) -> None:
    ended = Watcher().run(nursery, job("exceed_in_fit", Request(number=400, text=small_memory)))
    assert bytes(ended.answer) == b'["jobs.fit_out_of_memory","good"]'


@pytest.fixture
def small_memory() -> Iterator[str]:
    """A control group of 60 MB, where this machine lets us make one."""
    folder = Path(f"/sys/fs/cgroup/memory/ciclo-test-{os.getpid()}")
    try:
        folder.mkdir()
        (folder / "memory.limit_in_bytes").write_text("60000000")
    except OSError:
        pytest.skip("no memory control group can be made here")
    yield str(folder)
    _patiently(folder.rmdir)


def _patiently(action: Callable[[], None]) -> None:
    for _attempt in range(50):
        try:
            action()
        except OSError:
            threading.Event().wait(0.05)
        else:
            return


def test_that_a_killed_owner_s_staging_is_swept_at_the_next_opening(project: Project) -> None:
    script = (
        "import os, sys; from pathlib import Path; from app.jobs.workspace import workspace;"
        "from app.project import Project\n"
        "with workspace(Project.open(Path(sys.argv[1])), job='a') as place:\n"
        "    (place.staging / 'half').write_text('x'); os.kill(os.getpid(), 9)"
    )
    command = [sys.executable, "-c", script, str(project.folder)]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert len(staging_of(project)) == 2
    project.sweep_staging()
    assert staging_of(project) == []
