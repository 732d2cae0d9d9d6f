"""Splits of stored data: what the plan shows is what the training does, and what it records."""

from __future__ import annotations

import datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest

from app.data.records import ColumnType as T
from app.errors import CicloError
from app.learning.estimators import catalogue
from app.learning.planning import look_for_twins, plan
from app.learning.preparing import prepare
from app.learning.records import Planned, PlanRequest, Task, TrainRequest
from app.learning.splits.records import SplitFigures, TwinsFound
from app.project import Project
from tests.integration.learning.datasets import Columns, Here, store
from tests.integration.learning.test_training import Trained, with_target

ROWS = 600


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    few = tuple(kind for kind in catalogue.builtin() if kind.id in {"baseline", "logistic", "ridge"})
    monkeypatch.setattr(catalogue, "builtin", lambda: few)


def visits() -> Columns:
    """Customers with several rows each, in the order of their dates, some without one."""
    random = np.random.default_rng(0)
    columns = with_target(Task.BINARY, rows=ROWS)
    start = datetime.date(2024, 1, 1)
    days: list[object] = [start + datetime.timedelta(days=n // 4) for n in range(ROWS)]
    days[::50] = [None] * len(days[::50])
    customers: list[object] = [f"C{n}" for n in random.integers(0, 90, ROWS)]
    return columns | {"customer": (T.CATEGORY, customers), "day": (T.DATE, days)}


def figures(project: Project, tmp_path: Path, **request: object) -> SplitFigures:
    given = {"project": str(project.folder), "dataset": "people", "target": "y"} | request
    outcome = plan(Here(tmp_path), PlanRequest(**given))  # type: ignore[arg-type]
    found = msgspec.json.decode(outcome.answer, type=Planned).split
    assert found is not None
    return found


def twins(project: Project, tmp_path: Path, **request: object) -> TwinsFound:
    given = {"project": str(project.folder), "dataset": "people", "target": "y"} | request
    outcome = look_for_twins(Here(tmp_path), PlanRequest(**given))  # type: ignore[arg-type]
    return msgspec.json.decode(outcome.answer, type=TwinsFound)


@pytest.mark.parametrize(
    "request_",
    [
        {"split": "random"},
        {"split": "stratified"},
        {"split": "stratified:town"},
        {"split": "group:customer"},
        {"split": "time:day", "gap": "10d"},
        {"split": "time", "gap": "25"},
        {"split": "random", "keep_together": "duplicates"},
        {"split": "time:day", "keep_together": "duplicates"},
        {"split": "auto"},
    ],
)
def test_that_the_plan_is_what_training_does_and_every_row_is_in_one_place(
    project: Project, tmp_path: Path, request_: dict[str, object]
) -> None:
    store(project, "people", visits())
    planned = figures(project, tmp_path, **request_)
    version = Trained(project, Here(tmp_path), **request_).version
    assert version.split.figures is not None
    assert version.split.figures.parts == planned.parts
    assert version.split.figures.folds == planned.folds
    assert sum(part.rows for part in planned.parts) == ROWS
    again = Trained(project, Here(tmp_path, processors=2), **request_)
    assert again.version.split == version.split
    assert len(version.split.holdout_sha256) == 64
    assert version.split.holdout_sha256 != version.split.train_sha256


def test_that_a_gap_in_days_keeps_the_sides_apart_and_the_undated_out(project: Project, tmp_path: Path) -> None:
    store(project, "people", visits())
    found = figures(project, tmp_path, split="time:day", gap="10d")
    train, holdout = found.part("train"), found.part("holdout")
    assert train.end is not None
    assert holdout.start is not None
    assert holdout.start - train.end > 10 * 86_400
    assert found.part("undated").rows == 12
    assert found.part("gap").rows > 30
    assert {"learning.split.left_out_undated", "learning.split.left_out_gap"} <= {n.message.id for n in found.notes}
    for fold in found.folds:
        assert fold.fitted.end is not None
        assert fold.scored.start is not None
        assert fold.scored.start - fold.fitted.end > 10 * 86_400


def test_that_customers_with_several_rows_call_for_groups(project: Project, tmp_path: Path) -> None:
    store(project, "people", visits())
    found = figures(project, tmp_path)
    assert found.advice[0].split == "group:customer"
    assert found.advice[0].proposed
    assert "time:day" in [advice.split for advice in found.advice]
    across = next(note for note in found.notes if note.message.id == "learning.split.across")
    assert (across.severity, across.remedy) == ("warning", "group:customer")
    grouped = figures(project, tmp_path, split="auto")
    assert (grouped.kind, grouped.column) == ("group", "customer")
    assert grouped.groups == grouped.part("train").groups + grouped.part("holdout").groups
    assert all(note.message.id != "learning.split.across" for note in grouped.notes)


def test_that_years_at_a_company_are_nobody_s_name(project: Project, tmp_path: Path) -> None:
    columns = with_target(Task.BINARY, rows=ROWS)
    years = np.random.default_rng(5).integers(0, 37, ROWS).tolist()
    store(project, "people", columns | {"YearsAtCompany": (T.INTEGER, years)})
    assert not [one for one in figures(project, tmp_path).advice if one.split.startswith("group")]
    store(project, "people", columns | {"company": (T.INTEGER, years)})
    assert figures(project, tmp_path).advice[0].split == "group:company"
    store(project, "people", columns | {"customer_number": (T.INTEGER, years)})
    assert figures(project, tmp_path).advice[0].split == "group:customer_number"


def test_that_a_file_in_the_order_of_its_dates_calls_for_time(project: Project, tmp_path: Path) -> None:
    columns = visits()
    del columns["customer"]
    store(project, "people", columns)
    assert figures(project, tmp_path).advice[0].split == "time:day"


def test_that_copies_across_are_found_and_kept_together_on_demand(project: Project, tmp_path: Path) -> None:
    columns = with_target(Task.BINARY, rows=ROWS)
    doubled: Columns = {name: (type_, [*values, *values[:200]]) for name, (type_, values) in columns.items()}
    doubled["visits"] = (T.INTEGER, [*columns["visits"][1], *(n % 7 + 20 for n in range(200))])
    store(project, "people", doubled)
    found = twins(project, tmp_path)
    assert found.figures.near > 20
    assert found.figures.same_answer == found.figures.beyond_chance
    assert (found.notes[0].severity, found.notes[0].remedy) == ("warning", "keep:duplicates")
    assert found.figures.pairs[0].column == "visits"
    assert found.figures.pairs[0].cells[0].column == "visits"
    assert twins(project, tmp_path, keep_together="duplicates").figures.beyond_chance == 0


def test_that_a_test_that_repeats_rows_says_so_and_can_be_cleared(project: Project, tmp_path: Path) -> None:
    columns = with_target(Task.BINARY, rows=ROWS)
    store(project, "people", columns)
    fresh = with_target(Task.BINARY, rows=100, seed=5)
    store(project, "later", {n: (t, [*fresh[n][1], *values[:40]]) for n, (t, values) in columns.items()})
    found = twins(project, tmp_path, test="later")
    assert (found.figures.rows, found.figures.exact) == (140, 40)
    assert found.figures.pairs[0].learned_row <= 40 < 101 <= found.figures.pairs[0].judged_row
    version = Trained(project, Here(tmp_path), test="later", keep_together="duplicates").version
    assert version.split.train_rows == ROWS - 40
    assert version.split.holdout_rows == 140
    assert version.split.twins is not None
    assert version.split.twins.exact == 0


def test_that_a_test_with_another_name_or_kind_of_column_is_explained(project: Project, tmp_path: Path) -> None:
    columns = with_target(Task.BINARY, rows=ROWS)
    store(project, "people", columns)
    test = with_target(Task.BINARY, rows=100, seed=5)
    store(project, "renamed", {(" Age" if n == "age" else n): c for n, c in test.items()})
    with pytest.raises(CicloError) as refused:
        figures(project, tmp_path, test="renamed")
    assert refused.value.code == "learning.test_names_differ"
    assert (refused.value.params["columns"], refused.value.params["found"]) == ("age", " Age")
    store(project, "words", test | {"age": (T.TEXT, ["old"] * 100)})
    with pytest.raises(CicloError, match="test_other_type"):
        figures(project, tmp_path, test="words")
    store(project, "mixed", test | {"age": (T.TEXT, ["old"] * 30 + ["41.5"] * 70)})
    notes = {note.message.id: note.message.params for note in figures(project, tmp_path, test="mixed").notes}
    assert notes["learning.split.test_other_type"]["n"] == 30


def test_that_few_rows_and_missing_classes_are_said_before_training(project: Project, tmp_path: Path) -> None:
    columns = visits()
    columns["y"] = (T.BOOLEAN, ["Sí" if 100 < n < 140 else "No" for n in range(ROWS)])
    store(project, "people", columns)
    notes = {n.message.id: n.message.params for n in figures(project, tmp_path, split="time").notes}
    assert notes["learning.split.class_missing_holdout"]["labels"] == "Sí"
    assert notes["learning.split.few_rows"]["n"] == 120
    few = {n.message.id: n.message.params for n in figures(project, tmp_path, split="stratified").notes}
    assert few["learning.split.few_of_class"]["n"] == 8
    assert few["learning.split.few_of_class"]["points"] == 35


def test_that_a_share_that_groups_cannot_meet_is_said(project: Project, tmp_path: Path) -> None:
    columns = visits()
    columns["shop"] = (T.CATEGORY, [f"shop {0 if n < 360 else 1 + n % 2}" for n in range(ROWS)])
    store(project, "people", columns)
    found = figures(project, tmp_path, split="group:shop", holdout=0.1)
    ids = {note.message.id for note in found.notes}
    assert {"learning.split.share_off", "learning.split.large_group"} <= ids
    assert found.largest == ("shop 0", 360)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"split": "group:member"}, "learning.too_few_units"),
        ({"split": "time", "gap": "30d"}, "learning.gap_of_days"),
        ({"split": "time:visits", "gap": "30d"}, "learning.gap_of_days"),
        ({"split": "time:day", "gap": "900d"}, "learning.gap_too_wide"),
        ({"split": "random", "gap": "30d"}, "learning.gap_without_time"),
        ({"split": "time:day", "gap": "soon"}, "learning.bad_gap"),
        ({"split": "random", "keep_together": "all"}, "learning.unknown_together"),
        ({"split": "stratified:nobody"}, "data.missing_target"),
    ],
)
def test_that_a_split_that_cannot_be_made_is_refused(
    project: Project, tmp_path: Path, request_: dict[str, object], code: str
) -> None:
    store(project, "people", visits())
    with pytest.raises(CicloError) as refused:
        figures(project, tmp_path, **request_)
    assert refused.value.code == code


@pytest.mark.parametrize("again", [True, False])
def test_that_folds_keep_equal_rows_together_unless_the_given_test_has_them_again(
    project: Project, tmp_path: Path, again: bool
) -> None:
    columns = with_target(Task.BINARY)
    twice: Columns = {name: (type_, [*values[:130], *values[:130]]) for name, (type_, values) in columns.items()}
    test = columns if again else with_target(Task.BINARY, seed=5)
    store(project, "people", twice)
    store(project, "test", {name: (type_, values[:40]) for name, (type_, values) in test.items()})
    request = TrainRequest(
        project=str(project.folder), dataset="people", target="y", model="m", test="test", exclude=("member",)
    )
    data = prepare(request).data
    copies = {}
    for number, (_, scored) in enumerate(data.folds):
        copies.update({int(data.rows[position]): number for position in scored})
    same = [copies[row] == copies[row + 130] for row in range(130)]
    assert all(same) != again
