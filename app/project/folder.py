"""What lies in a project folder: the files of its records and objects, and the local part that can be thrown away."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from app.errors import CicloError
from app.project import durable
from app.project.durable import reading
from app.project.lock import FileLock
from app.project.record import IDENTITY

_YOUNG_S = 60.0
_HASH = re.compile(r"[0-9a-f]{64}")

PASTED = "pasted"
"""The folder of ``.ciclo`` where a table from the clipboard waits for its import."""


DRAFTS = "drafts"
"""The folder of ``.ciclo`` where recipes that are being written wait for the next window."""

CHECKPOINTS = "checkpoints"
"""The folder of ``.ciclo`` where work keeps its steps until what comes of them is committed."""

_CHECKPOINTS_KEPT = 3


class Folder:
    """The files of one project. Knows names and hashes; what a record says is :class:`Project`'s business."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    # Records and objects

    def record_files(self) -> Iterator[tuple[str, Path]]:
        """Ids and files of every record on the disk.

        Raises
        ------
        CicloError
            ``project.unreadable`` where the folder of the records may not be looked into.
        """
        with reading(self.folder / "records"), suppress(FileNotFoundError):
            next((self.folder / "records").iterdir(), None)  # a glob takes a forbidden folder for an empty one
        for path in sorted((self.folder / "records").glob("*/*/*.json")):
            if _HASH.fullmatch(path.stem):
                yield path.stem, path

    def object_files(self) -> Iterator[tuple[str, Path]]:
        """Hashes and files of every object on the disk."""
        for path in sorted((self.folder / "objects").glob("*/*")):
            yield path.parent.name + path.name, path

    def object_path(self, sha256: str) -> Path:
        """Where the object lies.

        Raises
        ------
        CicloError
            ``project.no_object`` where it is missing, ``project.unreadable`` where the disk refuses to say.
        """
        if not _HASH.fullmatch(sha256):
            raise CicloError("project.no_object", sha256=sha256[:12])
        path = self.object_place(sha256)
        with reading(path):
            try:
                path.stat()
            except FileNotFoundError as error:
                raise CicloError("project.no_object", sha256=sha256[:12]) from error
        return path

    def whole_object(self, sha256: str) -> Path:
        """Where the object lies, its hash checked: for work whose result rests on it.

        Raises
        ------
        CicloError
            ``project.damaged_object`` where its bytes aren't what its name says.
        """
        path = self.object_path(sha256)
        with reading(path):
            found = durable.hash_file(path)[0]
        if found != sha256:
            raise CicloError("project.damaged_object", sha256=sha256[:12])
        return path

    def object_bytes(self, sha256: str) -> bytes:
        """The bytes of a small object, checked like :meth:`whole_object`."""
        return self.whole_object(sha256).read_bytes()

    def record_place(self, kind: str, id: str) -> Path:
        """Where a record lies, if it does."""
        return self.folder / "records" / kind / id[:2] / f"{id}.json"

    def object_place(self, sha256: str) -> Path:
        """Where an object lies, if it does."""
        return self.folder / "objects" / sha256[:2] / sha256[2:]

    # The local part

    @property
    def local(self) -> Path:
        """``.ciclo``: lock, staging and jobs of this machine; disposable."""
        return self.folder / ".ciclo"

    def need(self) -> None:
        """Refuse to write where the project isn't any more: a folder would be made that is none.

        Raises
        ------
        CicloError
            ``project.gone``.
        """
        if not (self.folder / IDENTITY).is_file():
            raise CicloError("project.gone", path=str(self.folder))

    def new_staging(self) -> tuple[Path, FileLock]:
        """A fresh staging folder, with the lock that marks it as in use."""
        self.need()
        folder = self.local / "staging" / secrets.token_hex(8)
        lock = FileLock(folder.with_suffix(".lock"))
        lock.acquire(timeout_s=1)
        with durable.writing(folder):
            durable.make_folder(folder)
        return folder, lock

    def checkpoint(self, key: str) -> Path:
        """Where the work that ``key`` names keeps its steps. Of what was begun and never ended, the latest few stay."""
        place = self.local / CHECKPOINTS
        others = [folder for folder in place.glob("*") if folder.name != key]
        for old in sorted(others, key=_touched)[: -_CHECKPOINTS_KEPT or None]:
            shutil.rmtree(old, ignore_errors=True)
        return place / key

    def drop_checkpoint(self, key: str) -> None:
        """Forget the steps of work that is committed."""
        shutil.rmtree(self.local / CHECKPOINTS / key, ignore_errors=True)

    def sweep_staging(self) -> None:
        """Remove the staging folders whose owner is gone."""
        for folder in (self.local / "staging").glob("*"):
            if not folder.is_dir():
                continue
            lock = FileLock(folder.with_suffix(".lock"))
            if lock.acquire(timeout_s=0):
                shutil.rmtree(folder, ignore_errors=True)
                folder.with_suffix(".lock").unlink(missing_ok=True)
                lock.release()
        for mark in (self.local / "staging").glob("*.lock"):
            _remove_if_left(mark)


def _remove_if_left(mark: Path) -> None:
    """Remove the mark of a folder that is gone. A young one may belong to a folder that is only just being made."""
    with suppress(OSError):
        if mark.with_suffix("").exists() or time.time() - mark.stat().st_mtime < _YOUNG_S:
            return
        lock = FileLock(mark)
        if lock.acquire(timeout_s=0):
            mark.unlink(missing_ok=True)
            lock.release()


def _touched(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
