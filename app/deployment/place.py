"""Put a finished file or folder under its name: durably, at once, and from another filesystem too."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from app.errors import CicloError
from app.project.durable import files_below, measured, sync_folder, writing


def check_ending(place: Path, ending: str) -> None:
    """That a file is called as its kind is: by the last part of the ending, so that of ``.ciclo.zip`` by ``.zip``.

    Raises
    ------
    CicloError
        ``deployment.bad_ending``.
    """
    last = f".{ending.rpartition('.')[2]}"
    if ending and place.suffix != last:
        raise CicloError("deployment.bad_ending", name=place.name, ending=last)


def put_new(made: Path, place: Path) -> tuple[str, int]:
    """Move a finished file or folder to a name that must be free; its hash and size there.

    Raises
    ------
    CicloError
        ``deployment.exists`` where something else has that name; the same bytes under that name are fine, and so is an
        empty folder.
    """
    wanted = measured(made)
    if place.exists() and not _is_empty(place):
        if place.is_dir() != made.is_dir() or measured(place) != wanted:
            raise CicloError("deployment.exists", path=str(place))
        return wanted
    with writing(place):
        partial = _beside(made, place)
        try:
            if measured(partial) != wanted:
                raise CicloError("deployment.bad_copy", path=str(place))
            _take_free_name(partial, place)
        finally:
            _remove(partial)
        sync_folder(place.parent)
    return wanted


def _is_empty(place: Path) -> bool:
    return place.is_dir() and not any(place.iterdir())


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def put_over(made: Path, place: Path) -> None:
    """Move a finished file to a name; what stands there is replaced at once. A link stays, and points to it."""
    place = place.resolve()
    with writing(place):
        partial = _beside(made, place)
        try:
            partial.replace(place)
        finally:
            partial.unlink(missing_ok=True)
        sync_folder(place.absolute().parent)


def _beside(made: Path, place: Path) -> Path:
    """The file or folder, synced, under a hidden name in the folder where it belongs."""
    partial = place.with_name(f".{place.name}.part")
    try:
        _remove(partial)
        if _same_disk(made, place.absolute().parent):
            made.replace(partial)
        elif made.is_dir():
            _copy_folder(made, partial)
        else:
            shutil.copyfile(made, partial)
        for path in files_below(partial) if partial.is_dir() else [partial]:
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    except OSError:
        _remove(partial)
        raise
    return partial


def _same_disk(made: Path, folder: Path) -> bool:
    return made.stat().st_dev == folder.stat().st_dev


def _copy_folder(made: Path, partial: Path) -> None:
    """Like ``shutil.copytree``, which goes on after an error and then has only a list of all of them to say."""
    partial.mkdir()
    for path in sorted(made.rglob("*")):
        copy = partial / path.relative_to(made)
        if path.is_dir():
            copy.mkdir()
        else:
            shutil.copy2(path, copy)


def _take_free_name(partial: Path, place: Path) -> None:
    """A hard link refuses a name that was taken a moment ago, which a rename would silently replace; a folder only
    takes the name of an empty one."""
    if partial.is_dir():
        _take_folder(partial, place)
        return
    try:
        place.hardlink_to(partial)
    except FileExistsError as error:
        raise CicloError("deployment.exists", path=str(place)) from error
    except (NotImplementedError, OSError):  # a filesystem without links
        if place.exists():
            raise CicloError("deployment.exists", path=str(place)) from None
        partial.rename(place)


def _take_folder(partial: Path, place: Path) -> None:
    try:
        if place.exists():
            place.rmdir()  # fails where somebody has put something into it
        partial.rename(place)
    except FileExistsError as error:
        raise CicloError("deployment.exists", path=str(place)) from error
    except OSError as error:
        if place.exists() and not _is_empty(place):
            raise CicloError("deployment.exists", path=str(place)) from error
        raise
