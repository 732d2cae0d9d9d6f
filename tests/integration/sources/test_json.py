"""JSON records come in with every key and every digit."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.data import limits
from app.data.sources.json_records import JsonSource

if TYPE_CHECKING:
    from tests.integration.sources.conftest import Desk


def lines(path: Path, *records: object) -> Path:
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records), encoding="utf-8")
    return path


def test_that_keys_become_columns_in_the_order_in_which_they_appear(desk: Desk, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", {"b": 1, "a": "x"}, {"a": "y", "c": True}, "", {"b": 2.5, "c": None, "a": "z"})
    answer, record = desk.bring(path)
    assert (answer.rows, answer.rejected) == (3, 0)
    assert desk.columns(record) == {"b": [1.0, None, 2.5], "a": ["x", "y", "z"], "c": [None, "true", None]}
    assert [p.code for p in answer.problems] == ["data.problem.blank_lines"]


def test_that_nested_objects_are_flattened_and_lists_kept_as_json(desk: Desk, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.ndjson", {"a": {"b": {"c": {"d": 1.50}}, "e": {}}, "l": [1, {"x": "é"}]}, '{"a": 1}')
    _answer, record = desk.bring(path)
    assert desk.columns(record) == {
        "a.b.c": ['{"d": 1.5}', None],
        "a.e": ["{}", None],
        "l": ['[1, {"x": "é"}]', None],
        "a": [None, 1],
    }


def test_that_numbers_keep_their_digits(desk: Desk, tmp_path: Path) -> None:
    big = "12345678901234567890"
    path = lines(tmp_path / "a.jsonl", f'{{"n": {big}, "m": 1.5, "k": 1}}', '{"n": 1, "m": "1.234,5", "k": "2"}')
    _answer, record = desk.bring(path)
    assert desk.columns(record) == {"n": [big, "1"], "m": ["1.5", "1.234,5"], "k": [1, 2]}


def test_that_bad_lines_are_rejected_with_their_numbers(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(
        b'{"a": 1}\n{"a": \n[1]\n{"a": 1, "a": 2}\n{"a": "\xff"}\n{"a": "\\ud800"}\n{"a": NaN}\n'
        + b"[" * 100_000
        + b'\n{"a": 3}'
    )
    answer, record = desk.bring(path)
    assert [(r.line, r.reason.id.removeprefix("data.rejected.")) for r in answer.rejected_rows] == [
        (2, "bad_json"),
        (3, "no_object"),
        (4, "key_twice"),
        (5, "undecodable"),
        (6, "undecodable"),
        (8, "bad_json"),
    ]
    assert desk.columns(record) == {"a": [1, None, 3]}


def test_that_a_list_of_objects_is_read_element_by_element(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"a": i, "b": f"ñ{i}"} for i in range(5000)], indent=1, ensure_ascii=False))
    answer, record = desk.bring(path)
    assert answer.rows == 5000
    assert desk.columns(record)["b"][-1] == "ñ4999"
    packed = tmp_path / "b.json.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert desk.bring(packed)[0].rows == 5000
    path.write_text('[{"a": 1}, 5]')
    answer, _record = desk.bring(path)
    assert [(r.line, r.reason.id) for r in answer.rejected_rows] == [(2, "data.rejected.no_object")]


def test_that_what_is_no_list_of_records_is_refused(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{\n "data": [\n {"a": 1}\n]\n}')
    assert desk.refused(path) == "data.json_shape"
    path.write_text('[{"a": 1}, {"a": 2')
    assert desk.refused(path) == "data.bad_json"
    path.write_text('[{"a": 1} {"a": 2}]')
    assert desk.refused(path) == "data.bad_json"
    path.write_text('[{"a": 1}] x')
    assert desk.refused(path) == "data.bad_json"
    path.write_text("[]")
    assert desk.refused(path) == "data.no_source_records"


def test_that_json_lines_are_known_by_their_first_line(desk: Desk, tmp_path: Path) -> None:
    assert desk.bring(lines(tmp_path / "a.log", {"a": 1}, {"a": 2}))[0].rows == 2
    assert desk.look(lines(tmp_path / "a.csv", "{a},b", "1,2")).origin is None


CELLS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=6))
RECORDS = st.lists(
    st.dictionaries(st.text(min_size=1, max_size=4), CELLS, min_size=1, max_size=4), min_size=1, max_size=8
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RECORDS, st.booleans())
def test_that_every_record_is_a_row(tmp_path: Path, records: list[dict[str, object]], listed: bool) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(records) if listed else "".join(json.dumps(r) + "\n" for r in records))
    source = JsonSource(path)
    batches = list(source.batches())
    assert sum(b.records for b in batches) == source.expected == len(records)
    assert sum(len(b.rejected) for b in batches) == 0


def test_that_a_preview_of_a_large_file_reads_its_beginning(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "INSPECT_BYTES", 500_000)
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f'{{"a": {i}}}\n' for i in range(60_000)) + '{"late": 1}\n')
    found = desk.look(path)
    assert not found.complete
    assert 40_000 < found.records < 90_000
    assert desk.bring(path)[0].rows == 60_001
