"""Put a finished file under its name: durably, at once, and from another filesystem too."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from app.errors import CicloError
from app.project.durable import hash_file, sync_folder, writing


def put_new(made: Path, place: Path) -> tuple[str, int]:
    """Move a finished file to a name that must be free; its hash and size there.

    Raises
    ------
    CicloError
        ``deployment.exists`` where another file has that name; the same bytes under that name are fine.
    """
    wanted = hash_file(made)
    if place.exists():
        if not place.is_file() or hash_file(place) != wanted:
            raise CicloError("deployment.exists", path=str(place))
        return wanted
    with writing(place):
        partial = _beside(made, place)
        try:
            if hash_file(partial) != wanted:
                raise CicloError("deployment.bad_copy", path=str(place))
            _take_free_name(partial, place)
        finally:
            partial.unlink(missing_ok=True)
        sync_folder(place.parent)
    return wanted


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
    """The file, synced, under a hidden name in the folder where it belongs."""
    partial = place.with_name(f".{place.name}.part")
    try:
        partial.unlink(missing_ok=True)
        if made.stat().st_dev == place.absolute().parent.stat().st_dev:
            made.replace(partial)
        else:
            shutil.copyfile(made, partial)
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    return partial


def _take_free_name(partial: Path, place: Path) -> None:
    """A hard link refuses a name that was taken a moment ago, which a rename would silently replace."""
    try:
        place.hardlink_to(partial)
    except FileExistsError as error:
        raise CicloError("deployment.exists", path=str(place)) from error
    except (NotImplementedError, OSError):  # a filesystem without links
        if place.exists():
            raise CicloError("deployment.exists", path=str(place)) from None
        partial.rename(place)
