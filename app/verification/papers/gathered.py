"""All that a paper about a version is made from, read once."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

from app.data.records import DATASET, DatasetVersion
from app.errors import CicloError
from app.learning.records import MODEL, ModelVersion
from app.project import Project, Record
from app.verification.papers.statements import TOPICS, statements
from app.verification.records import GATE_RISK, GateRisk, Report
from app.verification.state import decisions, latest_report
from app.verification.value.stored import in_force, operating_point


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """A version with what is known about it.

    Attributes
    ----------
    version
        With the threshold that holds.
    report_record, report
        None where it was never judged.
    dataset_record, dataset
        None where the data were deleted for good.
    threshold_record
        What says the threshold: an operating point, or the version itself.
    decisions
        About this version, oldest first.
    statements
        What people wrote about the model, by topic.
    series
        The versions of the model, oldest first, this one among them.
    """

    project: Project
    record: Record
    version: ModelVersion
    report_record: Record | None
    report: Report | None
    dataset_record: Record | None
    dataset: DatasetVersion | None
    threshold_record: Record
    decisions: tuple[Record, ...]
    statements: dict[str, Record]
    risk_record: Record | None
    series: tuple[Record, ...]

    @property
    def open_questions(self) -> int:
        """How many questions about it nobody has answered."""
        return len(TOPICS) - len(self.statements)

    def naming(self, kind: str) -> list[Record]:
        """Records of a kind that have this version for a parent, oldest first."""
        found = (record for record in self.project.records(kind) if self.record.id in record.parents)
        return sorted(found, key=attrgetter("order"))


def gather(project: Project, record: Record, *, report: Record | None = None) -> Gathered:
    """What is known about a version; ``report`` is the one to tell of, else the newest."""
    report = report or latest_report(project, record.id)
    dataset = _dataset(project, record)
    risks = [r for r in project.records(GATE_RISK) if r.read(GateRisk).model == record.name]
    return Gathered(
        project=project,
        record=record,
        version=in_force(project, record),
        report_record=report,
        report=report.read(Report) if report is not None else None,
        dataset_record=dataset,
        dataset=dataset.read(DatasetVersion) if dataset is not None else None,
        threshold_record=operating_point(project, record.id) or record,
        decisions=tuple(sorted(decisions(project, record.id), key=attrgetter("order"))),
        statements=statements(project, record.name),
        risk_record=max(risks, key=attrgetter("order"), default=None),
        series=tuple(sorted(project.records(MODEL, record.name), key=attrgetter("order"))),
    )


def _dataset(project: Project, record: Record) -> Record | None:
    try:
        found = project.get(record.read(ModelVersion).dataset_id)
    except CicloError:  # deleted for good: the papers say so
        return None
    return found if found.kind == DATASET else None
