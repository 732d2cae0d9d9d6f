"""``ciclo check``: every record and every object verified, and what depends on the damage named."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import msgspec

from app.errors import CicloError
from app.project.durable import hash_file
from app.project.record import Record, parse
from app.project.store import Project
from app.text import Text


class Damage(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that isn't as it was stored."""

    id: str
    kind: str
    reason: Text
    affects: tuple[str, ...] = ()


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at, and what is damaged."""

    records: int
    objects: int
    damaged: tuple[Damage, ...]


def check(project: Project) -> Inspection:
    """Verify the hash of every record and object, that parents and objects are there, and that no record vanished."""
    records, damaged = _read_records(project)
    users = _users(records)
    damaged += _check_links(records, users)
    seen, broken = _check_objects(project, records, users)
    damaged += broken + _check_sequences(records)
    if seen and not records and not damaged:
        damaged.append(_damage("records", "folder", "project.check.no_records"))
    return Inspection(records=len(records), objects=seen, damaged=tuple(damaged))


def _read_records(project: Project) -> tuple[dict[str, Record], list[Damage]]:
    records, damaged = {}, []
    for id, path in project.record_files():
        try:
            record = parse(path.read_bytes())
        except (OSError, CicloError):
            damaged.append(_damage(id, path.parent.parent.name, "project.check.unreadable"))
            continue
        if record.id == id:
            records[id] = record
        else:
            damaged.append(_damage(id, path.parent.parent.name, "project.check.altered"))
    return records, damaged


def _damage(id: str, kind: str, reason: str, affects: tuple[str, ...] = ()) -> Damage:
    return Damage(id=id, kind=kind, reason=Text(reason), affects=affects)


def _users(records: dict[str, Record]) -> dict[str, tuple[str, ...]]:
    """For each record or object: the versions (``churn@3``) that rest on it, directly or through their ancestors."""
    children: dict[str, set[str]] = defaultdict(set)
    for record in records.values():
        for source in (*record.parents, *(o.sha256 for o in record.objects.values())):
            children[source].add(record.id)
    found = {}
    for source in children:
        reached, waiting = set(), [source]
        while waiting:
            for child in children.get(waiting.pop(), ()):
                if child not in reached:
                    reached.add(child)
                    waiting.append(child)
        found[source] = tuple(sorted({records[r].label for r in reached if records[r].name}))
    return found


def _check_links(records: dict[str, Record], users: dict[str, tuple[str, ...]]) -> list[Damage]:
    missing = {p for r in records.values() for p in r.parents if p not in records}
    return [_damage(id, "record", "project.check.missing_record", users.get(id, ())) for id in sorted(missing)]


def _check_objects(
    project: Project, records: dict[str, Record], users: dict[str, tuple[str, ...]]
) -> tuple[int, list[Damage]]:
    wanted = {o.sha256 for r in records.values() for o in r.objects.values()}
    damaged, seen = [], 0
    for sha256, path in project.object_files():
        seen += 1
        reason = _object_fault(sha256, path)
        if reason:
            damaged.append(_damage(sha256, "object", reason, users.get(sha256, ())))
        wanted.discard(sha256)
    damaged += [_damage(s, "object", "project.check.missing_object", users.get(s, ())) for s in sorted(wanted)]
    return seen, damaged


def _object_fault(sha256: str, path: Path) -> str:
    try:
        return "" if hash_file(path)[0] == sha256 else "project.check.altered"
    except OSError:
        return "project.check.unreadable"


def _check_sequences(records: dict[str, Record]) -> list[Damage]:
    """A writer's records name their predecessor: one that is named and isn't there has vanished."""
    gone = {
        (r.envelope.previous, r.envelope.writer)
        for r in records.values()
        if r.envelope.previous and r.envelope.previous not in records
    }
    return [_damage(id, "record", "project.check.vanished") for id, _writer in sorted(gone)]
