"""Export an approved version: made in staging, certified in a fresh process, and only then put in its place."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.deployment.approved import ApprovedVersion, approved_version
from app.deployment.place import put_new
from app.deployment.records import RELEASE, Certificate, ExportAnswer, ExportRequest, Release
from app.deployment.targets import Target, find_target
from app.errors import CicloError
from app.jobs.contract import Context, Outcome, Progress
from app.project import Project, draft
from app.project.durable import check_place, make_folder, writing
from app.text import Text


def export(context: Context, request: ExportRequest) -> Outcome:
    """Make and certify an export. What stands under its name already is never replaced.

    Raises
    ------
    CicloError
        ``deployment.not_approved``, ``deployment.exists``, ``deployment.unknown_target`` or
        ``deployment.not_certified``.
    """
    target = find_target(request.target)
    project = Project.open(Path(request.project))
    try:
        version = approved_version(project, request.model)
        place = _place(target, version, request.out)
        context.report(Progress(step=Text("deployment.step.making", {"name": place.name}), done=0, total=3))
        made = context.staging / place.name
        certificate = target.make(context, version, made)
        context.check_cancelled()
        context.report(Progress(step=Text("deployment.step.placing", {"name": place.name}), done=2, total=3))
        sha256, size = put_new(made, place)
        body = _release(target, version, place, sha256=sha256, size=size, certificate=certificate)
        answer = ExportAnswer(path=str(place), certificate=certificate)
        parents = (version.record.id, version.decision_record.id)
        return Outcome(drafts=(draft(RELEASE, body, parents=parents),), answer=msgspec.Raw(msgspec.json.encode(answer)))
    finally:
        project.close()


def _place(target: Target, version: ApprovedVersion, out: str) -> Path:
    """Where the export goes: a folder that is named takes it under its own name."""
    name = target.file_name(version)
    if not out:
        folder = version.project.folder.absolute() / "exports"
        with writing(folder):
            make_folder(folder)
        return folder / name
    place = Path(out).absolute()
    if place.is_dir():
        place = place / name
    if place.suffix != Path(name).suffix:
        raise CicloError("deployment.bad_ending", name=place.name, ending=Path(name).suffix)
    check_place(place)
    return place


def _release(
    target: Target, version: ApprovedVersion, place: Path, *, sha256: str, size: int, certificate: Certificate
) -> Release:
    return Release(
        model=version.record.label,
        model_id=version.record.id,
        target=target.name,
        file_name=place.name,
        sha256=sha256,
        size=size,
        certificate=certificate,
    )
