"""The versions of datasets with what was said of them and what rests on them. Light: reads records only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from operator import attrgetter

import msgspec

from app.data.expectations.contracts import contract_of
from app.data.records import DATASET, DatasetVersion
from app.data.versions.records import NOTE, VersionNote
from app.errors import CicloError
from app.project import Project, Record, draft
from app.project.bin import BIN, BinEntry
from app.project.record import Draft

_ABOUT = (NOTE, BIN)


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """Something that rests on a version. ``label`` is its own name, or that of the version that it is about."""

    kind: str
    id: str
    label: str
    time: str


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody said of a version, and when."""

    note: str
    by: str
    time: str


class VersionEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A version in a list. ``notes`` are all that was ever said, newest first; the first one counts."""

    id: str
    name: str
    number: int
    label: str
    time: str
    author: str
    rows: int
    columns: int
    rejected: int
    source: str
    restored_from: str
    newest: bool
    binned: Said | None
    notes: tuple[Said, ...]
    used_by: tuple[Use, ...]

    @property
    def note(self) -> str:
        """The note that counts; empty where there is none."""
        return self.notes[0].note if self.notes else ""

    @property
    def by(self) -> str:
        """Whose version it is: who said so, or who wrote the record."""
        return next((said.by for said in self.notes if said.by), self.author)


def history(project: Project, name: str = "") -> list[VersionEntry]:
    """Every version (of one dataset), oldest first, with those in the bin."""
    away, notes, uses = project.binned(), _notes(project), _Uses(project.records())
    newest = {record.name: record.number for record in sorted(project.live(DATASET, name), key=_order)}
    found = []
    for record in sorted(project.records(DATASET, name), key=_order):
        try:
            body = record.read(DatasetVersion)
        except CicloError:  # of a later release: ``check`` names it
            continue
        in_bin = record.id in away
        found.append(
            VersionEntry(
                id=record.id,
                name=record.name,
                number=record.number,
                label=record.label,
                time=record.time,
                author=record.author,
                rows=body.rows,
                columns=len(body.columns),
                rejected=body.rejected,
                source=body.source_name,
                restored_from=body.restored_from,
                newest=not in_bin and newest.get(record.name) == record.number,
                binned=_put_away(away[record.id]) if in_bin else None,
                notes=_said(record, body, notes[record.id]),
                used_by=uses.of(record.id),
            )
        )
    return found


def _order(record: Record) -> tuple[str, int, str]:
    return record.name.casefold(), record.number, record.id


def _put_away(entry: Record) -> Said:
    body = entry.read(BinEntry)
    return Said(note=body.reason, by=body.by or entry.author, time=entry.time)


def _notes(project: Project) -> defaultdict[str, list[Record]]:
    found: defaultdict[str, list[Record]] = defaultdict(list)
    for record in project.records(NOTE):
        for subject in record.parents:
            found[subject].append(record)
    return found


def _said(record: Record, body: DatasetVersion, later: list[Record]) -> tuple[Said, ...]:
    """Everything that was said of a version, newest first."""
    found = [Said(note=body.note, by=body.by, time=record.time)] if body.note or body.by else []
    for note in later:
        told = note.read(VersionNote)
        found.append(Said(note=told.note, by=told.by, time=note.time))
    return tuple(reversed(found))


class _Uses:
    """Who rests on whom, by the parents of all records."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = {r.id: r for r in records}
        self._children: defaultdict[str, list[str]] = defaultdict(list)
        for record in self._records.values():
            for parent in record.parents if record.kind not in _ABOUT else ():
                self._children[parent].append(record.id)

    def of(self, id: str, *, but: Collection[str] = ()) -> tuple[Use, ...]:
        """Everything that rests on a record, directly or not, oldest first; nothing by way of the records ``but``."""
        reached: dict[str, None] = {}
        waiting = [id]
        while waiting:
            for child in self._children.get(waiting.pop(), ()):
                if child not in reached and child not in but:
                    reached[child] = None
                    waiting.append(child)
        found = sorted((self._records[one] for one in reached), key=attrgetter("order"))
        return tuple(Use(kind=r.kind, id=r.id, label=self._label(r), time=r.time) for r in found)

    def _label(self, record: Record) -> str:
        if record.name:
            return record.label
        named = (self._records[p].label for p in record.parents if p in self._records and self._records[p].name)
        return next(named, "")


def uses(project: Project, id: str, *, but: Collection[str] = ()) -> tuple[Use, ...]:
    """Everything that rests on a version: models, reports, decisions, releases, later versions; without the records
    ``but``, and what rests on it by them alone."""
    return _Uses(project.records()).of(id, but=but)


# Saying and restoring


def note_draft(record: Record, *, note: str, by: str) -> Draft:
    """Something said of a version: from now on it counts."""
    return draft(NOTE, VersionNote(subject=record.id, note=note.strip(), by=by.strip()), parents=(record.id,))


def restoring(project: Project, record: Record, *, by: str = "", note: str = "") -> Draft:
    """An older version as the newest one: another record around the same objects. What an older contract said of it
    doesn't come along.

    Raises
    ------
    CicloError
        ``data.already_newest``; ``project.no_object`` where its table is lost.
    """
    newest = max(project.live(DATASET, record.name), key=lambda r: (r.number, r.id), default=None)
    if newest is not None and newest.id == record.id:
        raise CicloError("data.already_newest", label=record.label)
    for stored in record.objects.values():
        project.object_path(stored.sha256)
    body, held = record.read(DatasetVersion), contract_of(project, record.name)
    told = (
        body.expected if held is not None and body.expected is not None and body.expected.contract == held.id else None
    )
    body = msgspec.structs.replace(body, note=note.strip(), by=by.strip(), restored_from=record.label, expected=told)
    return draft(DATASET, body, parents=(record.id,), kept=record.objects, name=record.name)
