"""A project of format 1, made by the first release, opens for ever: records, objects, report, model and bundle."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from app.data.records import DATASET, DatasetVersion
from app.deployment.bundle.loading import load_bundle
from app.deployment.history import all_deployments
from app.learning.model import load_model, predict_table, signature_of
from app.learning.records import MODEL, ModelVersion
from app.project import Project, check
from app.project.durable import hash_file
from app.verification.records import REPORT, Report
from app.verification.state import VersionState, models

STORED = Path(__file__).resolve().parents[2] / "data" / "projects" / "v1"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.open(Path(shutil.copytree(STORED, tmp_path / "v1")))


def test_that_every_record_and_object_is_as_it_was_stored(project: Project) -> None:
    found = check(project)
    assert found.damaged == ()
    assert found.records == 5


def test_that_its_records_still_say_what_they_said(project: Project) -> None:
    (data,) = project.records(DATASET)
    assert data.label == "clientes@1"
    assert (data.read(DatasetVersion).rows, data.read(DatasetVersion).rejected) == (160, 1)
    (row,) = models(project)
    assert (row.label, row.state, row.estimator) == ("baja@1", VersionState.APPROVED, "logistic")
    assert project.records(REPORT)[0].read(Report).verdict == "reservations"


def test_that_its_model_still_predicts(project: Project) -> None:
    (record,) = project.records(MODEL)
    version = record.read(ModelVersion)
    model = load_model(project.object_path(record.objects["model"].sha256), signature=signature_of(version))
    (data,) = project.records(DATASET)
    table = pq.read_table(project.object_path(data.objects["table"].sha256))
    predictions = predict_table(model, table)
    assert predictions.probabilities.shape == (160, 2)
    assert version.labels == ("no", "sí")


def test_that_its_bundle_still_loads_and_gives_the_same_answers(project: Project) -> None:
    (deployed,) = all_deployments(project)  # exports were called releases then
    release = deployed.body
    path = project.folder / "exports" / release.file_name
    assert hash_file(path)[0] == release.sha256
    load_bundle(path)  # re-scores the acceptance rows that it carries
