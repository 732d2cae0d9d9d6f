"""Parquet files come in with the values that they hold; what can't be kept as it is, is said."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.data.records import DatasetVersion, SourceKind
from app.errors import CicloError
from app.jobs.contract import Cancelled

if TYPE_CHECKING:
    from conftest import Desk


@pytest.fixture
def parquet(tmp_path: Path) -> Callable[..., Path]:
    def write(table: pa.Table | dict[str, object], **options: object) -> Path:
        path = tmp_path / "a.parquet"
        pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), path, **options)
        return path

    return write


Write = Callable[..., Path]


def test_that_typed_columns_keep_their_types_and_values(desk: Desk, parquet: Write) -> None:
    moment = dt.datetime(2024, 3, 1, 12, 30)
    answer, record = desk.bring(
        parquet(
            {
                "small": pa.array([1, None, 3], pa.int8()),
                "big": pa.array([2**53 + 1, 2, 2], pa.int64()),
                "share": pa.array([0.1, 2.0, 2.0]),
                "price": pa.array([Decimal("1.10"), None, Decimal("2.20")], pa.decimal128(10, 2)),
                "count": pa.array([Decimal(10**18), 1, 1], pa.decimal128(20, 0)),
                "open": pa.array([True, None, False]),
                "day": pa.array([moment.date()] * 3),
                "at": pa.array([moment] * 3, pa.timestamp("ms")),
            }
        )
    )
    assert [c.type for c in answer.columns] == [
        *("integer", "integer", "number", "number", "integer", "boolean", "date", "datetime")
    ]
    assert desk.columns(record) == {
        "small": [1, None, 3],
        "big": [2**53 + 1, 2, 2],
        "share": [0.1, 2.0, 2.0],
        "price": [1.1, None, 2.2],
        "count": [10**18, 1, 1],
        "open": ["true", None, "false"],
        "day": [moment.date()] * 3,
        "at": [moment] * 3,
    }
    version = record.read(DatasetVersion)
    assert version.records == version.rows == 3
    assert version.origin is not None
    assert version.origin.kind is SourceKind.PARQUET
    assert version.notes == ()


def test_that_what_does_not_fit_is_kept_as_text_or_said(desk: Desk, parquet: Write) -> None:
    answer, record = desk.bring(
        parquet(
            {
                "huge": pa.array([2**64 - 1, 1], pa.uint64()),
                "exact": pa.array([Decimal("1234567890123456.12"), Decimal(1)], pa.decimal128(30, 2)),
                "odd": pa.array([float("inf"), float("nan")]),
                "cut": pa.array([1, 2000], pa.timestamp("ns")),
                "zone": pa.array([dt.datetime(2024, 1, 1, 12)] * 2, pa.timestamp("us", "Europe/Madrid")),
                "list": pa.array([[1, 2], None]),
                "raw": pa.array([b"\xff", b"a"]),
                "key": pa.ExtensionArray.from_storage(
                    pa.uuid(), pa.array([uuid.UUID(int=1).bytes, None], pa.binary(16))
                ),
            }
        )
    )
    assert [(c.name, c.type) for c in answer.columns] == [
        ("huge", "text"),
        ("exact", "text"),
        ("odd", "number"),
        ("cut", "datetime"),
        ("zone", "datetime"),
        ("list", "text"),
        ("key", "text"),
    ]
    columns = desk.columns(record)
    assert columns["huge"] == ["18446744073709551615", "1"]
    assert columns["exact"] == ["1234567890123456.12", "1.00"]
    assert columns["odd"] == [None, None]
    assert columns["list"] == ["[1, 2]", None]
    assert columns["key"] == [str(uuid.UUID(int=1)), None]
    said = " ".join(desk.said(record))
    for words in ("raw", "1234567890123456.12", "infinite", "microseconds", "Europe/Madrid", "JSON", "too large"):
        assert words in said


def test_that_text_is_typed_as_the_cells_of_a_text_file_are(desk: Desk, parquet: Write) -> None:
    answer, record = desk.bring(
        parquet(
            {
                "price": ["1.234,50", "2,5", None, ""],
                "town": ["08001", "28001", "08001", "1"],
                "when": ["31/12/2023", "01/02/2024", None, "05/03/2024"],
                "answer": pa.array(["1", "2", "1", None]).dictionary_encode(),
            }
        )
    )
    assert [c.type for c in answer.columns] == ["number", "text", "date", "category"]
    columns = desk.columns(record)
    assert columns["price"] == [1234.5, 2.5, None, None]
    assert columns["when"][1] == dt.date(2024, 2, 1)
    version = record.read(DatasetVersion)
    assert (version.decimal, version.day_first) == (",", True)


def test_that_a_whole_number_that_counts_the_rows_is_an_identifier(desk: Desk, parquet: Write) -> None:
    answer, _record = desk.bring(parquet({"id": list(range(1, 31)), "n": list(range(30, 60))}))
    assert [c.type for c in answer.columns] == ["identifier", "integer"]


def test_that_names_are_made_distinct(desk: Desk, parquet: Write) -> None:
    table = pa.Table.from_arrays([pa.array([1, 2])] * 3, names=["v", "v", ""])
    answer, record = desk.bring(parquet(table))
    assert [c.name for c in answer.columns] == ["v", "v_2", "column_3"]
    assert len(record.read(DatasetVersion).notes) == 2


def test_that_a_type_asked_for_converts_and_rejects_with_the_number_of_the_record(desk: Desk, parquet: Write) -> None:
    path = parquet({"a": [1.0, 2.5, 3.0], "b": [dt.datetime(2024, 1, 1)] * 3})
    answer, record = desk.bring(path, types={"a": "integer", "b": "date"})
    assert (answer.rows, answer.rejected) == (2, 1)
    assert [(r.line, r.reason.params["value"]) for r in answer.rejected_rows] == [(2, "2.5")]
    assert desk.columns(record) == {"a": [1, 3], "b": [dt.date(2024, 1, 1)] * 2}
    assert "rejected" in record.objects


def test_that_everything_can_be_kept_as_text(desk: Desk, parquet: Write) -> None:
    path = parquet({"a": [1.5, None], "b": [True, False], "c": [dt.date(2024, 1, 2), None], "d": ["007", ""]})
    answer, record = desk.bring(path, all_text=True)
    assert {c.type for c in answer.columns} == {"text"}
    assert desk.columns(record) == {
        "a": ["1.5", None],
        "b": ["true", "false"],
        "c": ["2024-01-02", None],
        "d": ["007", None],
    }


def test_that_damaged_and_empty_files_are_refused_and_nothing_is_stored(desk: Desk, parquet: Write) -> None:
    path = parquet({"a": list(range(1000)), "b": ["x"] * 1000}, compression="none", use_dictionary=False)
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    assert desk.refused(path) == "data.damaged_parquet"
    path.write_bytes(b"PAR1")
    assert desk.refused(path) == "data.damaged_parquet"
    path.write_bytes(whole[:20] + bytes(60) + whole[80:])
    assert desk.refused(path) == "data.damaged_parquet"
    path.write_bytes(b"PARE" + whole[4:-4] + b"PARE")
    assert desk.refused(path) == "data.encrypted_parquet"
    assert desk.refused(parquet({"a": pa.array([], pa.int64())})) == "data.no_source_records"
    assert desk.refused(parquet({"a": [b"\xff"]})) == "data.nothing_readable"
    assert desk.refused(parquet({"a": [1]}), types={"b": "text"}) == "data.no_such_column"
    assert desk.refused(parquet({"a": ["x"]}), types={"a": "integer"}) == "data.no_good_records"


def test_that_many_rows_come_in_by_batches_and_add_up(desk: Desk, parquet: Write) -> None:
    count = 150_000
    path = parquet({"n": range(count), "word": [f"w{i % 7}" for i in range(count)]}, row_group_size=100_000)
    answer, record = desk.bring(path)
    assert (answer.rows, answer.rejected) == (count, 0)
    assert desk.columns(record)["n"] == [str(i) for i in range(count)]
    assert desk.look(path).records == count


def test_that_a_changed_file_and_a_stopped_import_leave_nothing(desk: Desk, parquet: Write) -> None:
    path = parquet({"n": list(range(100))})

    def touch() -> None:
        os.utime(path, ns=(1, 1))

    desk.workbench.on_check = touch
    assert desk.refused(path) == "data.source_changed"

    def stop() -> None:
        raise Cancelled

    desk.workbench.on_check = stop
    with pytest.raises(Cancelled):
        desk.bring(path)


def test_that_a_preview_shows_typed_rows_and_the_state_of_the_file(desk: Desk, parquet: Write) -> None:
    path = parquet({"a": [1.5, None], "b": ["x", "y"]})
    found = desk.look(path)
    assert found.rows == (("1.5", "x"), (None, "y"))
    assert [c.missing for c in found.columns] == [1, 0]
    assert found.modified_ns == path.stat().st_mtime_ns
    assert desk.look(parquet({"a": pa.array([], pa.int64())})).problems[0].code == "data.problem.no_records"


def test_that_a_file_which_is_not_there_is_said(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(CicloError) as error:
        desk.look(tmp_path / "nothing.parquet")
    assert error.value.code == "data.source_missing"


def test_that_text_which_is_none_is_refused_as_damage(desk: Desk, parquet: Write) -> None:
    words = pa.array([b"caf\xe9", b"x"]).view(pa.string())
    assert desk.refused(parquet({"a": words})) == "data.damaged_parquet"


@pytest.mark.parametrize("type", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_that_a_cell_beyond_the_limit_rejects_its_record(desk: Desk, parquet: Write, type: pa.DataType) -> None:
    words = pa.array(["a", "x" * 1_000_001, "b", None, "y" * 1_000_000], pa.string()).cast(type)
    answer, record = desk.bring(parquet(pa.table({"n": range(5), "word": words})))
    assert [(r.line, r.reason.id) for r in answer.rejected_rows] == [(2, "data.rejected.field_too_long")]
    assert [len(w) if w else w for w in desk.columns(record)["word"]] == [1, 1, None, 1_000_000]
