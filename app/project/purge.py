"""Purging: a version's record and the objects that nothing else needs are deleted for good, and a tombstone stays.

The tombstone is written first, and its rename is the commit point: from then on the version is gone for every reader.
What it lists is deleted afterwards; where that is cut off, the next opening of the project does the rest.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import CicloError
from app.project import durable
from app.project.folder import CHECKPOINTS, DRAFTS, PASTED
from app.project.record import Draft, Record, draft
from app.project.tombstone import PURGE, Purged, Tombstone, read_stones

if TYPE_CHECKING:
    from app.project.store import Project

_EXPORTS = "exports"
NO_NAME = "project.purge_no_name"
NO_REASON = "project.purge_no_reason"


def purge(
    project: Project,
    record: Record,
    *,
    by: str,
    reason: str,
    also: Mapping[str, str] | None = None,
    files: Mapping[str, str] | None = None,
) -> Record:
    """Delete a version for good; the tombstone that stays.

    Parameters
    ----------
    also
        Objects of other records that hold rows of it, with what they are: they are deleted even though their records
        stay.
    files
        Files in the project's folder ``exports`` (name and SHA-256) that hold rows of it.

    Raises
    ------
    CicloError
        ``project.purge_no_name``, ``project.purge_no_reason``, or what the disk refused.
    """
    if not by.strip():
        raise CicloError(NO_NAME)
    if not reason.strip():
        raise CicloError(NO_REASON)
    project.refresh()
    own = {o.sha256: role for role, o in record.objects.items()}
    held = needed(project, set(own), without=(record.id,))
    removed = {sha256: role for sha256, role in own.items() if sha256 not in held} | dict(also or {})
    body = _stone(record, by=by.strip(), reason=reason.strip(), objects=removed, files=dict(files or {}))
    (stone,) = project.commit([draft(PURGE, body, parents=(record.id,))])
    finish(project, purged(project))
    forget_traces(project)
    return stone


def _stone(record: Record, *, by: str, reason: str, objects: dict[str, str], files: dict[str, str]) -> Tombstone:
    e = record.envelope
    return Tombstone(
        id=record.id,
        kind=e.kind,
        name=e.name,
        number=e.number,
        lamport=e.lamport,
        writer=e.writer,
        seq=e.seq,
        created=e.time,
        by=by,
        reason=reason,
        objects=objects,
        files=files,
    )


def purged(project: Project) -> list[Purged]:
    """What was purged from a project, oldest first."""
    return read_stones(project.records(PURGE))


def refuse_purged(project: Project, what: str, *, kind: str = "") -> None:
    """Say that a version (``customers@2`` of ``kind``), a record or an object was purged, if it was.

    Raises
    ------
    CicloError
        ``project.purged``.
    """
    for one in purged(project):
        stone = one.stone
        if what in (stone.id, *stone.objects) or (kind == stone.kind and what == stone.label):
            raise CicloError("project.purged", label=stone.label, by=stone.by, day=one.time[:10], reason=stone.reason)


def refuse_lost(project: Project, draft: Draft) -> None:
    """Refuse a draft that rests on something purged meanwhile: nothing that was learned from it may come after it.

    Raises
    ------
    CicloError
        ``project.purged``, ``project.no_object``.
    """
    if draft.kind != PURGE:
        for parent in draft.parents:
            refuse_purged(project, parent)
    for kept in draft.kept.values():
        project.object_path(kept.sha256)


def needed(project: Project, hashes: set[str], *, without: Collection[str] = ()) -> dict[str, str]:
    """Which of these objects records other than these need, with the label of one that does."""
    found: dict[str, str] = {}
    for record in project.records() if hashes else ():
        if record.id not in without:
            found |= {o.sha256: record.label for o in record.objects.values() if o.sha256 in hashes}
    return found


def finish(project: Project, stones: list[Purged]) -> None:
    """Delete what tombstones list and is still there. Where nothing is left to do, nothing is written or locked."""
    if not any(_is_left(project, one) for one in stones):
        return
    with project.alone():
        project.refresh()  # what was committed meanwhile may need an object again
        for one in stones:
            _delete(project, one)
        project.refresh()


def _is_left(project: Project, one: Purged) -> bool:
    stone = one.stone
    places = [project.record_place(stone.kind, stone.id)]
    places += [project.object_place(sha256) for sha256 in _needless(project, one)]
    return any(map(Path.exists, places)) or any((project.folder / _EXPORTS / name).exists() for name in stone.files)


def _delete(project: Project, one: Purged) -> None:
    stone = one.stone
    for name, sha256 in stone.files.items():
        place = project.folder / _EXPORTS / name
        if place.exists() and durable.measured(place)[0] == sha256:  # another file may have taken that name
            _remove(place)
    for sha256 in _needless(project, one):
        _remove(project.object_place(sha256))
    _remove(project.record_place(stone.kind, stone.id))


def _needless(project: Project, one: Purged) -> list[str]:
    """Objects that may go: a version that was imported after the purge keeps what it brought."""
    later = [r for r in project.records() if r.envelope.lamport > one.lamport]
    kept = {o.sha256 for record in later for o in record.objects.values()}
    return [sha256 for sha256 in one.stone.objects if sha256 not in kept]


def _remove(place: Path) -> None:
    with durable.writing(place):
        if not place.exists():
            return
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.chmod(0o600)  # Windows deletes nothing that is read-only
            place.unlink()
        durable.sync_folder(place.parent)


def forget_traces(project: Project) -> None:
    """Delete what was only derived or passing: logs, what was pasted, recipes that are being written, staging that
    nobody uses, the index's deleted rows."""
    for passing in ("logs", PASTED, DRAFTS, CHECKPOINTS):
        shutil.rmtree(project.local / passing, ignore_errors=True)
    project.sweep_staging()
    project.forget()
