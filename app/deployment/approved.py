"""An approved version with everything that an export takes with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.data.records import DATASET, DatasetVersion
from app.errors import CicloError
from app.learning.records import ModelVersion
from app.project import Project, Record
from app.verification.records import Decision, Report
from app.verification.signing import signature_state
from app.verification.state import VersionState, approvals, model_record, version_state

_REFUSALS = {
    VersionState.CONFLICT: "deployment.contested",
    VersionState.REJECTED: "deployment.rejected",
    VersionState.HALF: "deployment.half_approved",
}
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\s]+')


def safe_name(name: str) -> str:
    """A file name that every system accepts."""
    return _UNSAFE.sub("-", name).strip(". -") or "model"


@dataclass(frozen=True, kw_only=True)
class ApprovedVersion:
    """A version that may go out: its record, the decision that lets it out, the report on which that rests, and the
    dataset version that it learned from."""

    project: Project
    record: Record
    model: ModelVersion
    decision_record: Record
    decision: Decision
    report_record: Record
    report: Report
    dataset_record: Record
    dataset: DatasetVersion

    def object_bytes(self, record: Record, name: str) -> bytes:
        """An object of a record, its hash checked."""
        return self.project.object_bytes(record.objects[name].sha256)

    @property
    def table_path(self) -> Path:
        """The stored table of the dataset."""
        return self.project.whole_object(self.dataset_record.objects["table"].sha256)


def approved_version(project: Project, model: str) -> ApprovedVersion:
    """The version that ``model`` names.

    Raises
    ------
    CicloError
        ``deployment.not_approved``, ``deployment.half_approved``, ``deployment.rejected``, ``deployment.contested``
        where decisions contradict each other, ``deployment.uncertain`` where a later one may be lost,
        ``deployment.bad_signature`` where an approval isn't as it was signed; ``project.damaged_record`` where what it
        rests on isn't what was stored.
    """
    record = model_record(project, model)
    approved = approvals(project, record)
    if not approved:
        state = version_state(project, record.id)
        raise CicloError(_REFUSALS.get(state, "deployment.not_approved"), model=record.label)
    for one in approved:
        if project.may_be_overruled(one):
            raise CicloError("deployment.uncertain", model=record.label)
        if not signature_state(project.whole_record(one.id), project).sound:
            raise CicloError("deployment.bad_signature", model=record.label, by=one.read(Decision).by)
    found, record = project.whole_record(approved[-1].id), project.whole_record(record.id)
    decision = found.read(Decision)
    report_record = project.whole_record(decision.report_id)
    report, body = report_record.read(Report), record.read(ModelVersion)
    if report.threshold is not None:  # the one that was judged and approved, whatever was set since
        body = msgspec.structs.replace(body, threshold=report.threshold)
    dataset_record = project.whole_record(body.dataset_id)
    if dataset_record.kind != DATASET:
        raise CicloError("project.no_record", id=body.dataset_id[:12])
    return ApprovedVersion(
        project=project,
        record=record,
        model=body,
        decision_record=found,
        decision=decision,
        report_record=report_record,
        report=report,
        dataset_record=dataset_record,
        dataset=dataset_record.read(DatasetVersion),
    )
