"""Several jobs in order, what is kept of them on the disk, and quick calls beside them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from ciclo_work import Note, Request
from watching import answer, job, kind, staging_of

from app.errors import CicloError
from app.jobs.contract import Ended, Event, JobState, Published, Started
from app.jobs.launcher import NurseryLauncher
from app.jobs.ledger import Entry, dismiss, interrupted
from app.jobs.queue import JobQueue, QuickCalls
from app.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project.create(tmp_path / "project")
    yield made
    made.close()


class Inbox:
    """Events of every job; waits for them."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._change = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._change:
            self.events.append(event)
            self._change.notify_all()

    def wait(self, wanted: Callable[[Event], bool], *, limit_s: float = 20) -> Event:
        with self._change:
            assert self._change.wait_for(lambda: any(map(wanted, self.events)), limit_s)
            return next(e for e in self.events if wanted(e))

    def ended(self, id: str) -> Ended:
        found = self.wait(lambda e: isinstance(e, Ended) and e.job == id)
        assert isinstance(found, Ended)
        return found


@pytest.fixture
def events() -> Inbox:
    return Inbox()


@pytest.fixture
def queue(nursery: NurseryLauncher, events: Inbox) -> Iterator[JobQueue]:
    made = JobQueue(launcher=nursery, on_event=events, slots=1)
    yield made
    made.close(finish=False)
    assert not [t for t in threading.enumerate() if t.name.startswith("job ")]


def _states(project: Project) -> dict[str, str]:
    files = sorted((project.local / "jobs").glob("*.json"))
    return {f.stem: str(msgspec.json.decode(f.read_bytes())["state"]) for f in files}


def test_that_jobs_run_in_the_order_in_which_they_came(queue: JobQueue, events: Inbox, project: Project) -> None:
    ids = [queue.submit(job("sleep", Request(seconds=0.1)), project) for _k in range(3)]
    assert list(queue.states()) == ids
    for id in ids:
        assert events.ended(id).state is JobState.DONE
    assert [e.job for e in events.events if isinstance(e, Started)] == ids
    assert [e.job for e in events.events if isinstance(e, Ended)] == ids
    assert queue.states() == {}


def test_that_a_job_that_waits_can_be_the_next(queue: JobQueue, events: Inbox, project: Project) -> None:
    ids = [queue.submit(job("sleep", Request(seconds=seconds)), project) for seconds in (60, 0.1, 0.1, 0.1)]
    events.wait(lambda e: isinstance(e, Published))
    queue.promote(ids[3])
    queue.promote(ids[0])  # runs already: nothing to do
    queue.promote("unknown")
    assert list(queue.states()) == [ids[0], ids[3], ids[1], ids[2]]
    queue.cancel(ids[0])
    for id in ids:
        events.ended(id)
    assert [e.job for e in events.events if isinstance(e, Started)] == [ids[0], ids[3], ids[1], ids[2]]


def test_that_two_slots_run_two_jobs_at_once(nursery: NurseryLauncher, events: Inbox) -> None:
    queue = JobQueue(launcher=nursery, on_event=events, slots=2)
    try:
        ids = [queue.submit(job("sleep", Request(seconds=60)), None) for _k in range(3)]
        for id in ids[:2]:
            events.wait(lambda e, id=id: isinstance(e, Published) and e.job == id)
        assert list(queue.states().values()) == [JobState.RUNNING, JobState.RUNNING, JobState.QUEUED]
        queue.cancel(ids[0])
        events.wait(lambda e: isinstance(e, Published) and e.job == ids[2])
    finally:
        queue.close(finish=False)
    assert [events.ended(id).state for id in ids] == [JobState.CANCELLED, JobState.LOST, JobState.LOST]


def test_that_a_queued_job_that_is_cancelled_never_starts(queue: JobQueue, events: Inbox, project: Project) -> None:
    first, second = (queue.submit(job("sleep", Request(seconds=60)), project) for _k in range(2))
    events.wait(lambda e: isinstance(e, Published))
    queue.cancel(second)
    assert events.ended(second).state is JobState.CANCELLED
    assert second not in {e.job for e in events.events if isinstance(e, Started)}
    queue.cancel(first)
    assert events.ended(first).state is JobState.CANCELLED
    assert _states(project) == {first: "cancelled", second: "cancelled"}
    assert interrupted(project) == []
    assert staging_of(project) == []


def test_that_the_file_of_a_job_names_its_kind_and_never_our_code(
    queue: JobQueue, events: Inbox, project: Project
) -> None:
    id = queue.submit(job("store", Request(text="hello")), project)
    assert events.ended(id).records.keys() == {"note"}
    text = (project.local / "jobs" / f"{id}.json").read_text()
    assert '"test.store"' in text
    assert "ciclo_work" not in text
    assert _states(project) == {id: "done"}


def test_that_closing_cuts_jobs_off_and_offers_them_again(
    nursery: NurseryLauncher, events: Inbox, project: Project
) -> None:
    queue = JobQueue(launcher=nursery, on_event=events, slots=1)
    running, waiting = (queue.submit(job("store_slowly", Request(seconds=60, text="a")), project) for _k in range(2))
    events.wait(lambda e: isinstance(e, Published))
    began = time.monotonic()
    queue.close(finish=False)
    assert time.monotonic() - began < 1
    assert {events.ended(id).state for id in (running, waiting)} == {JobState.LOST}
    with pytest.raises(CicloError, match=r"jobs\.closed"):
        queue.submit(job("sleep"), project)
    offered = interrupted(project)
    assert {o.id for o in offered} == {running, waiting}
    assert {o.failure.code for o in offered if o.failure} == {"jobs.interrupted"}
    again = offered[0].again(kind("store"), project=project.folder)
    assert msgspec.json.decode(again.request, type=Request) == Request(seconds=60, text="a")
    for stored in offered:
        dismiss(project, stored.id)
    assert interrupted(project) == []


def test_that_closing_can_wait_for_the_work(nursery: NurseryLauncher, events: Inbox, project: Project) -> None:
    queue = JobQueue(launcher=nursery, on_event=events, slots=1)
    ids = [queue.submit(job("store", Request(text=str(k))), project) for k in range(2)]
    queue.close(finish=True)
    assert [events.ended(id).state for id in ids] == [JobState.DONE] * 2
    assert len(project.records("note")) == 4


def test_that_only_jobs_that_nobody_looks_after_count_as_cut_off(project: Project) -> None:
    entry = Entry(project, job("sleep"))
    entry.write(JobState.RUNNING)
    assert interrupted(project) == []
    entry.close()
    assert [o.state for o in interrupted(project)] == [JobState.LOST]


def test_that_a_damaged_job_file_is_no_job(project: Project) -> None:
    folder = project.local / "jobs"
    folder.mkdir(parents=True)
    (folder / "0123.json").write_text("{")
    assert interrupted(project) == []


def test_that_a_project_that_takes_no_job_file_fails_the_job(queue: JobQueue, events: Inbox, project: Project) -> None:
    (project.local / "jobs").write_text("in the way")
    ended = events.ended(queue.submit(job("sleep"), project))
    assert ended.failure is not None
    assert ended.failure.code.startswith("project.")
    assert queue.states() == {}


class Answers:
    """Answers to quick calls."""

    def __init__(self) -> None:
        self.came: dict[int, tuple[str, Ended]] = {}

    def __call__(self, topic: str, id: int, ended: Ended) -> None:
        assert id not in self.came
        self.came[id] = (topic, ended)


def test_that_a_newer_question_cancels_the_older_one_on_its_topic(nursery: NurseryLauncher) -> None:
    answers = Answers()
    calls = QuickCalls(launcher=nursery, on_ended=answers)
    slow = calls.ask("preview", kind("sleep"), Request(seconds=60))
    other = calls.ask("plan", kind("sleep"), Request(seconds=0.5))
    quick = calls.ask("preview", kind("sleep"), Request())
    deadline = time.monotonic() + 10
    while len(answers.came) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    calls.close()
    assert {id: (topic, e.state) for id, (topic, e) in answers.came.items()} == {
        slow: ("preview", JobState.CANCELLED),
        other: ("plan", JobState.DONE),
        quick: ("preview", JobState.DONE),
    }
    assert answer(answers.came[quick][1]) == Note(text="slept")


def test_that_closing_ends_open_questions(nursery: NurseryLauncher) -> None:
    answers = Answers()
    calls = QuickCalls(launcher=nursery, on_ended=answers)
    asked = [calls.ask(str(k), kind("sleep"), Request(seconds=60)) for k in range(3)]
    calls.close()
    assert {id: e.state for id, (_topic, e) in answers.came.items()} == dict.fromkeys(asked, JobState.CANCELLED)
