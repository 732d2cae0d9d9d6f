"""Purging: what is deleted for good is gone, what stays says so, and a kill at any moment leaves nothing half-done."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from app.errors import CicloError
from app.project import Project, Record, check, draft, glance
from app.project.durable import hash_file, stage_bytes
from app.project.folder import DRAFTS
from app.project.purge import purge, purged
from app.project.tombstone import PURGE, Tombstone
from app.project.writer import cache_folder

DATASET = "dataset-version"


class Body(msgspec.Struct, frozen=True):
    text: str


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "p")


def add(project: Project, content: bytes, text: str = "", name: str = "customers") -> Record:
    folder, lock = project.new_staging()
    staged = stage_bytes(folder, "table", content, media="text/csv")
    (record,) = project.commit([draft(DATASET, Body(text), objects={"table": staged}, name=name)])
    lock.release()
    return record


def sha(record: Record) -> str:
    return record.objects["table"].sha256


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_that_nothing_of_a_purged_version_stays_but_its_tombstone(project: Project) -> None:
    add(project, b"kept")
    record = add(project, b"Ana Garcia", text="secret words")
    (project.local / DRAFTS).mkdir()
    (project.local / DRAFTS / f"{record.id}.json").write_text("Ana Garcia")  # as the words of a recipe
    purge(project, record, by="Eva", reason="request of 3 March")
    assert b"Ana Garcia" not in everything(project.folder)
    assert b"secret words" not in everything(project.folder) + everything(cache_folder())
    found = check(project)
    assert found.damaged == () == glance(project).damaged
    assert [(one.stone.label, one.stone.by, one.stone.reason) for one in found.purged] == [
        ("customers@2", "Eva", "request of 3 March")
    ]


def test_that_a_purged_version_is_said_to_be_purged_and_its_number_is_not_given_again(project: Project) -> None:
    first, second = add(project, b"a"), add(project, b"b")
    purge(project, second, by="Eva", reason="request")
    assert project.version(DATASET, "customers") == first
    for ask in (lambda: project.version(DATASET, "customers@2"), lambda: project.get(second.id)):
        with pytest.raises(CicloError, match=r"project\.purged"):
            ask()
    with pytest.raises(CicloError, match=r"project\.purged"):
        project.object_path(sha(second))
    assert add(project, b"c").number == 3
    project.close()
    shutil.rmtree(cache_folder())
    assert add(Project.open(project.folder), b"d").number == 4


def test_that_an_object_that_another_version_needs_stays(project: Project) -> None:
    first, second = add(project, b"same", "1"), add(project, b"same", "2")
    purge(project, first, by="Eva", reason="request")
    assert project.whole_object(sha(second)).read_bytes() == b"same"
    purge(project, second, by="Eva", reason="request")
    assert list(project.object_files()) == []
    assert check(project).damaged == ()


def test_that_the_same_content_can_be_imported_again_after_a_purge(project: Project) -> None:
    purge(project, add(project, b"a"), by="Eva", reason="request")
    again = add(project, b"a")
    reopened = Project.open(project.folder)
    assert reopened.whole_object(sha(again)).read_bytes() == b"a"
    assert check(reopened).damaged == ()


def test_that_nothing_is_committed_that_rests_on_a_purged_version(project: Project) -> None:
    record = add(project, b"a")
    purge(project, record, by="Eva", reason="request")
    with pytest.raises(CicloError, match=r"project\.purged"):
        project.commit([draft("model-version", Body("m"), parents=(record.id,), name="churn")])


def test_that_exports_with_rows_go_too_unless_they_are_other_files_now(project: Project) -> None:
    record = add(project, b"a")
    files = {}
    for name in ("one.zip", "two.zip"):
        place = project.folder / "exports" / name
        place.write_bytes(name.encode())
        files[name] = hash_file(place)[0]
    (project.folder / "exports" / "two.zip").write_bytes(b"something else")
    purge(project, record, by="Eva", reason="request", files=files)
    assert [p.name for p in (project.folder / "exports").iterdir()] == ["two.zip"]


@pytest.mark.parametrize(("by", "reason"), [("", "x"), ("Eva", " ")])
def test_that_a_purge_needs_a_name_and_a_reason(project: Project, by: str, reason: str) -> None:
    record = add(project, b"a")
    with pytest.raises(CicloError, match=r"project\.purge_no"):
        purge(project, record, by=by, reason=reason)
    assert project.version(DATASET, "customers") == record


KILLED = """
import os, sys
from pathlib import Path
from app.project import Project, durable, purge
left = int(sys.argv[2])

def counted(function):
    def counting(*args, **kwargs):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return function(*args, **kwargs)
    return counting

for name in ("unlink", "replace", "chmod"):
    setattr(Path, name, counted(getattr(Path, name)))
os.fsync = counted(os.fsync)
project = Project.open(Path(sys.argv[1]))
purge.purge(project, project.version("dataset-version", "customers@2"), by="Eva", reason="request")
"""


def test_that_a_purge_killed_at_any_moment_never_happened_or_is_finished_on_opening(tmp_path: Path) -> None:
    original = Project.create(tmp_path / "original")
    add(original, b"a")
    add(original, b"secret")
    original.close()
    outcomes = set()
    for step in range(200):
        copy = tmp_path / str(step)
        shutil.copytree(original.folder, copy)
        status = subprocess.run([sys.executable, "-c", KILLED, str(copy), str(step)], check=False).returncode
        project = Project.open(copy)
        happened = [one.stone.label for one in purged(project)] == ["customers@2"]
        assert happened == (b"secret" not in everything(copy / "objects")), step
        assert len(project.records(DATASET)) == 2 - happened
        assert check(project).damaged == ()
        outcomes.add((status, happened))
        project.close()
        shutil.rmtree(copy)
        if status == 0:
            break
    assert outcomes == {(9, False), (9, True), (0, True)}


def test_that_a_tombstone_can_delete_nothing_outside_its_places(project: Project, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"x")
    kept = add(project, b"a")
    evil = Tombstone(
        id="../" * 20,
        kind="../..",
        name="x",
        number=1,
        lamport=0,
        writer="w",
        seq=0,
        created="",
        by="",
        reason="",
        objects={"../../../precious": "x"},
        files={"../../precious": hash_file(precious)[0]},
    )
    project.commit([draft(PURGE, evil)])
    Project.open(project.folder)
    assert precious.exists()
    assert project.whole_object(sha(kept))


def test_that_check_says_where_a_purge_is_unfinished(project: Project) -> None:
    record = add(project, b"a")
    place = project.record_place(DATASET, record.id)
    data = place.read_bytes()
    purge(project, record, by="Eva", reason="request")
    place.write_bytes(data)
    assert json.loads(data)["name"] == "customers"
    assert [d.reason.id for d in check(project).damaged] == ["project.check.purge_unfinished"]
    assert project.records(DATASET) == []
