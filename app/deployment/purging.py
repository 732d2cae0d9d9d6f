"""What a purge of a dataset version takes away, and what still speaks of it afterwards. Light.

It stands in the last room that keeps something of the rows: versions that recipes made of it are its rows too, models
of some kinds hold those that they learned from, exported bundles hold the rows on which they are tested again, and a
repository of releases holds the data itself. What git remembers there can't be taken out of its commits without
changing all that follow, so that is said. Versions in which pseudonyms stand for what the purged one holds can be
spared, with what was made of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from operator import attrgetter
from pathlib import Path

import msgspec

from app.data.records import DATASET, DatasetVersion
from app.data.versions.history import Use, uses
from app.deployment.history import all_deployments, deployments
from app.deployment.repository import contents_in, rows_in
from app.errors import CicloError
from app.learning.records import MODEL, ModelVersion
from app.project import Project, Record
from app.project.durable import measured, writing
from app.project.purge import needed, purge

_ORDER = {"table": 0, "rejected": 1, "profile": 2}
_KEEPS_ROWS = "neighbors"


class Doomed(msgspec.Struct, frozen=True, kw_only=True):
    """Something that goes: ``role`` is table, profile, rejected, record, model, export or repository; ``label`` whose
    it is."""

    role: str
    label: str
    size: int
    sha256: str = ""


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """An object that stays, since another version (``label``) needs it too."""

    role: str
    label: str


class PurgePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What would happen. ``spared`` are versions with pseudonyms that stay. ``figures`` stay and still hold figures or
    words from the version; ``elsewhere`` are the names of exports with rows of it that lie outside the project.
    ``in_git`` are repositories of releases: their commits and what was pushed from them stay.
    """

    label: str
    doomed: tuple[Doomed, ...]
    shared: tuple[Shared, ...]
    figures: tuple[Use, ...]
    elsewhere: tuple[str, ...]
    in_git: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()


def plan_purge(project: Project, record: Record, *, spare: bool = False) -> PurgePlan:
    """What a purge of ``record`` would delete, and what would stay; ``spare`` versions with pseudonyms."""
    prepared, spared = _prepared(project, record, spare=spare)
    going = [record, *prepared]
    own = {o.sha256: role for one in going for role, o in one.objects.items()}
    held = needed(project, set(own), without={one.id for one in going})
    users = uses(project, record.id, but={one.id for one in spared})
    records = [project.get(use.id) for use in users]
    doomed = [part for one in going for part in _parts(project, one, held)]
    doomed += _models(records)
    exports, elsewhere = _exports(project, records)
    rows = _in_repositories(project, records)
    gone = {one.sha256 for one in (*doomed, *exports) if one.sha256}
    return PurgePlan(
        label=record.label,
        doomed=(
            *doomed,
            *exports,
            *(
                Doomed(role="repository", label=place, size=sum(map(_size, paths)))
                for place, paths in rows.items()
                if paths
            ),
        ),
        shared=tuple(Shared(role=own[sha256], label=label) for sha256, label in held.items() if sha256 not in gone),
        figures=tuple(use for use in users if use.kind != record.kind),
        elsewhere=elsewhere,
        in_git=tuple(rows),
        spared=tuple(one.label for one in spared),
    )


def _parts(project: Project, record: Record, held: Collection[str]) -> Iterator[Doomed]:
    """What a version is stored as, without the objects that stay."""
    yield Doomed(role="record", label=record.label, size=_size(project.record_place(record.kind, record.id)))
    for role, one in sorted(record.objects.items(), key=lambda item: _ORDER.get(item[0], len(_ORDER))):
        if one.sha256 not in held:
            yield Doomed(role=role, label=record.label, size=one.size, sha256=one.sha256)


def _prepared(project: Project, record: Record, *, spare: bool) -> tuple[list[Record], list[Record]]:
    """Versions that recipes made of a version, one of the other, oldest first; and those with pseudonyms, where they
    are to be spared."""
    going, found, spared = {record.id}, list[Record](), list[Record]()
    for one in sorted(project.records(DATASET), key=attrgetter("order")):
        if not going.intersection(one.parents) or (body := one.read(DatasetVersion)).recipe is None:
            continue
        if spare and body.pseudonym_key:
            spared.append(one)
        else:
            going.add(one.id)
            found.append(one)
    return found, spared


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _models(records: Iterable[Record]) -> list[Doomed]:
    """Stored models that hold the rows that they learned from."""
    return [
        Doomed(role="model", label=r.label, size=r.objects["model"].size, sha256=r.objects["model"].sha256)
        for r in records
        if r.kind == MODEL and "model" in r.objects and _keeps_rows(r)
    ]


def _keeps_rows(record: Record) -> bool:
    """Nearest neighbours are the rows themselves. Where it can't be told, it is taken for granted."""
    try:
        body = record.read(ModelVersion)
    except CicloError:
        return True
    members = [str(p) for c in body.candidates if c.estimator == body.estimator for p in c.params.values()]
    return body.estimator == _KEEPS_ROWS or any(member.startswith(_KEEPS_ROWS) for member in members)


def _exports(project: Project, records: Iterable[Record]) -> tuple[list[Doomed], tuple[str, ...]]:
    """Exports with acceptance rows: those that lie in the project, and the names of the others."""
    here, elsewhere = [], []
    for body in (one.body for one in deployments(records) if not one.body.commit):
        place = project.folder / "exports" / Path(body.file_name).name
        if place.exists() and measured(place)[0] == body.sha256:
            here.append(Doomed(role="export", label=place.name, size=body.size, sha256=body.sha256))
        else:
            elsewhere.append(body.file_name)
    return here, tuple(dict.fromkeys(elsewhere))


def _in_repositories(project: Project, records: Iterable[Record]) -> dict[str, list[Path]]:
    """Files with rows in repositories of releases, by the place of each: in the working tree and in DVC's cache. What
    another release there holds as well stays, as do repositories that aren't this project's (any more)."""
    found: dict[str, list[Path]] = {}
    doomed = [one for one in deployments(records) if one.body.commit]
    ids = {one.record.id for one in doomed}
    others = [one.body for one in all_deployments(project) if one.record.id not in ids] if doomed else []
    for body in (one.body for one in doomed):
        folder = project.folder / body.place
        paths = found.setdefault(body.place, [])
        contents = contents_in(folder)
        if contents is not None and contents.project == project.identity.id:
            kept = {md5 for other in others if other.place == body.place for md5 in other.tracked.values()}
            rows = rows_in(folder, {path: md5 for path, md5 in body.tracked.items() if md5 not in kept})
            paths += [path for path in rows if path not in paths]
    return found


def _remove_rows(paths: Iterable[Path]) -> None:
    for path in paths:
        with writing(path):
            path.chmod(0o600)  # DVC writes its cache read-only, and Windows deletes nothing that is
            path.unlink()


def carry_out(
    project: Project, record: Record, *, by: str, reason: str, spare: bool = False
) -> tuple[PurgePlan, Record]:
    """Purge a version as planned; the plan, and the tombstone that stays. ``spare`` versions with pseudonyms.

    Raises
    ------
    CicloError
        See :func:`app.project.purge.purge`; what the disk of a repository refused: nothing was purged then.
    """
    plan = plan_purge(project, record, spare=spare)
    prepared, spared = _prepared(project, record, spare=spare)
    also = {one.sha256: f"model of {one.label}" for one in plan.doomed if one.role == "model"}
    files = {one.label: one.sha256 for one in plan.doomed if one.role == "export"}
    if by.strip() and reason.strip():  # where a repository can't be reached, the purge can be asked for again
        users = uses(project, record.id, but={one.id for one in spared})
        for paths in _in_repositories(project, [project.get(use.id) for use in users]).values():
            _remove_rows(paths)
    for one in reversed(prepared):  # the version itself goes last: what is cut off can be asked again
        purge(project, one, by=by, reason=reason)
    return plan, purge(project, record, by=by, reason=reason, also=also, files=files)
