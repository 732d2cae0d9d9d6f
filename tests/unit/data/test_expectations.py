"""What is expected of a dataset: learnt from one table, checked on others, edited in few words."""

from __future__ import annotations

import ast
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.data.expectations.checking import check
from app.data.expectations.editing import dropped, make_sure, put
from app.data.expectations.exporting import exported
from app.data.expectations.proposing import propose
from app.data.expectations.records import (
    Categories,
    Contract,
    Example,
    Expectation,
    Filled,
    Fresh,
    Present,
    Range,
    Result,
    Rows,
    Unique,
    Verdict,
)
from app.data.expectations.typed import typed
from app.data.expectations.words import broken_sentence, sentence
from app.data.handing import stored_columns
from app.data.profiling import profile_table
from app.data.records import Corrections, DatasetVersion, Profile
from app.data.types import ColumnType
from app.errors import CicloError
from app.text import Words

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TYPES = {
    "id": ColumnType.IDENTIFIER,
    "age": ColumnType.INTEGER,
    "plan": ColumnType.CATEGORY,
    "spent": ColumnType.NUMBER,
    "day": ColumnType.DATE,
}
WORDS = Words("en")


def customers(rows: int = 400) -> dict[str, list[object]]:
    random = np.random.default_rng(4)
    return {
        "id": [f"C{number:05}" for number in range(rows)],
        "age": random.integers(18, 90, rows).tolist(),
        "plan": random.choice(["basic", "pro"], rows).tolist(),
        "spent": [None if place % 20 == 3 else float(place % 97) / 4 for place in range(rows)],
        "day": [date(2026, 2, 20) - timedelta(days=place % 300) for place in range(rows)],
    }


def stored(folder: Path, columns: dict[str, list[object]]) -> Path:
    """A stored table of several row groups."""
    kinds = {"age": pa.int64(), "spent": pa.float64(), "day": pa.date32()}
    table = pa.table({name: pa.array(cells, kinds.get(name, pa.string())) for name, cells in columns.items()})
    path = folder / "table.parquet"
    pq.write_table(table, path, row_group_size=150, store_schema=False)
    return path


def version(path: Path, rows: int) -> tuple[DatasetVersion, Profile]:
    profile, levels = profile_table(path, list(TYPES.values()), repeated=0)
    body = DatasetVersion(
        source_name="a.csv",
        source_sha256="",
        source_size=0,
        corrections=Corrections(),
        columns=stored_columns(profile, levels),
        records=rows,
        rows=rows,
        rejected=0,
    )
    return body, profile


def broken(expected: list[Expectation], path: Path, types: dict[str, ColumnType] = TYPES) -> dict[str, Result]:
    results = check(expected, path, types=types, moment=MOMENT)
    found = {WORDS.text(sentence(one.expectation)): one for one in results if one.verdict is not Verdict.MET}
    for result in found.values():
        assert WORDS.text(broken_sentence(result))
    return found


def test_that_a_version_meets_what_is_learnt_from_it(tmp_path: Path) -> None:
    path = stored(tmp_path, customers())
    learnt = propose(*version(path, 400), MOMENT)
    assert broken(list(learnt), path) == {}
    assert {
        Rows(low=200, high=800),
        Unique(column="id"),
        Present(column="age", type=ColumnType.INTEGER),
        Filled(column="age"),
        Categories(column="plan", words=("pro", "basic")),
        Filled(column="spent", share=0.09),
        Fresh(column="day", days=18),
    } <= set(learnt)
    age = next(one for one in learnt if isinstance(one, Range) and one.column == "age")
    assert isinstance(age.low, float)
    assert isinstance(age.high, float)
    assert 0 <= age.low < 18
    assert 90 <= age.high < 110
    contract = Contract(dataset="customers", expectations=learnt)
    assert msgspec.json.decode(msgspec.json.encode(contract), type=Contract) == contract


def test_that_what_breaks_an_expectation_is_counted_and_shown_with_its_rows(tmp_path: Path) -> None:
    columns = customers()
    learnt = list(propose(*version(stored(tmp_path, columns), 400), MOMENT))
    columns["age"][160] = 400
    columns["plan"][399] = "premium"
    columns["id"][390] = "C00007"
    columns["day"] = [day - timedelta(days=200) for day in columns["day"]]  # type: ignore[operator]
    columns["spent"] = [None if place % 4 else cell for place, cell in enumerate(columns["spent"])]
    found = broken(learnt, stored(tmp_path, columns))
    assert len(found) == 5
    said = " ".join(WORDS.text(broken_sentence(one)) for one in found.values())
    assert "1 of 400 values doesn't fit, such as 400 in row 161." in said
    assert "such as premium in row 400." in said
    assert "1 row repeats the value of an earlier one, such as row 391 (C00007)." in said
    assert "The newest one is Aug 4, 2025." in said
    assert "of 400 rows (75%) have no value, such as row 2." in said


def test_that_a_column_that_is_gone_or_of_another_type_is_said_once(tmp_path: Path) -> None:
    columns = customers()
    learnt = list(propose(*version(stored(tmp_path, columns), 400), MOMENT))
    del columns["plan"]
    columns["age"] = [str(cell) for cell in columns["age"]]
    types = {name: type for name, type in TYPES.items() if name != "plan"} | {"age": ColumnType.TEXT}
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({name: pa.array(cells) for name, cells in columns.items()}), path)
    found = broken(learnt, path, types)
    told = [text for text, one in found.items() if one.verdict is Verdict.BROKEN]
    assert told == ["There is a column age of whole numbers.", "There is a column plan of words."]
    alone: list[Expectation] = [Range(column="age", low=0.0), Unique(column="plan")]
    assert [one.verdict for one in broken(alone, path, types).values()] == [Verdict.BROKEN] * 2


def test_that_an_expectation_that_no_row_meets_says_so(tmp_path: Path) -> None:
    path = stored(tmp_path, customers())
    (result,) = check([Range(column="age", low=1000.0)], path, types=TYPES, moment=MOMENT)
    assert result.by_nobody
    assert result.examples[0] == Example(row=1, value=str(customers()["age"][0]))
    assert WORDS.text(broken_sentence(result)).startswith("Nobody meets this: age is at least 1,000.")


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ("age.range=0..120", Range(column="age", low=0.0, high=120.0)),
        ("age.range=-5..", Range(column="age", low=-5.0)),
        ("day.range=2026-01-01..", Range(column="day", low="2026-01-01")),
        ('plan.categories=basic,"pro, new"', Categories(column="plan", words=("basic", "pro, new"))),
        ("plan.others=1%", Categories(column="plan", words=("basic",), others=0.01)),
        ("spent.missing=0.05", Filled(column="spent", share=0.05)),
        ("id.unique=yes", Unique(column="id")),
        ("a.b.type=any", Present(column="a.b")),
        ("day.fresh=7", Fresh(column="day", days=7)),
        ("rows=100..", Rows(low=100)),
    ],
)
def test_that_an_expectation_is_typed_in_few_words(edit: str, expected: Expectation) -> None:
    assert typed(edit, [Categories(column="plan", words=("basic",))]) == expected


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        ("age", "expectations.bad_edit"),
        ("age.range=young", "expectations.bad_edit"),
        ("age.type=years", "expectations.bad_edit"),
        ("age.range=120..0", "expectations.nobody.range"),
        ("age.range=..", "expectations.nobody.range"),
        ("age.range=0..inf", "expectations.nobody.range"),
        ("plan.range=0..1", "expectations.nobody.type"),
        ("age.categories=1,2", "expectations.nobody.type"),
        ("plan.categories=", "expectations.nobody.categories"),
        ("age.missing=500%", "expectations.nobody.share"),
        ("day.fresh=-1", "expectations.nobody.days"),
        ("rows=9..1", "expectations.nobody.rows"),
        ("sex.unique=yes", "expectations.no_column"),
    ],
)
def test_that_what_nobody_can_meet_is_refused_in_a_sentence(edit: str, code: str) -> None:
    with pytest.raises(CicloError) as caught:
        make_sure(typed(edit, []), TYPES)
    assert caught.value.code == code
    assert all(WORDS.error(caught.value))


def test_that_an_edit_takes_the_place_of_what_was_expected_before() -> None:
    held = (Rows(low=1), Range(column="age", low=0.0), Unique(column="id"))
    new = Range(column="age", low=18.0)
    assert put(held, new) == (Rows(low=1), new, Unique(column="id"))
    assert put(held, Filled(column="age"))[2] == Filled(column="age")
    assert dropped(held, "age.range") == dropped(held, "age") == (Rows(low=1), Unique(column="id"))
    with pytest.raises(CicloError, match="not_there"):
        dropped(held, "age.missing")


def test_that_a_contract_leaves_as_json_and_as_a_script(tmp_path: Path) -> None:
    odd = 'it\'s "here"\n'
    held = (*propose(*version(stored(tmp_path, customers()), 400), MOMENT), Categories(column=odd, words=(odd,)))
    held = put(held, Range(column="day", high="2026-02-28"))
    contract = Contract(dataset='a "b"', expectations=held)
    assert msgspec.json.decode(exported(contract, "c.json"), type=Contract) == contract
    script = exported(contract, "c.py").decode()
    assert "pa.Check.lt(pd.Timestamp('2026-03-01')" in script
    names = [node.value for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Constant)]
    assert odd in names
    with pytest.raises(CicloError, match="unknown_ending"):
        exported(contract, "c.yaml")
