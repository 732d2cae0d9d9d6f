"""One small file for each job of a project, so that work that was cut off can be offered again."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec

from app.errors import CicloError
from app.jobs.contract import Failure, JobKind, JobState
from app.jobs.runner import Job
from app.project import Project
from app.project.durable import write_file
from app.project.lock import FileLock
from app.text import Text

_OPEN = {JobState.QUEUED, JobState.RUNNING}
_KEPT = 50


class StoredJob(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a job: the name of its kind and its request, never a path into our code."""

    id: str
    kind: str
    request: msgspec.Raw
    title: Text
    state: JobState
    processors: int = 0
    timeout_s: float | None = None
    failure: Failure | None = None

    def again(self, kind: JobKind, *, project: Path) -> Job:
        """A new job with the same request; ``kind`` is the one of that name."""
        return Job(
            kind=kind,
            request=self.request,
            title=self.title,
            project=project,
            processors=self.processors,
            timeout_s=self.timeout_s,
        )


class Entry:
    """The file of one job that is under way here; its lock tells others that somebody looks after it."""

    def __init__(self, project: Project, job: Job) -> None:
        self._project, self._job = project, job
        project.need()
        self._path = _folder(project) / f"{job.id}.json"
        self._lock = FileLock(self._path.with_suffix(".lock"))
        self._lock.acquire(timeout_s=1)

    def write(self, state: JobState, failure: Failure | None = None) -> None:
        """Store the state durably."""
        job = self._job
        stored = StoredJob(
            id=job.id,
            kind=job.kind.name,
            request=job.request,
            title=job.title,
            state=state,
            processors=job.processors,
            timeout_s=job.timeout_s,
            failure=failure,
        )
        _store(self._project, stored)

    def close(self) -> None:
        """Let go of the job."""
        self._path.with_suffix(".lock").unlink(missing_ok=True)
        self._lock.release()
        _prune(self._project)


def interrupted(project: Project) -> list[StoredJob]:
    """The jobs that were cut off when their program ended, and were neither started again nor dismissed."""
    found = []
    for path, stored in _read_all(project):
        if stored.state in _OPEN and _is_orphan(path):
            stored = msgspec.structs.replace(stored, state=JobState.LOST, failure=Failure(code="jobs.interrupted"))
            with contextlib.suppress(CicloError):  # a read-only project: it is only listed
                _store(project, stored)
        if stored.state is JobState.LOST:
            found.append(stored)
    return found


def dismiss(project: Project, id: str) -> None:
    """Forget a job that is over."""
    (_folder(project) / f"{Path(id).name}.json").unlink(missing_ok=True)


def _folder(project: Project) -> Path:
    return project.local / "jobs"


def _store(project: Project, stored: StoredJob) -> None:
    path = _folder(project) / f"{stored.id}.json"
    write_file(path, msgspec.json.encode(stored), staging=project.local / "staging")


def _read_all(project: Project) -> list[tuple[Path, StoredJob]]:
    """Every job file, oldest first; what can't be read is no job."""
    found = []
    for path in _folder(project).glob("*.json"):
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            stored = msgspec.json.decode(path.read_bytes(), type=StoredJob)
            found.append((path.stat().st_mtime, path, stored))
    return [(path, stored) for _time, path, stored in sorted(found, key=lambda entry: entry[:2])]


def _is_orphan(path: Path) -> bool:
    mark = path.with_suffix(".lock")
    lock = FileLock(mark)
    try:
        if not lock.acquire(timeout_s=0):
            return False
    except CicloError:  # a folder that can't be written to: whoever was at work there can't be told
        return False
    mark.unlink(missing_ok=True)
    lock.release()
    return True


def _prune(project: Project) -> None:
    """Keep the newest files of jobs that are over and can't be offered again."""
    over = [p for p, stored in _read_all(project) if stored.state not in _OPEN and stored.state is not JobState.LOST]
    for path in over[:-_KEPT]:
        path.unlink(missing_ok=True)
