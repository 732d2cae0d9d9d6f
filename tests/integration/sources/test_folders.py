"""Files with the same columns come in as one dataset; every record says which file it was in where it is rejected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.data.records import DatasetVersion, Reading
from tests.integration.sources.books import sheet, write_book

if TYPE_CHECKING:
    from tests.integration.sources.conftest import Desk


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "months"
    made.mkdir()
    return made


def test_that_files_follow_one_another_in_the_order_of_their_names(desk: Desk, folder: Path) -> None:
    (folder / "m10.csv").write_text("id;price\n10;3,5\n")
    (folder / "m2.csv").write_text("price,id\n1.5,2\n2.5,3\n")  # another order, another dialect
    (folder / "m1.csv").write_text("id;price\n1;1.234,5\n")
    (folder / ".hidden").write_text("x")
    (folder / "inner").mkdir()
    answer, record = desk.bring(folder, Reading(source_column="month"))
    assert (answer.rows, answer.rejected) == (4, 0)
    assert desk.columns(record)["id"] == ["1", "2", "3", "10"] or desk.columns(record)["id"] == [1, 2, 3, 10]
    assert desk.columns(record)["month"] == ["m1.csv", "m2.csv", "m2.csv", "m10.csv"]
    version = record.read(DatasetVersion)
    assert version.source_name == "months"
    assert version.origin.files == ("m1.csv", "m2.csv", "m10.csv")  # type: ignore[union-attr]


def test_that_rejected_records_name_file_and_line(desk: Desk, folder: Path) -> None:
    (folder / "a.csv").write_text("a,b\n1,2\n3\n")
    (folder / "b.csv").write_text("a,b\n5,6\n7,8,9\nx,1\n")
    answer, record = desk.bring(folder, types={"a": "integer"})
    assert [(r.file, r.line) for r in answer.rejected_rows] == [("a.csv", 3), ("b.csv", 3), ("b.csv", 4)]
    assert desk.columns(record)["a"] == [1, 5]
    version = record.read(DatasetVersion)
    assert version.records == version.rows + version.rejected == 5


def test_that_other_columns_are_refused_by_file_and_column(desk: Desk, folder: Path) -> None:
    (folder / "a.csv").write_text("a,b\n1,2\n")
    (folder / "b.csv").write_text("a,c\n1,2\n")
    assert desk.refused(folder) == "data.folder_missing"
    (folder / "b.csv").write_text("a,b,c\n1,2,3\n")
    assert desk.refused(folder) == "data.folder_extra"
    (folder / "b.csv").write_text("b,a\n1,2\n")
    assert desk.refused(folder, Reading(source_column="a")) == "data.source_column_taken"
    assert desk.bring(folder)[0].rows == 2
    assert desk.bring(folder, Reading(files=("b.csv",)))[0].rows == 1


def test_that_kinds_of_files_go_together_where_their_columns_do(desk: Desk, folder: Path) -> None:
    write_book(folder / "a.xlsx", {"S": sheet([["n", "t"], [1, "x"]])})
    (folder / "b.jsonl").write_text(json.dumps({"t": "y", "n": 2}) + "\n")
    (folder / "c.csv").write_text("n,t\n3,z\n")
    answer, record = desk.bring(folder)
    assert answer.rows == 3
    assert desk.columns(record)["t"] == ["x", "y", "z"]
    pq.write_table(pa.table({"n": [1], "t": ["w"]}), folder / "d.parquet")
    assert desk.refused(folder) == "data.folder_types"


def test_that_widths_of_numbers_go_together(desk: Desk, folder: Path) -> None:
    pq.write_table(pa.table({"n": pa.array([1, 2], pa.int32())}), folder / "a.parquet")
    pq.write_table(pa.table({"n": pa.array([1.5, None])}), folder / "b.parquet")
    _answer, record = desk.bring(folder)
    assert desk.columns(record)["n"] == [1.0, 2.0, 1.5, None]
    pq.write_table(pa.table({"n": pa.array([2**53 + 1])}), folder / "c.parquet")
    assert desk.refused(folder) == "data.folder_types"


def test_that_empty_folders_and_files_are_said(desk: Desk, folder: Path) -> None:
    assert desk.refused(folder) == "data.empty_folder"
    (folder / "a.csv").write_text("")
    assert desk.refused(folder) == "data.empty_folder"
    (folder / "b.csv").write_text("a,b\n1,2\n")
    answer, _record = desk.bring(folder)
    assert [p.code for p in answer.problems] == ["data.problem.empty_files"]
    (folder / "c.csv").write_bytes(b"%PDF-1.7 ...")
    assert desk.refused(folder) == "data.foreign_format"


def test_that_a_file_which_comes_or_changes_meanwhile_is_refused(desk: Desk, folder: Path) -> None:
    path = folder / "a.csv"
    path.write_text("a,b\n" + "1,2\n" * 100)
    (folder / "b.csv").write_text("a,b\n3,4\n")

    def change() -> None:
        (folder / "b.csv").write_text("a,b\n3,4\n5,6\n")

    desk.workbench.on_check = change
    assert desk.refused(folder) == "data.source_changed"
