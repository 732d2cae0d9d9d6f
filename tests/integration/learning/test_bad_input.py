"""Data that nothing sensible can be learned from, or only with care: a sentence, or a model, never an accident."""

from __future__ import annotations

import datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest

from app.data.records import ColumnType as T
from app.errors import CicloError
from app.learning import source
from app.learning.planning import plan
from app.learning.preparing import prepare
from app.learning.records import Planned, PlanRequest, Task, TrainRequest
from app.project import Project
from app.text import Words
from tests.integration.learning.datasets import Columns, Here, store
from tests.integration.learning.test_training import Trained, here, with_target

ROWS = 300
START = datetime.date(2024, 1, 1)


def measured(**more: tuple[T, list[object]]) -> Columns:
    """Two columns of numbers, and what the test is about."""
    random = np.random.default_rng(0)
    return {
        "x": (T.NUMBER, random.normal(size=ROWS).tolist()),
        "z": (T.NUMBER, random.normal(size=ROWS).tolist()),
        "day": (T.DATE, [START + datetime.timedelta(days=n) for n in range(ROWS)]),
        "shop": (T.CATEGORY, [f"shop {n % 12}" for n in range(ROWS)]),
        **more,
    }


def planned(project: Project, tmp_path: Path, columns: Columns, **request: object) -> Planned:
    store(project, "people", columns)
    given = {"project": str(project.folder), "dataset": "people", "target": "y"} | request
    outcome = plan(Here(tmp_path), PlanRequest(**given))  # type: ignore[arg-type]
    return msgspec.json.decode(outcome.answer, type=Planned)


def nearly(word: str, values: list[float]) -> tuple[T, list[object]]:
    """Numbers of which two cells are a word, as an import stores them."""
    return T.TEXT, [word, word, *(repr(value) for value in values[2:])]


def some_noise(seed: int = 1) -> list[float]:
    return np.random.default_rng(seed).normal(size=ROWS).round(4).tolist()


@pytest.mark.parametrize("language", ["en", "es"])
def test_that_numbers_that_a_few_cells_made_words_are_named_with_the_cell(
    project: Project, tmp_path: Path, language: str
) -> None:
    days = [(START + datetime.timedelta(days=n)).isoformat() for n in range(ROWS - 1)]
    columns = measured(rate=nearly("inf", some_noise()), when=(T.TEXT, ["soon", *days]), y=(T.NUMBER, some_noise(2)))
    found = planned(project, tmp_path, columns)
    reasons = {column.name: column.reason for column in found.columns if not column.used}
    assert {name: reason.id for name, reason in reasons.items() if reason} == {
        "rate": "learning.column.nearly_numbers",
        "when": "learning.column.nearly_dates",
    }
    assert reasons["rate"] is not None
    assert "2 " in Words(language).text(reasons["rate"])
    assert "inf" in Words(language).text(reasons["rate"])
    assert "rate, when" in " ".join(Words(language).text(note) for note in found.problems)


def test_that_infinite_words_count_as_numbers_however_many_there_are(project: Project, tmp_path: Path) -> None:
    half: list[object] = ["-Inf" if n % 2 else repr(value) for n, value in enumerate(some_noise())]
    found = planned(project, tmp_path, measured(rate=(T.TEXT, half), y=(T.NUMBER, some_noise(2))))
    reason = next(column.reason for column in found.columns if column.name == "rate")
    assert reason is not None
    assert (reason.id, reason.params["n"]) == ("learning.column.nearly_numbers", 150)


def test_that_few_rows_repeated_are_called_so(project: Project, tmp_path: Path) -> None:
    columns: Columns = {"x": (T.NUMBER, [1.0, 2.0, 3.0, 4.0] * 75), "y": (T.NUMBER, [1.5, 2.5, 3.5, 4.5] * 75)}
    notes = {note.message.id: note.message.params for note in planned(project, tmp_path, columns).split.notes}
    assert notes["learning.split.few_different"]["n"] == 3


def test_that_codes_kept_as_words_on_purpose_are_not_called_numbers(project: Project, tmp_path: Path) -> None:
    codes: list[object] = ["none", *(f"0{n:04d}" for n in range(1, ROWS))]
    found = planned(project, tmp_path, measured(code=(T.TEXT, codes), y=(T.NUMBER, some_noise())))
    reason = next(column.reason for column in found.columns if column.name == "code")
    assert reason is not None
    assert reason.id == "learning.column.distinct_text"


@pytest.mark.parametrize("task", ["auto", "regression"])
def test_that_an_amount_that_a_few_cells_made_words_is_no_target(project: Project, tmp_path: Path, task: str) -> None:
    with pytest.raises(CicloError) as refused:
        planned(project, tmp_path, measured(y=nearly("inf", some_noise())), task=task)
    assert refused.value.code == "learning.target_nearly_numbers"
    assert refused.value.params == {"column": "y", "n": 2, "value": "inf"}


def test_that_no_column_to_learn_from_is_explained_by_the_first(project: Project, tmp_path: Path) -> None:
    with pytest.raises(CicloError) as refused:
        planned(project, tmp_path, {"x": nearly("inf", some_noise()), "y": (T.NUMBER, some_noise(2))})
    said = Words("en").error(refused.value)[0]
    assert "“x”, for one: 2 of 300 values aren't numbers (such as “inf”)" in said
    with pytest.raises(CicloError, match=r"learning\.no_columns"):
        planned(project, tmp_path, {"y": (T.NUMBER, some_noise(2))})


ONE_SHOP: list[object] = ["yes" if n % 12 == 3 else "no" for n in range(ROWS)]
LATE: list[object] = ["yes" if n >= 210 and n % 2 else "no" for n in range(ROWS)]
EARLY: list[object] = ["yes" if n < 80 and n % 2 else "no" for n in range(ROWS)]


@pytest.mark.parametrize(("answers", "split"), [(ONE_SHOP, "group:shop"), (LATE, "time:day")])
def test_that_classes_that_no_fold_can_learn_are_refused_before_training(
    project: Project, tmp_path: Path, answers: list[object], split: str
) -> None:
    with pytest.raises(CicloError, match=r"learning\.(classes_apart|holdout_takes_class)"):
        planned(project, tmp_path, measured(y=(T.BOOLEAN, answers)), split=split)


def test_that_folds_with_one_class_only_are_left_out_and_that_is_said(
    project: Project, tmp_path: Path, brief: None
) -> None:
    answers: list[object] = ["yes" if n < 150 and n % 2 else "no" for n in range(ROWS)]
    store(project, "people", measured(y=(T.BOOLEAN, answers)))
    version = Trained(project, here(tmp_path), split="time:day").version
    assert version.split.figures is not None
    assert {"learning.split.fewer_parts"} <= {note.message.id for note in version.split.figures.notes}
    assert 2 <= len(version.split.figures.folds) < 5


def test_that_a_metric_that_the_folds_do_not_define_is_refused_and_another_is_taken(
    project: Project, tmp_path: Path, brief: None
) -> None:
    found = planned(project, tmp_path, measured(y=(T.BOOLEAN, EARLY)), split="time:day")
    assert "learning.split.parts_of_one_class" in {note.message.id for note in found.split.notes}
    with pytest.raises(CicloError, match=r"learning\.metric_undefined"):
        Trained(project, here(tmp_path), split="time:day")
    assert Trained(project, here(tmp_path), split="time:day", metric="neg_log_loss").version.metric == "neg_log_loss"


def test_that_an_amount_that_is_the_same_in_every_row_learned_from_is_refused(project: Project, tmp_path: Path) -> None:
    columns = measured(y=(T.NUMBER, [3.5] * 299 + [3.6]))
    with pytest.raises(CicloError, match=r"learning\.holdout_takes_amounts"):
        planned(project, tmp_path, columns, task="regression", split="time:day")


def test_that_amounts_too_close_to_be_told_apart_are_refused(project: Project, tmp_path: Path) -> None:
    with pytest.raises(CicloError, match=r"learning\.target_minute"):
        planned(project, tmp_path, measured(y=(T.NUMBER, [value * 1e-200 for value in some_noise()])))


@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
def test_that_a_column_without_a_number_in_some_folds_keeps_no_family_from_learning(
    project: Project, tmp_path: Path, task: Task
) -> None:
    columns = with_target(task, rows=ROWS)
    columns["late"] = (T.NUMBER, [None] * 200 + some_noise()[200:])
    columns["order"] = (T.INTEGER, [2 * n for n in range(ROWS)])
    store(project, "people", columns)
    version = Trained(project, here(tmp_path, processors=2), split="time:order").version
    assert {c.estimator: c.state for c in version.candidates if c.state != "done"} == {}


def test_that_a_column_may_be_called_like_a_part_of_a_date(project: Project, tmp_path: Path, brief: None) -> None:
    columns = with_target(Task.BINARY)
    columns["since|day"] = columns["age"]
    store(project, "people", columns)
    trained = Trained(project, here(tmp_path))
    assert all(candidate.state == "done" for candidate in trained.version.candidates)


def test_that_thousands_of_columns_are_read_from_a_file_opened_a_few_times(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide: Columns = {f"x{n}": (T.NUMBER, some_noise(n)[:30]) for n in range(2_000)}
    store(project, "people", {**wide, "y": (T.NUMBER, some_noise()[:30])})
    opened: list[object] = []
    read = source.read_stored
    monkeypatch.setattr(source, "read_stored", lambda *given: opened.append(given) or read(*given))
    found = prepare(TrainRequest(project=str(project.folder), dataset="people", target="y", model="m"))
    assert found.data.frame.shape[1] == 2_000
    assert len(opened) < 10
