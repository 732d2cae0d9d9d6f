"""What a purge of a dataset version takes away, and what still speaks of it afterwards. Light.

It stands in the last room that keeps something of the rows: models of some kinds hold those that they learned from, and
exported bundles hold the rows on which they are tested again.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from app.data.versions.history import Use, uses
from app.deployment.history import deployments
from app.errors import CicloError
from app.learning.records import MODEL, ModelVersion
from app.project import Project, Record
from app.project.durable import measured
from app.project.purge import needed, purge

_ORDER = {"table": 0, "rejected": 1, "profile": 2}
_KEEPS_ROWS = "neighbors"


class Doomed(msgspec.Struct, frozen=True, kw_only=True):
    """Something that goes: ``role`` is table, profile, rejected, record, model or export; ``label`` whose it is."""

    role: str
    label: str
    size: int
    sha256: str = ""


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """An object that stays, since another version (``label``) needs it too."""

    role: str
    label: str


class PurgePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What would happen. ``figures`` stay and still hold figures or words from the version; ``elsewhere`` are the names
    of exports with rows of it that lie outside the project.
    """

    label: str
    doomed: tuple[Doomed, ...]
    shared: tuple[Shared, ...]
    figures: tuple[Use, ...]
    elsewhere: tuple[str, ...]


def plan_purge(project: Project, record: Record) -> PurgePlan:
    """What a purge of ``record`` would delete, and what would stay."""
    own = {o.sha256: role for role, o in record.objects.items()}
    held = needed(project, set(own), without=record.id)
    users = uses(project, record.id)
    records = [project.get(use.id) for use in users]
    doomed = [Doomed(role="record", label=record.label, size=_size(project.record_place(record.kind, record.id)))]
    doomed += [
        Doomed(role=role, label=record.label, size=o.size, sha256=o.sha256)
        for role, o in sorted(record.objects.items(), key=lambda item: _ORDER.get(item[0], len(_ORDER)))
        if o.sha256 not in held
    ]
    doomed += _models(records)
    exports, elsewhere = _exports(project, records)
    gone = {one.sha256 for one in (*doomed, *exports) if one.sha256}
    return PurgePlan(
        label=record.label,
        doomed=(*doomed, *exports),
        shared=tuple(Shared(role=own[sha256], label=label) for sha256, label in held.items() if sha256 not in gone),
        figures=tuple(use for use in users if use.kind != record.kind),
        elsewhere=elsewhere,
    )


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
    for body in (one.body for one in deployments(records)):
        place = project.folder / "exports" / Path(body.file_name).name
        if place.exists() and measured(place)[0] == body.sha256:
            here.append(Doomed(role="export", label=place.name, size=body.size, sha256=body.sha256))
        else:
            elsewhere.append(body.file_name)
    return here, tuple(dict.fromkeys(elsewhere))


def carry_out(project: Project, record: Record, *, by: str, reason: str) -> tuple[PurgePlan, Record]:
    """Purge a version as planned; the plan, and the tombstone that stays.

    Raises
    ------
    CicloError
        See :func:`app.project.purge.purge`.
    """
    plan = plan_purge(project, record)
    also = {one.sha256: f"model of {one.label}" for one in plan.doomed if one.role == "model"}
    files = {one.label: one.sha256 for one in plan.doomed if one.role == "export"}
    return plan, purge(project, record, by=by, reason=reason, also=also, files=files)
