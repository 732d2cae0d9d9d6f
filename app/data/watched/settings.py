"""Where the watched folders of a project are remembered: among the user's own settings of this machine. Light."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

import msgspec

from app.data.watched.records import Stamp, Watch
from app.errors import CicloError
from app.project.durable import reading, writing
from app.project.store import Project
from app.project.writer import user_folder

_LOOK_ALIKES = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp", ".lock")
_MOST_KNOWN = 100_000


def watches(project: Project) -> tuple[Watch, ...]:
    """The folders that are watched for datasets of a project; none where the settings can't be read."""
    try:
        return msgspec.json.decode(_place(project).read_bytes(), type=tuple[Watch, ...])
    except (OSError, msgspec.MsgspecError):
        return ()


def watch_of(project: Project, dataset: str) -> Watch | None:
    """The folder that is watched for a dataset."""
    return next((watch for watch in watches(project) if watch.dataset == dataset), None)


def save_watch(project: Project, watch: Watch) -> None:
    """Remember a watch; it takes the place of the dataset's former one.

    Raises
    ------
    CicloError
        What the disk refused.
    """
    _save(project, (*(w for w in watches(project) if w.dataset != watch.dataset), watch))


def stop_watch(project: Project, dataset: str) -> bool:
    """Watch no folder for a dataset any more; whether one was watched."""
    held = watches(project)
    left = tuple(watch for watch in held if watch.dataset != dataset)
    if left != held:
        _save(project, left)
    return left != held


def begin_watch(project: Project, *, dataset: str, folder: Path, pattern: str, existing: bool = False) -> Watch:
    """Watch a folder for a dataset from now on. What lies there already isn't new, unless ``existing``.

    Raises
    ------
    CicloError
        ``watched.no_folder``, or what the disk refused.
    """
    if not folder.is_dir():
        raise CicloError("watched.no_folder", path=str(folder))
    made = Watch(dataset=dataset, folder=str(folder.resolve()), pattern=pattern.strip() or "*")
    if not existing:
        made = msgspec.structs.replace(made, known=listed(made))
    save_watch(project, made)
    return made


def add_known(project: Project, dataset: str, name: str, stamp: Stamp) -> None:
    """A file of a watched folder that isn't new."""
    held = watch_of(project, dataset)
    if held is not None and held.known.get(name) != stamp:
        save_watch(project, msgspec.structs.replace(held, known={**held.known, name: stamp}))


def listed(watch: Watch) -> dict[str, Stamp]:
    """The files in a watched folder that may be data, by name.

    Raises
    ------
    CicloError
        ``project.unreadable`` where the folder can't be read.
    """
    found: dict[str, Stamp] = {}
    with reading(Path(watch.folder)), os.scandir(watch.folder) as entries:
        for entry in entries:
            if not is_candidate(entry.name, watch.pattern):
                continue
            with contextlib.suppress(OSError):  # it went while the folder was read
                if entry.is_file():
                    status = entry.stat()
                    found[entry.name] = Stamp(status.st_size, status.st_mtime_ns)
            if len(found) >= _MOST_KNOWN:
                break
    return found


def is_candidate(name: str, pattern: str) -> bool:
    """Whether a file of this name may be data: it fits the pattern, isn't hidden and no half-written copy."""
    from fnmatch import fnmatch

    low = name.casefold()
    if low.startswith((".", "~$", "~")) or low.endswith(("~", *_LOOK_ALIKES)):
        return False
    return any(fnmatch(low, one.strip().casefold()) for one in pattern.split(";") if one.strip())


def _save(project: Project, held: tuple[Watch, ...]) -> None:
    path = _place(project)
    partial = path.with_suffix(f".{os.getpid()}.part")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(msgspec.json.encode(held))
        partial.replace(path)


def _place(project: Project) -> Path:
    """Two copies of one project watch their own folders, as they have their own index."""
    key = hashlib.sha256(f"{project.identity.id}\0{project.folder.resolve()}".encode()).hexdigest()[:24]
    return user_folder() / "watched" / f"{key}.json"
