"""What a purge takes with it: models and exports that hold rows of the version."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.deployment.purging import carry_out, plan_purge
from app.deployment.records import DEPLOYMENT, Certificate, Deployment
from app.project import Project, Record, StagedFile, check, draft
from app.project.durable import measured, stage_bytes
from tests.unit.verification.test_state import version


class Body(msgspec.Struct, frozen=True):
    x: int = 1


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "project")


def staged(project: Project, content: bytes) -> StagedFile:
    folder, lock = project.new_staging()
    made = stage_bytes(folder, "x", content, media="x")
    lock.release()
    return made


def learned(project: Project, data: Record, estimator: str) -> Record:
    return version(
        project,
        name=estimator,
        estimator=estimator,
        parents=(data.id,),
        objects={"model": staged(project, estimator.encode())},
    )


def released(project: Project, model: Record, place: Path) -> None:
    sha256, size = measured(place)
    proof = Certificate(runtime="r", rows=1, max_difference=0.0, label_flips=0)
    body = Deployment(
        model=model.label,
        model_id=model.id,
        target="bundle",
        file_name=place.name,
        sha256=sha256,
        size=size,
        certificate=proof,
    )
    project.commit([draft(DEPLOYMENT, body, parents=(model.id,))])


def test_that_models_that_are_rows_and_exports_with_rows_go_and_others_are_named(
    project: Project, tmp_path: Path
) -> None:
    (data,) = project.commit([draft("dataset-version", Body(), objects={"table": staged(project, b"t")}, name="d")])
    near, far = learned(project, data, "neighbors"), learned(project, data, "logistic")
    inside, outside = project.folder / "exports" / "in.zip", tmp_path / "out.zip"
    folder = project.folder / "exports" / "churn-dvc"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "rows.csv").write_text("a\n1\n")
    for place in (inside, outside):
        place.write_bytes(place.name.encode())
    for place in (inside, outside, folder):
        released(project, far, place)
    plan = plan_purge(project, data)
    assert [(one.role, one.label) for one in plan.doomed] == [
        ("record", "d@1"),
        ("table", "d@1"),
        ("model", "neighbors@1"),
        ("export", "in.zip"),
        ("export", "churn-dvc"),
    ]
    assert plan.elsewhere == ("out.zip",)
    assert {use.label for use in plan.figures} == {"neighbors@1", "logistic@1"}
    carry_out(project, data, by="Eva", reason="request")
    assert not inside.exists()
    assert not folder.exists()
    assert outside.exists()
    assert not project.object_place(near.objects["model"].sha256).exists()
    assert project.whole_object(far.objects["model"].sha256)
    assert check(project).damaged == ()
