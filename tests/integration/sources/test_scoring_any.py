"""Scoring reads any file: each record keeps its place, and each column its way of writing."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from app.data.records import ColumnType
from app.data.sources.scoring import TypedFile, read_for_scoring
from tests.integration.sources.books import DATE, sheet, write_book


def test_that_a_rejected_record_keeps_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n{"a":\n{"a": 2.5}\n')
    with read_for_scoring(path, []) as file:
        (batch,) = file.batches()
    assert batch.columns[0].to_pylist() == ["1", "", "2.5"]
    assert batch.rejected.tolist() == [False, True, False]
    assert list(batch.faults) == [1]


def test_that_a_record_with_a_cell_beyond_the_limit_keeps_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"n": [1, 2, 3], "t": ["a", "x" * 1_000_001, "b"]}), path)
    with read_for_scoring(path, []) as file:
        (batch,) = file.batches()
    assert [c.to_pylist() for c in batch.columns] == [["1", "", "3"], ["a", "", "b"]]
    assert {row: fault.id for row, fault in batch.faults.items()} == {1: "data.rejected.field_too_long"}


def test_that_numbers_have_a_point_and_text_what_the_training_had(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"n": [1.5, None], "t": ["1,234", "n/a"], "day": ["03/04/2024", None]}), path)
    with read_for_scoring(path, [], decimal=",", day_first=False) as file:
        assert isinstance(file, TypedFile)
        (batch,) = file.batches()
        written = [file.notation_of(i) for i in range(3)]
    assert [c.to_pylist() for c in batch.columns] == [["1.5", ""], ["1,234", "n/a"], ["03/04/2024", ""]]
    assert [n.decimal for n in written[:2]] == [".", ","]
    assert written[1].value_words == ("n/a",)
    assert written[2].day_first is False


def test_that_a_workbook_is_read_as_it_is_imported(tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", {"S": sheet([["day", "n"], [(45292, DATE), 1], [None, 2]])})
    with read_for_scoring(path, []) as file:
        (batch,) = file.batches()
        assert file.header == ("day", "n")
    assert [c.to_pylist() for c in batch.columns] == [["2024-01-01", ""], ["1", "2"]]


def test_that_text_is_read_as_before(tmp_path: Path) -> None:
    from app.data.tables import ScoringFile

    class Feature:
        name, type = "a", ColumnType.NUMBER

    path = tmp_path / "a.csv"
    path.write_text("a;b\n1,5;x\n")
    with read_for_scoring(path, [Feature()]) as file:
        assert isinstance(file, ScoringFile)
        assert file.notation_of(0).decimal == ","
