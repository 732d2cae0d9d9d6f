"""What a purge takes with it: models and exports that hold rows of the version."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest

from app.deployment.purging import carry_out, plan_purge
from app.deployment.records import DEPLOYMENT, Certificate, Deployment
from app.deployment.repository import CACHE, CONTENTS, Contents
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


def released(project: Project, model: Record, lies: Path, **more: object) -> None:
    sha256, size = measured(lies)
    proof = Certificate(runtime="r", rows=1, max_difference=0.0, label_flips=0)
    body = Deployment(
        model=model.label,
        model_id=model.id,
        target="bundle",
        file_name=lies.name,
        sha256=sha256,
        size=size,
        certificate=proof,
        **more,
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


def test_that_rows_in_a_repository_go_from_files_and_cache_and_git_is_named(project: Project, tmp_path: Path) -> None:
    (data,) = project.commit([draft("dataset-version", Body(), objects={"table": staged(project, b"t")}, name="d")])
    (other,) = project.commit([draft("dataset-version", Body(x=2), name="d")])
    old, new = learned(project, data, "logistic"), learned(project, other, "tree")
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    told = dict(keep(folder, name) for name in ("old.csv", "new.csv", "both.csv"))
    contents = Contents(project=project.identity.id, name="m", model="m@1", release="r", files={}, tracked={})
    (folder / CONTENTS).write_bytes(msgspec.json.encode(contents))
    for model, names in ((old, ("old.csv", "both.csv")), (new, ("new.csv", "both.csv"))):
        released(project, model, folder, place=str(folder), commit="c", tracked={name: told[name] for name in names})
    plan = plan_purge(project, data)
    assert [(one.label, one.size) for one in plan.doomed if one.role == "repository"] == [(str(folder), 14)]
    assert (plan.in_git, plan.elsewhere) == ((str(folder),), ())
    carry_out(project, data, by="Eva", reason="request")
    left = sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name != CONTENTS)
    assert left == sorted(["new.csv", "both.csv", told["new.csv"][2:], told["both.csv"][2:]])


def keep(folder: Path, name: str) -> tuple[str, str]:
    """A file in the working tree and in DVC's cache."""
    data = name.encode()
    md5 = hashlib.md5(data).hexdigest()
    kept = folder / CACHE / md5[:2] / md5[2:]
    kept.parent.mkdir(parents=True)
    for place in (folder / name, kept):
        place.write_bytes(data)
    kept.chmod(0o444)
    return name, md5
