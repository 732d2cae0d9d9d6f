"""A preview shows what a step touches, without a project and without waiting."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.data.reader_protocol import Preview, PreviewAnswer, StoredTable
from app.data.recipe.previewing import Previews
from app.data.recipe.steps import (
    AnyStep,
    Blank,
    Condition,
    Deduplicate,
    Filter,
    Join,
    Recipe,
    Rename,
    Split,
    Trim,
)
from app.data.records import ColumnType
from app.errors import CicloError

TYPES = {"town": ColumnType.CATEGORY, "age": ColumnType.INTEGER}
TOWNS, AGES = ["Lugo", " Lugo", "Vigo", None] * 25, [30, -1, 40, 50] * 25


@pytest.fixture
def path(tmp_path: Path) -> str:
    table = pa.table({"town": pa.array(TOWNS).dictionary_encode(), "age": pa.array(AGES, pa.int64())})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=30)
    return str(tmp_path / "a.parquet")


def ask(path: str, *steps: AnyStep, place: int = -2, others: dict[str, StoredTable] | None = None) -> PreviewAnswer:
    recipe, at = Recipe(steps=steps), len(steps) - 1 if place == -2 else place
    request = Preview(view=1, generation=1, path=path, types=TYPES, recipe=recipe, place=at, others=others or {})
    return Previews().answer(request)


def test_that_changed_cells_come_first_with_what_they_held(path: str) -> None:
    said = ask(path, Trim(column="town"))
    assert (said.looked, said.whole) == (100, True)
    assert [(one.cells, one.before) for one in said.rows] == [(("Lugo", -1), {0: " Lugo"})] * 25
    assert [one.cells for one in said.touched] == [25]


def test_that_rows_that_go_are_shown_beside_those_that_stay(path: str) -> None:
    said = ask(path, Filter(column="age", test=Condition.AT_LEAST, values=(40,)))
    assert {(one.cells[1], one.gone) for one in said.rows} == {(30, True), (-1, True), (40, False), (50, False)}
    assert said.touched[0].rows == 50


def test_that_an_earlier_step_can_be_looked_at_and_nothing_at_all(path: str) -> None:
    steps = (Blank(column="age", values=(-1,)), Deduplicate(), Rename(column="age", to="years"))
    assert [one.rows for one in ask(path, *steps).touched] == [100, 4, 4]
    first = ask(path, *steps, place=0)
    assert first.rows[0].before == {1: -1}
    assert list(first.types) == ["town", "age"]
    assert [one.cells for one in ask(path, *steps, place=-1).rows][:2] == [("Lugo", 30), (" Lugo", -1)]
    assert ask(path, *steps).made == ("years",)


def test_that_new_columns_are_named_and_a_join_looks_at_the_other_table(path: str) -> None:
    assert ask(path, Split(column="town", separator="u", into=("a", "b"))).made == ("a", "b")
    other = StoredTable(path=path, types=TYPES)
    join = Join(dataset="o", on={"age": "age"}, columns=("town",), several=True)
    joined = ask(path, Rename(column="town", to="city"), Deduplicate(), join, others={"o": other})
    assert (joined.touched[-1].rows, joined.touched[-1].several, joined.made) == (100, 4, ("town",))


def test_that_a_step_that_does_not_fit_is_named(path: str) -> None:
    with pytest.raises(CicloError) as told:
        ask(path, Trim(column="town"), Trim(column="gone"))
    assert (told.value.code, told.value.params["place"]) == ("data.recipe.no_column", 2)
