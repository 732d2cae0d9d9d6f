"""Where a job writes: a staging folder that marks itself as in use, and a log that outlives it."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from app.errors import CicloError
from app.project import Project
from app.project.durable import make_folder, writing
from app.project.lock import FileLock

_PREFIX = "ciclo-"
_YOUNG_S = 60.0
_KEPT_LOGS = 50
_TAIL = 4000


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """Folders of one job."""

    staging: Path
    log: Path

    def log_tail(self) -> str:
        """The last lines that the job printed."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, self.log.stat().st_size - 10 * _TAIL))
                lines = file.read().decode("utf-8", "replace").splitlines()
        except OSError:
            return ""
        # after a crash Python lists every compiled module that it knows, at great length
        return "\n".join(line for line in lines if not line.startswith("Extension modules:")).strip()[-_TAIL:]


@contextmanager
def workspace(project: Project | None, *, job: str) -> Iterator[Workspace]:
    """A fresh staging folder for the length of a block: in the project, or a temporary one.

    Raises
    ------
    CicloError
        What the disk refused (``project.read_only``, ``project.disk_full``, ...).
    """
    if project is None:
        with _temporary() as folder:
            yield Workspace(staging=folder, log=folder.parent / "log")
        return
    logs = project.local / "logs"
    with contextlib.suppress(CicloError):  # what the folder refuses is said when this job's own place is made
        project.sweep_staging()
    staging, lock = project.new_staging()
    try:
        with writing(logs):
            make_folder(logs)
        yield Workspace(staging=staging, log=logs / f"{job}.log")
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        staging.with_suffix(".lock").unlink(missing_ok=True)
        lock.release()
        _prune(logs)


@contextmanager
def _temporary() -> Iterator[Path]:
    _sweep(Path(tempfile.gettempdir()))
    with writing(Path(tempfile.gettempdir())):
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock = FileLock(folder / "lock")
    lock.acquire(timeout_s=1)
    try:
        staging = folder / "staging"
        staging.mkdir()
        yield staging
    finally:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(temporary: Path) -> None:
    """Remove the folders of programs that were killed: old enough, ours, and locked by nobody."""
    for mark in temporary.glob(f"{_PREFIX}*/lock"):
        if _is_left_over(mark):
            shutil.rmtree(mark.parent, ignore_errors=True)


def _is_left_over(mark: Path) -> bool:
    try:
        status = mark.stat()
    except OSError:
        return False
    if time.time() - status.st_mtime < _YOUNG_S or (os.name != "nt" and status.st_uid != os.getuid()):
        return False
    lock = FileLock(mark)
    if not lock.acquire(timeout_s=0):
        return False
    lock.release()
    return True


def _prune(logs: Path) -> None:
    """Keep the newest logs."""
    found = []
    for path in logs.glob("*.log"):
        try:
            found.append((path.stat().st_mtime, path))
        except OSError:  # another job has just removed it
            continue
    for _time, path in sorted(found)[:-_KEPT_LOGS]:
        with contextlib.suppress(OSError):
            path.unlink()
