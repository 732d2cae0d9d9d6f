"""A file is stored while it is counted, by what its beginning leads to expect; nothing that is stored depends on it."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data import importing, limits
from app.data.delimited import counting, store
from app.data.delimited.plan import Plan
from app.data.delimited.store import expectation
from app.data.delimited.typist import Decision
from app.data.profiling import profile_table
from app.data.records import ColumnType, Profile
from app.data.types import WORDS
from app.data.values.rows import Repeats, hash_rows
from app.project import Record
from tests.integration.data.desk import Desk

NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.DATE)


def mixed(rows: int = 3_000) -> str:
    """A file in which columns change their mind late: the last rows hold another kind of value."""
    chance = random.Random(4)
    late = rows - 5
    records = (
        f"{i % 9 if i < late else 2.5},{chance.random():.4f},{chance.choice(['Vigo', 'Lugo', ''])},"
        f"2024-0{i % 9 + 1}-1{i % 10},k{i:05d},{i if i < late else 'n/a'}\n"
        for i in range(rows)
    )
    return "n,x,word,day,key,gap\n" + "".join(records)


def stored(record: Record) -> tuple[str, str]:
    return record.objects["table"].sha256, record.objects["profile"].sha256


@pytest.mark.parametrize("wrong", [None, ColumnType.TEXT, ColumnType.INTEGER, ColumnType.DATE])
def test_that_what_was_expected_changes_nothing_in_what_is_stored(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, wrong: ColumnType | None
) -> None:
    content = mixed()
    _, plain = desk.bring(content)

    def expected(plan: Plan) -> Decision:
        found = expectation(plan)
        types = tuple(wrong or (NUMBERS[i % 3] if t in WORDS else ColumnType.TEXT) for i, t in enumerate(found.types))
        return msgspec.structs.replace(found, types=types)

    monkeypatch.setattr(importing, "expectation", expected)
    answer, other = desk.bring(content)
    assert (answer.rows, answer.rejected) == (3_000, 0)
    assert desk.table(other).equals(desk.table(plain))
    assert other.objects["profile"].sha256 == plain.objects["profile"].sha256


def test_that_rows_far_behind_the_beginning_decide(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BLOCK_BYTES", 10_000)
    monkeypatch.setattr(store, "_HEAD_BYTES", 20_000)
    monkeypatch.setattr(store, "_PLACES", 0)
    monkeypatch.setattr("app.data.delimited.plan._HEAD_BYTES", 20_000)
    answer, record = desk.bring(mixed())
    assert [c.type for c in answer.columns] == ["number", "number", "category", "date", "identifier", "integer"]
    assert desk.table(record).column("gap").null_count == 5
    assert desk.table(record).column("n")[2_999].as_py() == 2.5


@pytest.mark.parametrize("name", ["Vigo", '"Vigo, Spain"'])
def test_that_numbers_which_count_the_rows_are_expected_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(limits, "BLOCK_BYTES", 10_000)
    monkeypatch.setattr(store, "_HEAD_BYTES", 20_000)
    monkeypatch.setattr("app.data.delimited.edges._TAIL", 1_000)
    monkeypatch.setattr("app.data.delimited.plan._HEAD_BYTES", 20_000)
    readings: list[Plan] = []
    real = importing.survey

    def watched(*arguments: object, plan: Plan, **options: object) -> counting.Survey:
        readings.append(plan)
        return real(*arguments, plan=plan, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(importing, "survey", watched)
    rows = (f"{i},{1000 + i * 7 % 6000},{name},{i % 9}\n" for i in range(1, 6_001))
    answer, _ = desk.bring("n,other,place,few\n" + "".join(rows))
    assert [c.type for c in answer.columns] == ["identifier", "integer", "category", "integer"]
    assert len(readings) == 1


def test_that_a_summary_known_from_counting_is_the_one_of_the_stored_table(desk: Desk) -> None:
    content = mixed()
    answer, record = desk.bring(content)
    path = desk.project.object_path(record.objects["table"].sha256)
    profile, _levels = profile_table(path, [c.type for c in answer.columns], repeated=0)
    kept = msgspec.json.decode(desk.project.object_bytes(record.objects["profile"].sha256), type=Profile)
    assert profile.columns == kept.columns


def test_that_an_engine_that_loses_a_byte_is_not_believed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    content = "a,b\n" + "".join(f"{i},word{i}\n" for i in range(500))
    _, plain = desk.bring(content)
    real = counting.piece_table

    def careless(*arguments: object, **options: object) -> pa.Table | None:
        table = real(*arguments, **options)  # type: ignore[arg-type]
        assert table is not None
        words = table.column(1).to_pylist()
        return table.set_column(1, "c1", pa.chunked_array([[*words[:-1], words[-1][:-1]]], pa.string()))

    monkeypatch.setattr(counting, "piece_table", careless)
    _, other = desk.bring(content)
    assert stored(other) == stored(plain)


@given(st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from([1.5, -0.5, None])), max_size=40))
def test_that_repeated_rows_are_counted(rows: list[tuple[str | None, float | None]]) -> None:
    words = pa.array([row[0] for row in rows], pa.string())
    numbers = pa.array([row[1] for row in rows], pa.float64())
    repeats = Repeats()
    for column in (words, words.dictionary_encode()):
        hashes = hash_rows(pa.table({"word": column, "number": numbers}))
        assert len(set(hashes.tolist())) == len(set(rows))
    repeats.add(hashes[: len(hashes) // 2])
    repeats.add(hashes[len(hashes) // 2 :])
    assert repeats.count == len(rows) - len(set(rows))


def test_that_the_file_is_stored_once_where_its_beginning_is_like_the_rest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Path] = []
    real = store.TableWriter.__enter__

    def entered(self: store.TableWriter) -> None:
        begun.append(Path())
        real(self)

    monkeypatch.setattr(store.TableWriter, "__enter__", entered)
    desk.bring("id,town\n" + "".join(f"{i},town {i % 7}\n" for i in range(2_000)))
    assert len(begun) == 1
