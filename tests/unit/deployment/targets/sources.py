"""An approved version in a project of its own, made by hand: what targets are given."""

from __future__ import annotations

import io
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from app.data.records import DATASET, Column, Corrections, DatasetVersion
from app.deployment.approved import ApprovedVersion
from app.deployment.declared import Settings
from app.deployment.made import Source
from app.deployment.records import Certificate
from app.deployment.targets import Target
from app.jobs.contract import Cancelled, Progress
from app.learning import canonical
from app.learning.records import MODEL, Candidate, Estimate, ModelVersion, Split, Task, TrainRequest
from app.project import Project, Record, draft
from app.project.durable import stage_bytes
from app.text import Text
from app.verification.records import DECISION, REPORT, Decision, Gate, MetricRow, Report
from tests.unit.deployment.models import COLUMNS, LABELS, ROWS, fitted, table, target

NAME = "income"


class Here:
    """A job's surroundings in the test."""

    processors = 1

    def __init__(self, staging: Path, *, cancelled: bool = False) -> None:
        staging.mkdir(exist_ok=True, parents=True)
        self.staging = staging
        self._cancelled = cancelled

    def report(self, progress: Progress) -> None:
        """Nobody watches."""

    def publish(self, topic: str, value: msgspec.Struct) -> None:
        """Nobody watches."""

    def check_cancelled(self) -> None:
        if self._cancelled:
            raise Cancelled


def defaults(target: Target, **given: str) -> Settings:
    """Settings as an export hands them over."""
    return {setting.name: setting.default for setting in target.declared.settings} | given


def made(target: Target, source: Source, path: Path, **given: str) -> Path:
    """An export that was written and sealed."""
    settings = defaults(target, **given)
    target.write(Here(path.parent / "staging"), source, path, settings)
    proof = Certificate(runtime="test", rows=1, max_difference=0.0, label_flips=0)
    target.seal(path, proof)
    return path


def make_source(folder: Path, task: Task = Task.BINARY) -> Source:
    """A project in ``folder`` with data, a model, its report and an approval."""
    project = Project.create(folder / "project", name="p")
    model = fitted(task)
    data = canonical.dump(model.pipeline)
    dataset = _dataset(project, folder, task)
    version = _version(project, folder, task, dataset, data)
    report = _report(project, folder, task, version)
    body = Decision(
        model=version.label, model_id=version.id, report_id=report.id, approved=True, by="Ana", comment="ok"
    )
    (decision,) = project.commit([draft(DECISION, body, parents=(report.id, version.id))])
    approved = ApprovedVersion(
        project=project,
        record=version,
        model=version.read(ModelVersion),
        decision_record=decision,
        decision=body,
        report_record=report,
        report=report.read(Report),
        dataset_record=dataset,
        dataset=dataset.read(DatasetVersion),
    )
    return Source(version=approved, model=model, model_bytes=data, release="ab" * 32)


def whole_table(task: Task) -> pa.Table:
    """The columns with the target."""
    learned = target(task)
    values = learned.tolist() if task is Task.REGRESSION else [LABELS[task][place] for place in learned]
    return table().append_column("income", pa.array(values))


def _dataset(project: Project, folder: Path, task: Task) -> Record:
    rows = whole_table(task)
    stored = io.BytesIO()
    pq.write_table(rows, stored)
    kinds = dict(COLUMNS)
    columns = tuple(
        Column(name=name, type=kinds.get(name, "category"), missing=0, distinct=2) for name in rows.column_names
    )
    body = DatasetVersion(
        source_name="people.csv",
        source_sha256="cd" * 32,
        source_size=10,
        corrections=Corrections(),
        columns=columns,
        records=ROWS,
        rows=ROWS,
        rejected=0,
    )
    staged = stage_bytes(folder, "table.parquet", stored.getvalue(), media="application/vnd.apache.parquet")
    return project.commit([draft(DATASET, body, objects={"table": staged}, name="people")])[0]


def _version(project: Project, folder: Path, task: Task, dataset: Record, data: bytes) -> Record:
    signature = fitted(task).signature
    estimate = Estimate(value=0.8, low=0.7, high=0.9)
    request = TrainRequest(project=str(project.folder), dataset="people", target="income", model=NAME, seed=7)
    body = ModelVersion(
        dataset=dataset.label,
        dataset_id=dataset.id,
        target="income",
        task=task,
        labels=signature.labels,
        positive=signature.positive,
        features=signature.features,
        excluded=(),
        split=Split(scheme="random", seed=7, fraction=0.2, key="k", train_rows=240, holdout_rows=60),
        request=request,
        metric="roc_auc",
        estimator="logistic",
        candidates=(Candidate(estimator="logistic", params={"C": 1.0}, cv={}, seconds=1.0, complexity=1),),
        baseline={},
        cv={"roc_auc": estimate},
        threshold=0.5,
        seconds=1.0,
        peak_memory_mb=100.0,
        versions={"scikit-learn": "1.9.1"},
    )
    staged = stage_bytes(folder, "model.skops", data, media="application/zip")
    made = draft(MODEL, body, parents=(dataset.id,), objects={"model": staged}, name=NAME)
    return project.commit([made])[0]


def _report(project: Project, folder: Path, task: Task, version: Record) -> Record:
    said = Text("verification.headline.good")
    rows = whole_table(task)
    body = Report(
        model=version.label,
        model_id=version.id,
        dataset="people@1",
        on_test_file=False,
        task=task,
        rows=60,
        positives=None,
        openings=1,
        holdout_key="k",
        verdict="good",
        headline=said,
        summary=said,
        gates=(Gate(code="no_leakage", passed=True, value=0.0, limit=0.0, sentence=said),),
        metrics=(MetricRow(code="roc_auc", estimate=Estimate(value=0.8, low=0.7, high=0.9)),),
        charts=(),
    )
    predictions = io.BytesIO()
    numbers = {"row": list(range(60)), "actual": rows["income"].to_pylist()[:60]}
    labels = fitted(task).signature.labels
    numbers |= {f"p{place}": [1 / len(labels)] * 60 for place in range(len(labels))} or {"value": [1.0] * 60}
    pq.write_table(pa.table(numbers), predictions)
    objects = {
        name: stage_bytes(folder, name, data, media=media)
        for name, data, media in (
            ("html_en", b"<p>report</p>", "text/html"),
            ("html_es", b"<p>informe</p>", "text/html"),
            ("predictions", predictions.getvalue(), "application/vnd.apache.parquet"),
        )
    }
    return project.commit([draft(REPORT, body, parents=(version.id,), objects=objects)])[0]
