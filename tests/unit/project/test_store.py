"""The project folder: what is saved stays saved, and reads the same from any copy."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from app.errors import CicloError
from app.project import Project, check, draft
from app.project.durable import check_place, stage_bytes, write_file, writing
from app.project.lock import FileLock
from app.project.writer import cache_folder
from app.text import Words


class Note(msgspec.Struct, frozen=True):
    text: str
    figure: float | None = None


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "churn", name="Customer churn")


def commit_object(project: Project, content: bytes = b"a,b\n1,2\n", name: str = "customers"):
    folder, lock = project.new_staging()
    staged = stage_bytes(folder, "table", content, media="text/csv")
    (record,) = project.commit([draft("dataset-version", Note("imported"), objects={"table": staged}, name=name)])
    lock.release()
    return record


def test_that_versions_of_a_series_are_numbered_from_one_without_gaps(project: Project) -> None:
    labels = [commit_object(project, bytes([n])).label for n in range(3)] + [
        commit_object(project, b"x", "calls").label
    ]
    assert labels == ["customers@1", "customers@2", "customers@3", "calls@1"]


def test_that_a_record_names_its_predecessor_and_follows_the_clock_of_all(project: Project) -> None:
    first, second = commit_object(project), commit_object(project)
    assert second.envelope.previous == first.id
    assert (first.envelope.lamport, second.envelope.lamport) == (1, 2)
    assert (first.envelope.seq, second.envelope.seq) == (1, 2)


def test_that_a_record_is_named_by_the_hash_of_its_bytes(project: Project) -> None:
    record = commit_object(project)
    ((id, path),) = project.record_files()
    assert id == record.id
    assert json.loads(path.read_bytes())["name"] == "customers"


def test_that_an_object_is_read_only_and_named_by_its_hash(project: Project) -> None:
    record = commit_object(project)
    path = project.object_path(record.objects["table"].sha256)
    assert path.read_bytes() == b"a,b\n1,2\n"
    assert path.stat().st_mode & 0o222 == 0


def test_that_equal_content_is_stored_once(project: Project) -> None:
    commit_object(project)
    commit_object(project)
    assert len(list(project.object_files())) == 1


def test_that_deleting_the_index_loses_nothing(project: Project) -> None:
    record = commit_object(project)
    project.close()
    shutil.rmtree(cache_folder())
    assert [r.id for r in Project.open(project.folder).records()] == [record.id]


@pytest.mark.parametrize("garbage", [b"", b"not a database at all" * 500])
def test_that_a_damaged_index_is_made_again(project: Project, garbage: bytes) -> None:
    record = commit_object(project)
    project.close()
    (index,) = (cache_folder() / "index").glob("*.sqlite")
    for path in index.parent.iterdir():
        path.unlink()
    index.write_bytes(garbage)
    assert [r.id for r in Project.open(project.folder).records()] == [record.id]


def test_that_a_copy_of_the_folder_opens_elsewhere_with_an_index_of_its_own(project: Project, tmp_path: Path) -> None:
    record = commit_object(project)
    copy = shutil.copytree(project.folder, tmp_path / "elsewhere")
    commit_object(project, b"later")
    assert [r.id for r in Project.open(copy).records()] == [record.id]


def test_that_two_open_windows_see_what_the_other_saved_and_number_on(project: Project) -> None:
    other = Project.open(project.folder)
    commit_object(project)
    assert commit_object(other, b"2").number == 2
    project.refresh()
    assert [r.number for r in project.records("dataset-version")] == [1, 2]


def test_that_unknown_fields_of_a_later_release_are_kept_and_read_over(project: Project) -> None:
    record = commit_object(project)
    ((_, path),) = project.record_files()
    content = json.loads(path.read_bytes()) | {"later": 1}
    from app.project.record import parse

    assert parse(json.dumps(content).encode()).label == record.label


def test_that_the_newest_version_is_meant_where_none_is_named(project: Project) -> None:
    commit_object(project)
    second = commit_object(project, b"2")
    assert project.version("dataset-version", "customers").id == second.id
    assert project.version("dataset-version", "customers@2").id == second.id


@pytest.mark.parametrize("label", ["customers@7", "clients", "customers@x", "@", ""])
def test_that_an_unknown_version_is_refused_with_what_there_is(project: Project, label: str) -> None:
    commit_object(project)
    with pytest.raises(CicloError, match="no_such_version") as caught:
        project.version("dataset-version", label)
    assert caught.value.params["known"] == "customers@1"


def test_that_twins_made_on_two_machines_are_named_and_not_guessed(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(project.folder, tmp_path / "copy")
    here = commit_object(project)
    monkeypatch.setenv("CICLO_HOME", str(tmp_path / "another machine"))
    there = commit_object(Project.open(copy), b"there")
    shutil.copytree(copy / "records", project.folder / "records", dirs_exist_ok=True)
    shutil.copytree(copy / "objects", project.folder / "objects", dirs_exist_ok=True)
    project.refresh()
    with pytest.raises(CicloError, match="twins"):
        project.version("dataset-version", "customers@1")
    assert project.version("dataset-version", f"customers@1~{there.id[:4]}").id == there.id
    assert project.version("dataset-version", f"customers@1~{here.id[:4]}").id == here.id
    assert check(project).damaged == ()


def test_that_a_folder_with_files_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(CicloError, match="folder_not_empty"):
        Project.create(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_that_a_project_is_not_made_twice(project: Project) -> None:
    with pytest.raises(CicloError, match=r"project\.exists"):
        Project.create(project.folder)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "project.not_a_project"),
        (b"", "project.damaged_identity"),
        (b"{}", "project.damaged_identity"),
        (b'{"format":99,"id":"x","name":"y","created":"z"}', "project.newer_format"),
    ],
)
def test_that_what_is_no_project_of_ours_is_refused_untouched(tmp_path: Path, content: bytes | None, code: str) -> None:
    if content is not None:
        (tmp_path / "ciclo.json").write_bytes(content)
    with pytest.raises(CicloError) as caught:
        Project.open(tmp_path)
    assert caught.value.code == code
    assert {p.name for p in tmp_path.iterdir()} <= {"ciclo.json"}


def test_that_a_full_disk_is_named_and_leaves_no_half_record(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CicloError, match="disk_full"):
        project.commit([draft("note", Note("x"))])
    monkeypatch.undo()
    assert list(project.record_files()) == []
    assert not [p for p in (project.local / "staging").iterdir() if p.suffix == ".part"]
    assert check(project).damaged == ()


def test_that_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_file(tmp_path / "settings.json", b"old", staging=tmp_path / "staging")

    def broken(_handle: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(CicloError, match="write_failed"):
        write_file(tmp_path / "settings.json", b"new", staging=tmp_path / "staging")
    assert (tmp_path / "settings.json").read_bytes() == b"old"


def test_that_staging_in_use_is_left_and_abandoned_staging_is_swept(project: Project) -> None:
    used, lock = project.new_staging()
    abandoned, its_lock = project.new_staging()
    its_lock.release()
    project.sweep_staging()
    assert used.is_dir()
    assert not abandoned.exists()
    lock.release()
    project.sweep_staging()
    assert not used.exists()


def test_that_a_lock_is_free_again_when_its_holder_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys,time;from pathlib import Path;from app.project.lock import FileLock;"
        "l=FileLock(Path(sys.argv[1]));l.acquire(timeout_s=1);print('held',flush=True);time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "lock")], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        lock = FileLock(tmp_path / "lock")
        assert not lock.acquire(timeout_s=0.05)
        child.kill()
        child.wait()
        assert lock.acquire(timeout_s=5)
        lock.release()
    assert (tmp_path / "lock").exists()


def damage(project: Project, sha256: str) -> Path:
    path = project.object_path(sha256)
    path.chmod(0o644)
    path.write_bytes(b"a,b\n1,3\n")
    return path


def test_that_work_refuses_an_object_that_was_altered(project: Project) -> None:
    sha256 = commit_object(project).objects["table"].sha256
    assert project.whole_object(sha256).read_bytes() == b"a,b\n1,2\n"
    damage(project, sha256)
    with pytest.raises(CicloError, match="damaged_object"):
        project.whole_object(sha256)


def test_that_storing_the_same_content_again_mends_an_object_that_was_altered(project: Project) -> None:
    sha256 = commit_object(project).objects["table"].sha256
    path = damage(project, sha256)
    commit_object(project)
    assert path.read_bytes() == b"a,b\n1,2\n"
    assert not check(project).damaged


def test_that_a_project_that_could_not_be_made_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes, *, staging: Path) -> None:
        raise CicloError("project.disk_full", path=str(path))

    folder = tmp_path / "new"
    with monkeypatch.context() as patch:
        patch.setattr("app.project.durable.write_file", full)
        with pytest.raises(CicloError, match="disk_full"):
            Project.create(folder)
    assert not folder.exists()
    assert Project.create(folder).name == "new"


# What is damaged or lost


def record_file(project: Project, id: str) -> Path:
    return next(path for found, path in project.record_files() if found == id)


def test_that_a_record_altered_in_its_place_counts_for_nothing_although_the_index_knew_it(project: Project) -> None:
    first, second = commit_object(project), commit_object(project, b"2")
    path = record_file(project, second.id)
    path.write_bytes(path.read_bytes().replace(b"imported", b"imparted"))
    again = Project.open(project.folder)
    assert [r.id for r in again.records()] == [first.id]
    assert again.damaged == [path]


def test_that_work_refuses_a_record_altered_while_the_project_is_open(project: Project) -> None:
    record = commit_object(project)
    assert project.whole_record(record.id) == record
    path = record_file(project, record.id)
    path.write_bytes(path.read_bytes().replace(b"imported", b"imparted"))
    with pytest.raises(CicloError, match="damaged_record"):
        project.whole_record(record.id)
    path.unlink()
    with pytest.raises(CicloError, match="no_record"):
        project.whole_record(record.id)


@pytest.mark.parametrize("keep_index", [True, False])
@pytest.mark.parametrize("loss", ["removed", "flipped"])
def test_that_the_number_of_a_lost_version_is_not_given_again(project: Project, loss: str, keep_index: bool) -> None:
    commit_object(project)
    second = commit_object(project, b"2")
    commit_object(project, b"x", "calls")
    path = record_file(project, second.id)
    if loss == "removed":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes().replace(b"imported", b"imparted"))
    if not keep_index:
        project.close()
        shutil.rmtree(cache_folder())
    again = Project.open(project.folder)
    assert [commit_object(again, bytes([n])).label for n in (3, 4)] == ["customers@3", "customers@4"]
    assert commit_object(again, b"y", "calls").label == "calls@2"


def test_that_a_folder_of_records_that_may_not_be_read_is_said_not_taken_for_empty(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(_path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", forbidden)
    with pytest.raises(CicloError, match="unreadable") as caught:
        Project.open(project.folder)
    assert "no tiene permiso" in Words("es").error(caught.value)[0]


def test_that_no_project_is_made_inside_another(project: Project) -> None:
    with pytest.raises(CicloError, match="inside_project"):
        Project.create(project.folder / "exports" / "inner")
    assert not (project.folder / "exports" / "inner").exists()
    Project.create(project.folder / "exports" / "inner", exports=True).close()
    with pytest.raises(CicloError, match="inside_project"):
        Project.create(project.folder / "other", exports=True)


def test_that_the_mark_of_a_staging_folder_that_is_gone_is_swept_once_it_is_old(project: Project) -> None:
    marks = [project.local / "staging" / name for name in ("old.lock", "young.lock")]
    marks[0].parent.mkdir(parents=True, exist_ok=True)
    for mark in marks:
        mark.touch()
    os.utime(marks[0], (0, 0))
    project.sweep_staging()
    assert [mark.exists() for mark in marks] == [False, True]
    project.close()


@pytest.mark.parametrize(
    ("place", "code"), [("", "is_a_folder"), ("nowhere/a.csv", "no_folder"), ("a.csv", ""), ("file/a.csv", "no_folder")]
)
def test_that_a_place_for_a_file_is_judged_before_the_work(tmp_path: Path, place: str, code: str) -> None:
    (tmp_path / "file").touch()
    if not code:
        check_place(tmp_path / place)
        return
    with pytest.raises(CicloError, match=code):
        check_place(tmp_path / place)


def test_that_what_is_refused_inside_a_project_is_said_of_the_project(project: Project) -> None:
    inside = project.local / "staging" / "ab" / "table.parquet"
    with pytest.raises(CicloError, match="disk_full") as caught, writing(inside):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert caught.value.params["path"] == str(project.folder)


def test_that_a_project_that_was_moved_away_is_not_written_to_where_it_was(project: Project, tmp_path: Path) -> None:
    moved = project.folder.rename(tmp_path / "elsewhere")
    with pytest.raises(CicloError, match="gone"):
        project.new_staging()
    with pytest.raises(CicloError, match="gone"):
        project.commit([draft("other", Note("x"))])
    assert not project.folder.exists()
    assert Project.open(moved).records() == []


@pytest.mark.parametrize("loss", ["removed", "flipped", "cut"])
def test_that_a_record_may_be_overruled_by_a_later_one_that_is_lost_until_there_is_a_newer(
    project: Project, loss: str
) -> None:
    def decide(text: str):
        return project.commit([draft("decision", Note(text))])[0]

    first = decide("yes")
    assert not project.may_be_overruled(first)
    path = record_file(project, decide("no").id)
    project.commit([draft("other", Note("later"))])
    data = path.read_bytes()
    if loss == "removed":
        path.unlink()
    else:
        path.write_bytes(data[:40] if loss == "cut" else data.replace(b'"no"', b'"oh"'))
    again = Project.open(project.folder)
    assert again.may_be_overruled(first)
    newer = again.commit([draft("decision", Note("yes"))])[0]
    assert again.may_be_overruled(newer) == (loss == "cut")  # what can't be read at all may be of any time


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_that_a_pipe_or_device_is_no_place_for_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(CicloError, match="not_a_file"):
        check_place(tmp_path / "pipe.csv")


def test_that_of_the_steps_of_unfinished_work_the_latest_few_are_kept(project: Project) -> None:
    for age, key in enumerate(["d", "c", "b", "a"]):
        folder = project.checkpoint(key)
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder, (1e9 - age, 1e9 - age))
    own = project.checkpoint("a")
    assert own.exists()
    assert sorted(folder.name for folder in own.parent.iterdir()) == ["a", "b", "c", "d"]
    project.checkpoint("new")
    assert sorted(folder.name for folder in own.parent.iterdir()) == ["b", "c", "d"]
    project.drop_checkpoint("b")
    assert not (own.parent / "b").exists()
    project.drop_checkpoint("never")
