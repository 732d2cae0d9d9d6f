"""What the tests of jobs share."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import msgspec
import psutil
from ciclo_work import Note, Request

from app.jobs.contract import Ended, Event, JobKind, Published
from app.jobs.launcher import Launcher
from app.jobs.runner import Job, new_job, run_job
from app.project import Project
from app.text import Text


def kind(name: str) -> JobKind:
    return JobKind(f"test.{name}", f"ciclo_work:{name}")


def job(name: str, request: Request | None = None, *, timeout_s: float | None = None) -> Job:
    return new_job(kind(name), request or Request(), title=Text("jobs.lost"), timeout_s=timeout_s)


class Watcher:
    """Collects the events of one job."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.cancel = threading.Event()
        self.processes: list[int] = []

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, Published) and event.topic == "process":
            self.processes.append(msgspec.json.decode(event.value, type=Note).number)

    def run(self, launcher: Launcher, job: Job, project: Project | None = None) -> Ended:
        ended = run_job(launcher=launcher, job=job, project=project, on_event=self, cancel=self.cancel)
        assert [e for e in self.events if isinstance(e, Ended)] == [ended] == self.events[-1:]
        return ended


def run(launcher: Launcher, name: str, request: Request | None = None, project: Project | None = None) -> Ended:
    return Watcher().run(launcher, job(name, request), project)


def answer(ended: Ended) -> Note:
    return msgspec.json.decode(ended.answer, type=Note)


def lives(process: int) -> bool:
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def seconds_until_gone(processes: list[int], *, limit_s: float = 5.0) -> float:
    """Seconds until none of the processes lives."""
    began = time.monotonic()
    while any(lives(process) for process in processes):
        assert time.monotonic() - began < limit_s, "a process was left behind"
        time.sleep(0.005)
    return time.monotonic() - began


def staging_of(project: Project) -> list[Path]:
    return sorted((project.local / "staging").glob("*"))
