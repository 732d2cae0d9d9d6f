"""One job, from its process to the commit: what goes well, and every way to go wrong."""

from __future__ import annotations

import logging
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ciclo_work import Note, Request
from watching import Watcher, answer, job, kind, run, seconds_until_gone, staging_of

from app.jobs.contract import JobState, Progressed, Started
from app.jobs.launcher import PRELOAD, Launcher, NurseryLauncher, SpawnLauncher, default_launcher
from app.jobs.runner import default_processors, run_quick
from app.project import Project, check
from app.text import Words


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project.create(tmp_path / "project")
    yield made
    made.close()


def test_that_an_answer_comes_back(launcher: Launcher) -> None:
    watcher = Watcher()
    ended = watcher.run(launcher, job("sleep"))
    assert (ended.state, answer(ended).text, ended.failure) == (JobState.DONE, "slept", None)
    assert isinstance(watcher.events[0], Started)
    assert ended.elapsed_s > 0
    assert ended.peak_memory_mb > 0


@pytest.mark.parametrize("name", ["nursery", "spawn"])
def test_that_a_job_is_nice_single_threaded_and_keeps_to_its_folder(name: str, request: pytest.FixtureRequest) -> None:
    ended = run(request.getfixturevalue(name), "surroundings")
    expected = [10, default_processors(), "1", True, 1, True]
    assert answer(ended).text == repr(expected)


def test_that_what_a_job_drafts_is_committed_and_its_folder_is_gone(launcher: Launcher, project: Project) -> None:
    steps = project.checkpoint("steps")
    steps.mkdir(parents=True)
    ended = run(launcher, "store", Request(text="hello"), project)
    assert ended.state is JobState.DONE
    assert not steps.exists()
    records = project.records("note")
    assert ended.records == {"note": tuple(r.id for r in records)}
    assert [project.object_bytes(r.objects["text"].sha256) for r in records] == [b"hello1", b"hello2"]
    assert check(project).damaged == ()
    assert staging_of(project) == []


@pytest.mark.parametrize(
    ("name", "request_", "state", "code", "params"),
    [
        ("refuse", Request(), JobState.FAILED, "data.nonsense", {"column": "a", "share": "nan"}),
        ("fail", Request(), JobState.FAILED, "jobs.error", {}),
        ("no_such_function", Request(), JobState.FAILED, "jobs.error", {}),
        ("exhaust", Request(), JobState.FAILED, "jobs.out_of_memory", {}),
        ("kill_itself", Request(number=signal.SIGSEGV), JobState.FAILED, "jobs.crashed", {"signal": "SIGSEGV"}),
        ("kill_itself", Request(number=signal.SIGKILL), JobState.FAILED, "jobs.crashed", {"signal": "SIGKILL"}),
        ("leave", Request(number=3), JobState.LOST, "jobs.lost", {}),
        ("leave", Request(number=0), JobState.LOST, "jobs.lost", {}),
        ("babble", Request(), JobState.LOST, "jobs.lost", {}),
        ("fall_silent", Request(), JobState.LOST, "jobs.lost", {}),
    ],
)
def test_that_each_way_to_die_has_its_name(
    launcher: Launcher,
    project: Project,
    name: str,
    request_: Request,
    state: JobState,
    code: str,
    params: dict[str, str],
) -> None:
    ended = run(launcher, name, request_, project)
    assert ended.failure is not None
    assert (ended.state, ended.failure.code, ended.failure.params) == (state, code, params)
    assert project.records() == []
    assert staging_of(project) == []


def test_that_details_show_where_a_job_failed_and_where_it_crashed(nursery: NurseryLauncher) -> None:
    failed, crashed = run(nursery, "fail"), run(nursery, "kill_itself", Request(number=signal.SIGSEGV))
    assert failed.failure is not None
    assert "ValueError: no such column" in failed.failure.details
    assert crashed.failure is not None
    assert "in kill_itself" in crashed.failure.details


@pytest.mark.parametrize("code", ["error", "out_of_memory", "crashed", "timed_out", "lost", "interrupted"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_that_each_way_to_die_is_a_sentence_with_advice(
    code: str, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    words = Words(language)
    params: dict[str, str | float] = {"signal": "SIGSEGV", "seconds": 2.5}
    with caplog.at_level(logging.ERROR, "ciclo.text"):
        sentences = [words(f"jobs.{code}", **params), words(f"jobs.{code}.hint", **params)]
    assert all(s.endswith(".") and "{" not in s for s in sentences)
    assert caplog.records == []


def test_that_cancelling_frees_the_processors_at_once_children_included(launcher: Launcher) -> None:
    watcher = Watcher()
    moment = [0.0]

    def cancel() -> None:
        while len(watcher.processes) < 3:
            time.sleep(0.01)
        moment[0] = time.monotonic()
        watcher.cancel.set()

    thread = threading.Thread(target=cancel)
    thread.start()
    ended = watcher.run(launcher, job("spin", Request(number=2)))
    thread.join()
    assert ended.state is JobState.CANCELLED
    seconds_until_gone(watcher.processes)
    assert time.monotonic() - moment[0] < 1


def test_that_a_cancelled_job_leaves_nothing(launcher: Launcher, project: Project) -> None:
    watcher = Watcher()
    timer = threading.Timer(0.4, watcher.cancel.set)
    timer.start()
    ended = watcher.run(launcher, job("store_slowly", Request(seconds=60)), project)
    timer.join()
    assert ended.state is JobState.CANCELLED
    assert project.records() == []
    assert staging_of(project) == []


def test_that_a_job_cancelled_before_its_start_is_cancelled(nursery: NurseryLauncher) -> None:
    watcher = Watcher()
    watcher.cancel.set()
    assert watcher.run(nursery, job("sleep")).state is JobState.CANCELLED
    assert len(watcher.events) == 1


def test_that_a_job_over_its_time_is_stopped(launcher: Launcher) -> None:
    ended = Watcher().run(launcher, job("spin", timeout_s=0.5))
    assert ended.failure is not None
    assert (ended.state, ended.failure.code) == (JobState.FAILED, "jobs.timed_out")
    assert ended.elapsed_s < 3


def test_that_ten_megabytes_of_noise_harm_nothing_and_are_kept_in_a_log(launcher: Launcher, project: Project) -> None:
    ended = run(launcher, "shout", project=project)
    assert answer(ended).text == "shouted"
    log = (project.local / "logs" / f"{ended.job}.log").read_bytes()
    assert len(log) > 10_000_000
    assert log.endswith(b"the end\n")


def test_that_progress_says_how_much_time_is_left(nursery: NurseryLauncher) -> None:
    watcher = Watcher()
    watcher.run(nursery, job("count", Request(number=20, seconds=0.06)))
    seen = [e for e in watcher.events if isinstance(e, Progressed)]
    assert (seen[0].progress.done, seen[-1].progress.done) == (0, 20)
    assert seen[0].progress.remaining_s is None
    late = seen[len(seen) * 3 // 4]
    assert late.progress.remaining_s == pytest.approx(1.3 - late.elapsed_s, abs=0.6)


def test_that_many_reports_in_a_moment_become_few_and_the_last_one_stays(nursery: NurseryLauncher) -> None:
    watcher = Watcher()
    watcher.run(nursery, job("count", Request(number=5000)))
    seen = [e.progress.done for e in watcher.events if isinstance(e, Progressed)]
    assert len(seen) < 100
    assert seen[-1] == 5000


def test_that_a_disk_that_refuses_the_commit_is_the_failure(nursery: NurseryLauncher, project: Project) -> None:
    (project.folder / "records").rmdir()
    (project.folder / "records").write_text("in the way")
    ended = run(nursery, "store", project=project)
    assert ended.failure is not None
    assert (ended.state, ended.failure.code) == (JobState.FAILED, "project.unreadable")
    assert staging_of(project) == []


def test_that_a_project_that_takes_no_staging_is_the_failure(nursery: NurseryLauncher, project: Project) -> None:
    for path in sorted(project.local.rglob("*"), reverse=True):
        path.rmdir()
    project.local.rmdir()
    project.local.write_text("in the way")
    ended = run(nursery, "sleep", project=project)
    assert ended.failure is not None
    assert ended.failure.code.startswith("project.")


def test_that_a_nursery_that_died_is_replaced_at_the_next_job(work_path: None) -> None:
    launcher = NurseryLauncher(preload=())
    try:
        assert run(launcher, "sleep").state is JobState.DONE
        first = launcher.process_id
        assert first is not None
        os.kill(first, signal.SIGKILL)
        seconds_until_gone([first])
        assert run(launcher, "sleep").state is JobState.DONE
        assert launcher.process_id != first
    finally:
        launcher.close()


def test_that_a_job_whose_nursery_dies_is_lost_and_gone(work_path: None) -> None:
    launcher = NurseryLauncher(preload=())
    watcher = Watcher()

    def strike() -> None:
        while not watcher.processes:
            time.sleep(0.01)
        os.kill(launcher.process_id or 0, signal.SIGKILL)

    thread = threading.Thread(target=strike)
    thread.start()
    try:
        ended = watcher.run(launcher, job("sleep", Request(seconds=60)))
        thread.join()
        assert ended.failure is not None
        assert (ended.state, ended.failure.code) == (JobState.LOST, "jobs.lost")
        seconds_until_gone(watcher.processes)
    finally:
        launcher.close()


def test_that_a_job_cancelled_while_the_nursery_still_imports_ends_at_once_and_never_works(work_path: None) -> None:
    launcher = NurseryLauncher(preload=("slow_import",))
    watcher = Watcher()
    try:
        timer = threading.Timer(0.1, watcher.cancel.set)
        timer.start()
        ended = watcher.run(launcher, job("sleep", Request(seconds=60)))
        timer.join()
        assert ended.state is JobState.CANCELLED
        assert ended.elapsed_s < 1
        assert not launcher.ready()
        assert run(launcher, "sleep").state is JobState.DONE
        assert watcher.processes == []
    finally:
        launcher.close()


def test_that_the_full_nursery_has_one_thread_and_so_have_its_jobs(work_path: None) -> None:
    launcher = NurseryLauncher(preload=PRELOAD)
    try:
        ended = run(launcher, "surroundings")
        assert answer(ended).text == repr([10, default_processors(), "1", True, 1, True])
        assert launcher.ready()
        assert len(list(Path(f"/proc/{launcher.process_id}/task").iterdir())) == 1
    finally:
        launcher.close()


def test_that_quick_calls_answer_without_a_project(launcher: Launcher) -> None:
    ended = run_quick(launcher=launcher, kind=kind("sleep"), request=Request(), cancel=threading.Event())
    assert answer(ended) == Note(text="slept")


def test_that_a_warm_launcher_forks_on_linux_and_a_cold_one_spawns() -> None:
    assert isinstance(default_launcher(warm=True), NurseryLauncher)
    assert isinstance(default_launcher(warm=False), SpawnLauncher)


def test_that_the_second_job_takes_the_warm_spare(elsewhere: SpawnLauncher) -> None:
    spare = elsewhere._spare
    assert spare is not None
    assert answer(run(elsewhere, "surroundings")).number == spare.pid
    assert elsewhere._spare is not spare


LEAKY_POPEN = pytest.mark.skipif(sys.version_info < (3, 11, 4), reason="subprocess itself leaks (gh-87474)")


@pytest.mark.parametrize("name", ["nursery", pytest.param("spawn", marks=LEAKY_POPEN)])
def test_that_a_process_that_cannot_start_is_said_and_leaves_no_descriptor(
    name: str, request: pytest.FixtureRequest
) -> None:
    launcher: Launcher = request.getfixturevalue(name)
    run(launcher, "sleep")
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        for spare in range(1, 12):
            resource.setrlimit(resource.RLIMIT_NOFILE, (open_before + spare, limits[1]))
            ended = run(launcher, "sleep")
            assert ended.failure is None or ended.failure.code in ("jobs.cannot_start", "project.write_failed")
            assert len(list(Path("/proc/self/fd").iterdir())) == open_before
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert run(launcher, "sleep").state is JobState.DONE
