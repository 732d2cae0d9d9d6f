"""The project's lock: an OS lock on a file that is never deleted. The kernel frees it when a process dies, so nobody is
ever asked about a stale lock. It is held for a commit only; readers take none."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app.errors import CicloError
from app.project.durable import make_folder, writing

_UNSUPPORTED = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS}

if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> bool:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _free(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _take(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _UNSUPPORTED:
                raise CicloError("project.cannot_lock", path=str(file.name)) from error
            return False
        return True

    def _free(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)


class FileLock:
    """An exclusive lock between processes and threads, taken on ``path``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def acquire(self, *, timeout_s: float) -> bool:
        """Take the lock within ``timeout_s`` seconds; False where another holds it that long."""
        with writing(self._path):
            make_folder(self._path.parent)
            file = self._path.open("ab+")
        deadline = time.monotonic() + timeout_s
        try:
            while not _take(file):
                if time.monotonic() >= deadline:
                    file.close()
                    return False
                time.sleep(0.005)
        except CicloError:
            file.close()
            raise
        self._file = file
        return True

    def release(self) -> None:
        """Free the lock; the file stays."""
        if self._file is not None:
            _free(self._file)
            self._file.close()
            self._file = None

    def note_holder(self) -> None:
        """Write who holds the lock, for messages only."""
        if self._file is not None and os.name != "nt":
            self._file.truncate(0)
            self._file.write(f"{os.getpid()}\n".encode())
            self._file.flush()


@contextmanager
def locked(path: Path, *, timeout_s: float = 30.0) -> Iterator[None]:
    """Hold the lock on ``path`` for a block.

    Raises
    ------
    CicloError
        ``project.busy`` where another process holds it too long, ``project.cannot_lock`` where the folder can't lock.
    """
    lock = FileLock(path)
    if not lock.acquire(timeout_s=timeout_s):
        raise CicloError("project.busy", path=str(path.parent.parent), seconds=round(timeout_s))
    try:
        lock.note_holder()
        yield
    finally:
        lock.release()
