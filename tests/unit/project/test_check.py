"""``check`` finds every damage and names what rests on it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.project import Project, check, draft, glance
from app.project.durable import stage_bytes


class Body(msgspec.Struct, frozen=True):
    text: str


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A dataset, and a model that was learned from it."""
    project = Project.create(tmp_path / "p")
    folder, lock = project.new_staging()
    table = stage_bytes(folder, "t", b"rows", media="x")
    (data,) = project.commit([draft("dataset-version", Body("d"), objects={"table": table}, name="customers")])
    model = stage_bytes(folder, "m", b"trees", media="x")
    project.commit([draft("model-version", Body("m"), objects={"model": model}, name="churn", parents=(data.id,))])
    lock.release()
    return project


def test_that_a_whole_project_passes(project: Project) -> None:
    found = check(project)
    assert (found.records, found.objects, found.damaged) == (2, 2, ())


def test_that_damaged_data_names_the_dataset_and_the_model_learned_from_it(project: Project) -> None:
    path = project.object_path(project.records("dataset-version")[0].objects["table"].sha256)
    path.chmod(0o644)
    path.write_bytes(b"r0ws")
    (damage,) = check(project).damaged
    assert damage.reason.id == "project.check.altered"
    assert damage.affects == ("churn@1", "customers@1")


def test_that_a_lost_object_is_found(project: Project) -> None:
    project.object_path(project.records("model-version")[0].objects["model"].sha256).unlink()
    (damage,) = check(project).damaged
    assert (damage.reason.id, damage.affects) == ("project.check.missing_object", ("churn@1",))


def test_that_a_vanished_record_is_noticed(project: Project) -> None:
    first = project.records("dataset-version")[0]
    next(path for id, path in project.record_files() if id == first.id).unlink()
    (damage,) = check(project).damaged
    assert (damage.id, damage.reason.id, damage.affects) == (first.id, "project.check.vanished", ("churn@1",))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_that_any_flipped_or_cut_byte_is_found(project: Project, data: st.DataObject) -> None:
    files = [p for _, p in (*project.record_files(), *project.object_files())]
    path = data.draw(st.sampled_from(files))
    before = path.read_bytes()
    cut = data.draw(st.booleans())
    at = data.draw(st.integers(0, len(before) - 1))
    path.chmod(0o644)
    path.write_bytes(before[:at] if cut else before[:at] + bytes([before[at] ^ 1]) + before[at + 1 :])
    try:
        assert check(project).damaged
        reopened = Project.open(project.folder)  # what is whole stays usable
        assert len(reopened.records()) >= 1
        reopened.close()
    finally:
        path.write_bytes(before)
    assert not check(project).damaged


def test_that_records_that_are_all_gone_are_damage(project: Project) -> None:
    shutil.rmtree(project.folder / "records")
    again = Project.open(project.folder)
    assert [(d.kind, d.reason.id) for d in check(again).damaged] == [("folder", "project.check.no_records")]


def test_that_an_altered_record_is_named_once_with_what_rests_on_it(project: Project) -> None:
    first = project.records("dataset-version")[0]
    path = next(path for id, path in project.record_files() if id == first.id)
    path.write_bytes(path.read_bytes().replace(b"customers", b"custamers"))
    (damage,) = check(project).damaged
    assert (damage.id, damage.kind) == (first.id, "dataset-version")
    assert (damage.reason.id, damage.affects) == ("project.check.altered", ("churn@1",))


def test_that_an_object_that_may_not_be_read_is_not_called_missing(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(_path: Path) -> tuple[str, int]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(sys.modules["app.project.check"], "hash_file", forbidden)
    assert {d.reason.id for d in check(project).damaged} == {"project.check.unreadable"}


def test_that_a_glance_sees_what_is_missing_or_cut_without_reading_it(project: Project) -> None:
    assert glance(project).damaged == ()
    path = project.object_path(project.records("dataset-version")[0].objects["table"].sha256)
    path.chmod(0o644)
    path.write_bytes(b"row")
    (damage,) = glance(project).damaged
    assert (damage.reason.id, damage.affects) == ("project.check.altered", ("churn@1", "customers@1"))
    path.write_bytes(b"r0ws")
    assert glance(project).damaged == ()  # that only the hash tells


def test_that_a_check_says_how_far_it_is_and_may_be_stopped(project: Project) -> None:
    seen: list[tuple[int, int]] = []
    check(project, watch=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 9), (5, 9)] or seen == [(0, 9), (4, 9)]


def test_that_a_damaged_decision_names_the_version_that_it_is_about(project: Project) -> None:
    (model,) = project.records("model-version")
    (decision,) = project.commit([draft("decision", Body("yes"), parents=(model.id,))])
    path = next(path for id, path in project.record_files() if id == decision.id)
    path.write_bytes(path.read_bytes().replace(b"yes", b"yea"))
    (damage,) = check(project).damaged
    assert (damage.kind, damage.affects) == ("decision", ("churn@1",))
