"""Make a release: data, model and code of an approved version, as one immutable object."""

from __future__ import annotations

from importlib.metadata import entry_points

import msgspec

from app import __version__
from app.deployment.approved import ApprovedVersion, approved_version
from app.deployment.history import Released, all_releases
from app.deployment.records import RELEASE, Release
from app.errors import CicloError
from app.project import Project, draft
from app.project.record import Draft

_GROUPS = ("ciclo.estimators", "ciclo.targets")


def release_of(version: ApprovedVersion) -> Released | None:
    """The newest release of a version on the decision that holds; None where it wasn't released yet."""
    made = all_releases(version.project, model=version.record.name)
    same = (one for one in reversed(made) if one.body.decision_id == version.decision_record.id)
    return next((one for one in same if one.body.model_id == version.record.id), None)


def body_of(version: ApprovedVersion, *, notes: str = "") -> Release:
    """What a release of a version holds."""
    made = all_releases(version.project, model=version.record.name)
    table = version.dataset_record.objects["table"]
    return Release(
        model=version.record.label,
        model_id=version.record.id,
        model_sha256=version.record.objects["model"].sha256,
        threshold=version.model.threshold,
        dataset=version.model.dataset,
        dataset_id=version.dataset_record.id,
        table_sha256=table.sha256,
        source_sha256=version.dataset.source_sha256,
        report_id=version.report_record.id,
        decision_id=version.decision_record.id,
        decided_by=version.decision.by,
        software=f"ciclo {__version__}",
        libraries=version.model.versions,
        packages=_packages(),
        notes=notes,
        previous=made[-1].record.id if made else "",
    )


def _packages() -> dict[str, str]:
    """Packages of others that take part, with their versions."""
    found = (point.dist for group in _GROUPS for point in entry_points(group=group))
    return {dist.name: dist.version for dist in found if dist is not None}


def draft_of(version: ApprovedVersion, body: Release) -> Draft:
    """The record of a release."""
    about = (body.model_id, body.decision_id, body.report_id, body.dataset_id)
    before = (body.previous,) if body.previous else ()
    return draft(RELEASE, body, parents=(*about, *before), name=version.record.name)


def make_release(project: Project, model: str, *, notes: str = "") -> Released:
    """Release an approved version, with what there is to say about it.

    Raises
    ------
    CicloError
        As :func:`app.deployment.approved.approved_version`; ``deployment.released`` where the version was released on
        the same decision already.
    """
    version = approved_version(project, model)
    known = release_of(version)
    if known is not None:
        raise CicloError("deployment.released", model=version.record.label, release=known.record.number)
    body = body_of(version, notes=notes.strip())
    (record,) = project.commit([draft_of(version, body)])
    return Released(record=record, body=body)


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A field of two releases that isn't the same. ``part`` is data, model, decision or code."""

    part: str
    name: str
    before: str
    after: str


_PARTS = {
    "dataset": "data",
    "table_sha256": "data",
    "source_sha256": "data",
    "model": "model",
    "model_sha256": "model",
    "threshold": "model",
    "decided_by": "decision",
    "decision_id": "decision",
    "report_id": "decision",
    "software": "code",
}


def differences(before: Release, after: Release) -> tuple[Difference, ...]:
    """What changed from one release to another."""
    found = [
        Difference(part=part, name=name, before=str(getattr(before, name)), after=str(getattr(after, name)))
        for name, part in _PARTS.items()
        if getattr(before, name) != getattr(after, name)
    ]
    old, new = ({**body.libraries, **body.packages} for body in (before, after))
    found += [
        Difference(part="code", name=name, before=old.get(name, ""), after=new.get(name, ""))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]
    return tuple(found)
