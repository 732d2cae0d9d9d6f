"""Versions of a dataset: recognised, shared, noted, restored, put away; and what rests on them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.data.records import DATASET, Corrections, DatasetVersion, ImportAnswer, ImportRequest
from app.data.versions.arrival import import_source
from app.data.versions.history import history, note_draft, restoring, uses
from app.deployment.purging import plan_purge
from app.errors import CicloError
from app.jobs.contract import Progress
from app.learning.records import MODEL
from app.project import Project, Record, check, draft
from app.project.bin import bin_entry


class Workbench:
    """A context without a process around it."""

    processors = 1

    def __init__(self, staging: Path) -> None:
        self.staging = staging
        self.steps: list[str] = []

    def report(self, progress: Progress) -> None:
        self.steps.append(progress.step.id)

    def publish(self, topic: str, value: msgspec.Struct) -> None:
        raise AssertionError(topic)

    def check_cancelled(self) -> None:
        """Nobody stops it."""


class Desk:
    """A project, and imports into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = Project.create(folder / "project")
        self.steps: list[str] = []

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_bytes(text.encode())
        return path

    def bring(self, path: Path, **more: object) -> tuple[Record | None, ImportAnswer]:
        """The record that an import left (None: none), and its answer."""
        staging, lock = self.project.new_staging()
        bench = Workbench(staging)
        request = ImportRequest(project=str(self.project.folder), source=str(path), name="sales", **more)  # type: ignore[arg-type]
        outcome = import_source(bench, request)
        made = self.project.commit(outcome.drafts)
        lock.release()
        self.steps = bench.steps
        return (made[0] if made else None), msgspec.json.decode(outcome.answer, type=ImportAnswer)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


ROWS = "id,amount\n" + "".join(f"A{n:03},{n / 4}\n" for n in range(200))


def newest(desk: Desk) -> Record:
    return desk.project.version(DATASET, "sales")


def test_that_the_same_bytes_are_recognised_before_anything_is_read(desk: Desk) -> None:
    path = desk.write("a.csv", ROWS)
    first, _ = desk.bring(path)
    assert first is not None
    made, answer = desk.bring(path)
    assert made is None
    assert (answer.known, answer.rows, answer.sha256) == (first.id, 200, first.read(DatasetVersion).source_sha256)
    assert set(desk.steps) == {"data.step.recognising"}


def test_that_the_same_bytes_become_a_version_again_where_that_is_asked(desk: Desk) -> None:
    path = desk.write("a.csv", ROWS)
    first, _ = desk.bring(path)
    again, _ = desk.bring(path, again=True)
    assert first is not None
    assert again is not None
    assert again.label == "sales@2"
    assert again.objects == first.objects


def test_that_bytes_read_in_another_way_are_another_version(desk: Desk) -> None:
    path = desk.write("a.csv", ROWS)
    desk.bring(path)
    made, _ = desk.bring(path, corrections=Corrections(all_text=True))
    assert made is not None
    assert made.number == 2


def test_that_a_file_of_another_size_is_not_hashed(desk: Desk) -> None:
    desk.bring(desk.write("a.csv", ROWS))
    made, _ = desk.bring(desk.write("a.csv", ROWS + "A900,1.0\n"))
    assert made is not None
    assert "data.step.recognising" not in desk.steps


def test_that_what_lies_in_the_bin_is_not_recognised(desk: Desk) -> None:
    path = desk.write("a.csv", ROWS)
    desk.bring(path)
    desk.project.commit([bin_entry(newest(desk), binned=True)])
    made, _ = desk.bring(path)
    assert made is not None
    assert made.number == 2


def test_that_equal_tables_from_different_files_are_one_object(desk: Desk) -> None:
    first, _ = desk.bring(desk.write("a.csv", ROWS))
    second, _ = desk.bring(desk.write("b.csv", ROWS.replace(",", ";").replace("\n", "\r\n")))
    assert first is not None
    assert second is not None
    assert first.objects["table"] == second.objects["table"]
    assert check(desk.project).damaged == ()


def test_that_the_newest_note_counts_and_the_others_are_kept(desk: Desk) -> None:
    desk.bring(desk.write("a.csv", ROWS), note="as it came", by="Ana")
    desk.project.commit([note_draft(newest(desk), note="prices corrected", by="Leo")])
    (entry,) = history(desk.project, "sales")
    assert (entry.note, entry.by) == ("prices corrected", "Leo")
    assert [said.note for said in entry.notes] == ["prices corrected", "as it came"]


def test_that_an_older_version_becomes_the_newest_without_a_copy(desk: Desk) -> None:
    first, _ = desk.bring(desk.write("a.csv", ROWS))
    desk.bring(desk.write("b.csv", ROWS + "A900,1.0\n"))
    assert first is not None
    before = list(desk.project.object_files())
    (made,) = desk.project.commit([restoring(desk.project, first, by="Eva")])
    assert (made.label, made.objects, made.parents) == ("sales@3", first.objects, (first.id,))
    assert list(desk.project.object_files()) == before
    assert [(e.number, e.newest, e.restored_from) for e in history(desk.project)] == [
        (1, False, ""),
        (2, False, ""),
        (3, True, "sales@1"),
    ]
    with pytest.raises(CicloError, match="already_newest"):
        restoring(desk.project, made)


class Body(msgspec.Struct):
    x: int = 1


def test_that_everything_that_rests_on_a_version_is_named(desk: Desk) -> None:
    desk.bring(desk.write("a.csv", ROWS))
    version = newest(desk)
    (model,) = desk.project.commit([draft(MODEL, Body(), parents=(version.id,), name="churn")])
    (report,) = desk.project.commit([draft("report", Body(), parents=(model.id, version.id))])
    desk.project.commit([note_draft(version, note="x", by=""), bin_entry(version, binned=True)])
    assert [(use.kind, use.label) for use in uses(desk.project, version.id)] == [
        (MODEL, "churn@1"),
        ("report", "churn@1"),
    ]
    assert report.id in {use.id for use in history(desk.project)[0].used_by}


def test_that_a_plan_names_what_goes_and_what_keeps_figures(desk: Desk) -> None:
    desk.bring(desk.write("a.csv", ROWS + "A1,2,3,4\n"))
    version = newest(desk)
    desk.project.commit([draft(MODEL, Body(), parents=(version.id,), name="churn")])
    plan = plan_purge(desk.project, version)
    assert [one.role for one in plan.doomed] == ["record", "table", "rejected", "profile"]
    assert [use.label for use in plan.figures] == ["churn@1"]
    (again,) = desk.project.commit([draft(DATASET, version.read(DatasetVersion), kept=version.objects, name="other")])
    assert {one.label for one in plan_purge(desk.project, version).shared} == {again.label}
