"""Put files in the place of others so that all of it can be taken back, also by the next program after a kill.

What is to come is written beside the repository's own data first (``.git/ciclo/new``), then a journal says what will be
moved, then each file moves: the old one to ``.git/ciclo/old``, the new one into its place. A journal that is found
belongs to something that was cut off.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from app.project.durable import make_folder, sync_folder, write_file

_JOURNAL, _OLD, _NEW = "journal.json", "old", "new"


class Journal(msgspec.Struct, frozen=True, kw_only=True):
    """What is under way: from which commit (empty: none) to which, on which branch.

    Attributes
    ----------
    paths
        In the repository; the place in the row names the files in ``old`` and ``new``.
    there
        Those that had a file before.
    cache
        Files that come into DVC's cache, which is only ever added to.
    """

    head: str
    commit: str
    branch: str
    paths: tuple[str, ...]
    there: tuple[str, ...]
    cache: tuple[str, ...]


class Swap:
    """Files of ``repository`` that change, with ``work`` for what is under way."""

    def __init__(self, repository: Path, work: Path) -> None:
        self._repository, self._work = repository, work

    def prepare(self, changes: Mapping[str, Path | None]) -> None:
        """Copy what is to come beside the repository, durably; None removes."""
        self.forget()
        for name in (_OLD, _NEW):
            make_folder(self._work / name)
        for place, source in enumerate(changes.values()):
            if source is not None:
                _copy(source, self._new(place))

    def carry_out(self, journal: Journal, cache: Mapping[str, Path]) -> None:
        """Write the journal, add to the cache, and move."""
        write_file(self._work / _JOURNAL, msgspec.json.encode(journal), staging=self._work)
        for path, source in cache.items():
            kept, partial = self._repository / path, self._work / _NEW / "cache"
            _copy(source, partial)
            make_folder(kept.parent)
            partial.replace(kept)
        for place, path in enumerate(journal.paths):
            self._move(place, self._repository / path)
        for folder in {(self._repository / path).parent for path in journal.paths}:
            with suppress(FileNotFoundError):
                sync_folder(folder)

    def _move(self, place: int, path: Path) -> None:
        make_folder(path.parent)
        if os.path.lexists(path):
            path.replace(self._old(place))
        if self._new(place).exists():
            self._new(place).replace(path)
        else:
            _prune(path.parent, self._repository)

    def read_journal(self) -> Journal | None:
        """What was cut off, where something was."""
        try:
            return msgspec.json.decode((self._work / _JOURNAL).read_bytes(), type=Journal)
        except (FileNotFoundError, msgspec.MsgspecError):  # it is renamed into place whole
            return None

    def undo(self, journal: Journal) -> None:
        """Put everything back that was moved; again, where that was cut off as well."""
        for place, name in enumerate(journal.paths):
            path = self._repository / name
            if os.path.lexists(self._old(place)):
                make_folder(path.parent)
                self._old(place).replace(path)
            elif name not in journal.there:
                path.unlink(missing_ok=True)
                _prune(path.parent, self._repository)
        for name in journal.cache:
            (self._repository / name).unlink(missing_ok=True)
            _prune((self._repository / name).parent, self._repository)

    def forget(self) -> None:
        """Nothing is under way any more. The journal goes first: without it the rest means nothing."""
        (self._work / _JOURNAL).unlink(missing_ok=True)
        shutil.rmtree(self._work, ignore_errors=True)

    def _old(self, place: int) -> Path:
        return self._work / _OLD / str(place)

    def _new(self, place: int) -> Path:
        return self._work / _NEW / str(place)


def there_of(repository: Path, paths: Sequence[str]) -> tuple[str, ...]:
    """Those that have a file."""
    return tuple(path for path in paths if os.path.lexists(repository / path))


def _copy(source: Path, place: Path) -> None:
    shutil.copyfile(source, place)
    with place.open("rb+") as file:
        os.fsync(file.fileno())


def _prune(folder: Path, top: Path) -> None:
    """Remove a folder that is empty, and those around it: git knows none."""
    with suppress(OSError):
        while folder != top and folder.is_relative_to(top):
            folder.rmdir()
            folder = folder.parent
