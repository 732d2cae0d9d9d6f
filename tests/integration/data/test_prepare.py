"""A recipe replayed on stored versions: what it makes, what it says of each step, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest

from app.data.recipe.preparing import prepare
from app.data.recipe.steps import PrepareAnswer, PrepareRequest, Recipe
from app.data.records import DATASET, DatasetVersion, ImportRequest
from app.data.stored import read_stored
from app.data.versions.arrival import import_source
from app.deployment.purging import carry_out
from app.errors import CicloError
from app.jobs.contract import Outcome
from app.project import Project, Record
from tests.integration.learning.datasets import Here

SALES = """customer,city,amount,day
1, madrid,10,2024-01-05
1,Madrid ,5.5,2024-03-01
2,MADRID,,2024-02-01
3,Vigo,7,2024-03-02
3,Vigo,7,2024-03-02
,Vigo,1,2024-01-01
"""
PEOPLE = "id,name\n1,Ana\n2,Bea\n2,Bea again\n"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project.create(tmp_path / "p", name="p")
    for name, text in (("sales", SALES), ("people", PEOPLE)):
        file = tmp_path / f"{name}.csv"
        file.write_text(text)
        committed(made, import_source, ImportRequest(project=str(made.folder), source=str(file), name=name))
    yield made
    made.close()


def committed(project: Project, work: object, request: msgspec.Struct) -> tuple[list[Record], Outcome]:
    staging, lock = project.new_staging()
    try:
        outcome = work(Here(staging), request)  # type: ignore[operator]
        return project.commit(outcome.drafts), outcome
    finally:
        lock.release()


def prepared(project: Project, *steps: dict[str, object], name: str = "made") -> tuple[pa.Table, PrepareAnswer]:
    recipe = msgspec.convert({"steps": steps}, Recipe, strict=False)
    request = PrepareRequest(project=str(project.folder), dataset="sales", recipe=recipe, name=name)
    _, outcome = committed(project, prepare, request)
    record = project.version(DATASET, name)
    table = read_stored(project.object_path(record.objects["table"].sha256))
    return table, msgspec.json.decode(outcome.answer, type=PrepareAnswer)


def test_that_transactions_become_customers(project: Project) -> None:
    table, answer = prepared(
        project,
        {"step": "trim", "column": "city", "case": "lower"},
        {"step": "deduplicate"},
        {
            "step": "aggregate",
            "by": ["customer"],
            "time": "day",
            "measures": [
                {"function": "rows", "into": "n"},
                {"function": "sum", "column": "amount", "into": "spent"},
                {"function": "sum", "column": "amount", "into": "lately", "days": 30},
                {"function": "last", "column": "city", "into": "city"},
            ],
        },
    )
    assert table.to_pydict() == {
        "customer": [1, 2, 3, None],
        "n": [2, 1, 1, 1],
        "spent": [15.5, None, 7.0, 1.0],
        "lately": [5.5, None, 7.0, None],
        "city": ["madrid", "madrid", "vigo", "vigo"],
    }
    assert [(one.rows, one.cells) for one in answer.steps] == [(6, 6), (5, 0), (4, 0)]


def test_that_a_join_says_who_has_no_partner_and_refuses_several(project: Project) -> None:
    join: dict[str, object] = {"step": "join", "dataset": "people", "on": {"customer": "id"}}
    with pytest.raises(CicloError) as caught:
        prepared(project, join)
    assert (caught.value.code, caught.value.params["n"]) == ("data.recipe.several_partners", 1)
    table, answer = prepared(project, {**join, "several": True})
    assert table.column("name").to_pylist() == ["Ana", "Ana", "Bea", "Bea again", None, None, None]
    assert (answer.steps[0].unmatched, answer.steps[0].several) == (3, 1)
    table, _ = prepared(project, {**join, "several": True, "inner": True})
    assert table.column("customer").to_pylist() == [1, 1, 2, 2]


def test_that_the_version_remembers_its_recipe_and_is_made_once(project: Project) -> None:
    step: dict[str, object] = {"step": "sample", "rows": 3, "seed": 4}
    first, _ = prepared(project, step)
    again, answer = prepared(project, step)
    record = project.version(DATASET, "made")
    assert (record.number, answer.known) == (1, record.id)
    assert first.equals(again)
    body = record.read(DatasetVersion)
    assert body.source_name == "sales@1"
    assert body.recipe == msgspec.convert({"steps": [step]}, Recipe)
    assert record.parents[0] == project.version(DATASET, "sales").id


def test_that_rows_are_sorted_with_missing_ones_last_and_the_last_of_equal_ones_is_kept(project: Project) -> None:
    table, _ = prepared(project, {"step": "sort", "columns": ["amount"], "descending": True})
    assert table.column("amount").to_pylist() == [10.0, 7.0, 7.0, 5.5, 1.0, None]
    table, _ = prepared(project, {"step": "deduplicate", "columns": ["customer"], "last": True})
    assert table.column("amount").to_pylist() == [5.5, None, 7.0, 1.0]


def test_that_groups_are_made_by_days_and_by_columns_of_any_name(project: Project) -> None:
    rows: dict[str, object] = {"function": "rows", "into": "n"}
    table, _ = prepared(
        project,
        {"step": "rename", "column": "customer", "to": "rank"},
        {"step": "blank", "column": "day", "values": ["2024-01-05"]},
        {"step": "aggregate", "by": ["day", "rank"], "measures": [rows]},
    )
    assert [None if day is None else day.isoformat() for day in table.column("day").to_pylist()] == [
        None,
        "2024-03-01",
        "2024-02-01",
        "2024-03-02",
        "2024-01-01",
    ]
    assert table.column("rank").to_pylist() == [1, 1, 2, 3, None]
    assert table.column("n").to_pylist() == [1, 1, 1, 2, 1]


def test_that_a_purge_takes_what_recipes_made_of_the_rows(project: Project) -> None:
    prepared(project, {"step": "trim", "column": "city"}, name="clean")
    again = PrepareRequest(
        project=str(project.folder),
        dataset="clean",
        recipe=msgspec.convert({"steps": [{"step": "sample", "rows": 2}]}, Recipe),
        name="few",
    )
    committed(project, prepare, again)
    sales, people = project.version(DATASET, "sales"), project.version(DATASET, "people")
    plan, _ = carry_out(project, sales, by="Ana", reason="asked for")
    assert {one.label for one in plan.doomed} == {"sales@1", "clean@1", "few@1"}
    assert [record.id for record in project.records(DATASET)] == [people.id]
    assert not [one for one in plan.doomed if one.sha256 and project.object_place(one.sha256).exists()]
    with pytest.raises(CicloError, match=r"project\.purged"):
        project.version(DATASET, "few@1")


def test_that_a_recipe_that_leaves_no_row_is_refused(project: Project) -> None:
    with pytest.raises(CicloError) as caught:
        prepared(
            project,
            {"step": "sort", "columns": ["day"]},
            {"step": "filter", "column": "amount", "test": ">", "values": [100]},
        )
    assert (caught.value.code, caught.value.params["place"]) == ("data.recipe.no_rows", 2)
    assert not project.records(DATASET, "made")


def test_that_new_words_are_categories_where_they_recur(project: Project) -> None:
    prepared(project, {"step": "extract", "column": "city", "what": "letters", "into": "place"})
    columns = {c.name: c.type for c in project.version(DATASET, "made").read(DatasetVersion).columns}
    assert columns["place"] == "category"
