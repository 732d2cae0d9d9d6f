"""``ciclo check``: every record and every object verified, and what depends on the damage named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

import msgspec

from app.errors import CicloError
from app.project.durable import hash_file
from app.project.record import Record, kind_in_words, parse
from app.project.store import Project
from app.project.tombstone import Purged, read_stones
from app.text import Text

Watch = Callable[[int, int], None]


class Damage(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that isn't as it was stored."""

    id: str
    kind: str
    reason: Text
    affects: tuple[str, ...] = ()

    @property
    def sentence(self) -> Text:
        """What is damaged, how, and which versions rest on it."""
        kind, names = kind_in_words(self.kind), ", ".join(self.affects)
        id = "project.check.line_affects" if names else "project.check.line"
        return Text(id, {"kind": kind, "id": self.id[:12], "reason": self.reason, "names": names})


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at, what is damaged, and what was purged on purpose."""

    records: int
    objects: int
    damaged: tuple[Damage, ...]
    purged: tuple[Purged, ...] = ()


def check(project: Project, *, watch: Watch = lambda done, total: None) -> Inspection:
    """Verify the hash of every record and object, that parents and objects are there, and that no record vanished.

    Parameters
    ----------
    watch
        Told of the bytes of objects that were verified, and of all; it may raise to stop.
    """
    return _inspect(project, _Hashes(watch))


def glance(project: Project) -> Inspection:
    """Like :func:`check` in a moment: of the objects only the size is looked at."""
    return _inspect(project, _Sizes())


def _inspect(project: Project, look: _Look) -> Inspection:
    records, spoilt = _read_records(project)
    stones = _stones(records)
    users = _users(records)
    places = dict(project.record_files()) if spoilt else {}
    damaged = [msgspec.structs.replace(d, affects=_affected(d.id, places[d.id], records, users)) for d in spoilt]
    gone = {one.stone.id for one in stones}
    damaged += _check_links(records, users, known={damage.id for damage in spoilt} | gone)
    damaged += [_damage(id, records[id].kind, "project.check.purge_unfinished") for id in sorted(gone & records.keys())]
    seen, broken = _check_objects(project, records, users, look)
    removed = {sha256 for one in stones for sha256 in one.stone.objects}
    damaged += [d for d in broken if d.reason.id != "project.check.missing_object" or d.id not in removed]
    if seen and not records and not damaged:
        damaged.append(_damage("records", "folder", "project.check.no_records"))
    return Inspection(records=len(records), objects=seen, damaged=tuple(damaged), purged=tuple(stones))


def _stones(records: dict[str, Record]) -> list[Purged]:
    """Tombstones: what they name is missing on purpose."""
    return sorted(read_stones(list(records.values())), key=lambda one: one.time)


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
    """For each record or object: the versions (``churn@3``) that rest on it, directly or through their ancestors; of a
    report or a decision, the version that it is about."""
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
        found[source] = tuple(sorted({name for r in reached for name in _subjects(records[r], records)}))
    return found


def _subjects(record: Record, records: dict[str, Record]) -> list[str]:
    """The version that a record is, or the first of its parents that is one: that is whom it is about."""
    return [record.label] if record.name else _named(record.parents, records)[:1]


def _named(ids: Iterable[str], records: dict[str, Record]) -> list[str]:
    return [records[id].label for id in ids if id in records and records[id].name]


class _Remains(msgspec.Struct):
    """What a damaged record may still say of where it belongs."""

    parents: tuple[str, ...] = ()


def _affected(id: str, place: Path, records: dict[str, Record], users: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What rests on a damaged record, and the version that it was about or came from."""
    try:
        left = msgspec.json.decode(place.read_bytes(), type=_Remains)
    except (OSError, msgspec.MsgspecError):
        left = _Remains()
    return tuple(sorted({*users.get(id, ()), *_named(left.parents, records)[:1]}))


def _check_links(records: dict[str, Record], users: dict[str, tuple[str, ...]], *, known: set[str]) -> list[Damage]:
    """What others name and isn't there: a parent, or the record that the same writer wrote just before."""
    parents = {p for r in records.values() for p in r.parents}
    before = {r.envelope.previous for r in records.values()} - {""}
    reasons = dict.fromkeys(parents, "project.check.missing_record") | dict.fromkeys(before, "project.check.vanished")
    missing = sorted(reasons.keys() - records.keys() - known)
    return [_damage(id, "record", reasons[id], users.get(id, ())) for id in missing]


def _check_objects(
    project: Project, records: dict[str, Record], users: dict[str, tuple[str, ...]], look: _Look
) -> tuple[int, list[Damage]]:
    places = dict(project.object_files())
    seen = len(places)
    sizes = {o.sha256: o.size for r in records.values() for o in r.objects.values()}
    places |= {sha256: project.object_place(sha256) for sha256 in sizes}  # also where its folder can't be listed
    look.begin(sum(sizes.values()))
    damaged = []
    for sha256, path in sorted(places.items()):
        reason = _object_fault(sha256, path, sizes.get(sha256), look)
        if reason:
            damaged.append(_damage(sha256, "object", reason, users.get(sha256, ())))
    return seen, damaged


def _object_fault(sha256: str, path: Path, size: int | None, look: _Look) -> str:
    try:
        return "" if look.is_whole(sha256, path, size) else "project.check.altered"
    except FileNotFoundError:
        return "project.check.missing_object"
    except OSError:
        return "project.check.unreadable"


class _Look(Protocol):
    """How closely objects are looked at."""

    def begin(self, total: int) -> None:
        """So many bytes are going to be looked at."""

    def is_whole(self, sha256: str, path: Path, size: int | None) -> bool:
        """Whether the object is what it was; ``size`` None where no record names it."""


class _Hashes:
    def __init__(self, watch: Watch) -> None:
        self._watch, self._done, self._total = watch, 0, 0

    def begin(self, total: int) -> None:
        self._total = total

    def is_whole(self, sha256: str, path: Path, size: int | None) -> bool:
        self._watch(self._done, self._total)
        found, read = hash_file(path)
        self._done += read
        return found == sha256


class _Sizes:
    def begin(self, total: int) -> None:
        """Nothing to prepare."""

    def is_whole(self, sha256: str, path: Path, size: int | None) -> bool:
        return path.stat().st_size == size or size is None
