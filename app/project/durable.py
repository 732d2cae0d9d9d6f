"""Writes that survive a power cut: staging file, fsync, rename, fsync of the folder and of any new parent.

An error of fsync is never retried: after a failed fsync the kernel may drop the data, and a second one falsely succeeds
(PostgreSQL, "Fsync Errors"). It is said, and the caller reopens from disk.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import CicloError, cause
from app.project.record import IDENTITY, StagedFile

_CHUNK = 1 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_INSIDE = {"records", "objects", ".ciclo"}


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals into errors that name the file and the cause.

    Of what lies inside a project, the project's folder is named: nobody who uses it has seen the rest.
    """
    try:
        yield
    except OSError as error:
        path = _project_around(path) or path
        if error.errno in _FULL:
            raise CicloError("project.disk_full", path=str(path)) from error
        if error.errno in _READ_ONLY:
            raise CicloError("project.read_only", path=str(path)) from error
        raise CicloError("project.write_failed", path=str(path), cause=cause(error)) from error


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals to read into one error that names the file and the cause."""
    try:
        yield
    except OSError as error:
        raise CicloError("project.unreadable", path=str(path), cause=cause(error)) from error


def check_place(path: Path) -> None:
    """Refuse a place for a file that can't be one, before the work of making the file.

    Raises
    ------
    CicloError
        ``project.kept_for_itself``, ``project.is_a_folder``, ``project.not_a_file``, ``project.no_folder`` or
        ``project.read_only``.
    """
    folder = path.absolute().parent
    project = _project_around(path.resolve())
    if project is not None:
        raise CicloError("project.kept_for_itself", path=str(path), project=str(project))
    if path.is_dir():
        raise CicloError("project.is_a_folder", path=str(path))
    if path.exists() and not path.is_file():  # a device, a pipe: it would be replaced by a file
        raise CicloError("project.not_a_file", path=str(path))
    if not folder.is_dir():
        raise CicloError("project.no_folder", path=str(path), folder=str(folder))
    if not os.access(folder, os.W_OK):
        raise CicloError("project.read_only", path=str(folder))


def _project_around(path: Path) -> Path | None:
    """The project among whose own files ``path`` lies."""
    return next((p.parent for p in path.parents if p.name in _INSIDE and (p.parent / IDENTITY).is_file()), None)


def sync_folder(folder: Path) -> None:
    """Make a rename or a new entry in ``folder`` durable. Windows has no such call: its rename is journalled."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Create ``folder`` and its missing parents, each made durable in its own parent."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        new.mkdir(exist_ok=True)
        sync_folder(new.parent)


def write_file(path: Path, data: bytes, *, staging: Path) -> None:
    """Write ``data`` to ``path`` at once or not at all, and durably. ``staging`` is on the same filesystem."""
    with writing(path):
        make_folder(staging)
        make_folder(path.parent)
        partial = staging / f"{path.name}.{os.getpid()}.part"
        try:
            with partial.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except OSError:
            partial.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def adopt_file(staged: Path, path: Path) -> None:
    """Rename a file that is already synced to its place; the same content that stands there already is kept.

    What stands there damaged is replaced.
    """
    with writing(path):
        make_folder(path.parent)
        if path.exists() and hash_file(path) == hash_file(staged):
            staged.unlink()
            return
        staged.chmod(0o444)
        staged.replace(path)
        sync_folder(path.parent)


def hash_file(path: Path) -> tuple[str, int]:
    """SHA-256 and size of the bytes that lie on the disk."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def measured(path: Path) -> tuple[str, int]:
    """Hash and size of a file; of a folder, the hash of the list of its files as ``sha256sum`` writes it."""
    if not path.is_dir():
        return hash_file(path)
    files = [(one.relative_to(path).as_posix(), *hash_file(one)) for one in files_below(path)]
    listed = "".join(f"{sha256}  {name}\n" for name, sha256, _ in files)
    return hashlib.sha256(listed.encode()).hexdigest(), sum(size for _, _, size in files)


def files_below(folder: Path) -> list[Path]:
    """The files of a folder and of those in it, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def stage_file(path: Path, *, media: str) -> StagedFile:
    """Sync a file that was just written and hash what the disk now holds."""
    with writing(path):
        with path.open("rb+") as file:
            os.fsync(file.fileno())
        sha256, size = hash_file(path)
    return StagedFile(path=str(path), sha256=sha256, size=size, media=media)


def stage_bytes(folder: Path, name: str, data: bytes, *, media: str) -> StagedFile:
    """Write ``data`` as a staged file of a job."""
    path = folder / name
    with writing(path):
        path.write_bytes(data)
    return stage_file(path, media=media)
