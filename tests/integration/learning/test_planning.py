"""The proposal before the click, and the sentences about what can't be done."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from app.data.records import ColumnType as T
from app.errors import CicloError
from app.learning.columns import holds_prose
from app.learning.planning import plan
from app.learning.records import Planned, PlanRequest, Task, TrainRequest
from app.learning.training import train
from app.project import Project
from app.text import Words
from tests.integration.learning.datasets import Columns, Here, store
from tests.unit.learning.test_preparation import sentences

ROWS = 300


def customers() -> Columns:
    random = np.random.default_rng(0)
    return {
        "key": (T.IDENTIFIER, [f"C{n:05d}" for n in range(ROWS)]),
        "person": (T.IDENTIFIER, [f"k{n // 2}mqzp" for n in range(ROWS)]),
        "number": (T.INTEGER, list(range(1, ROWS + 1))),
        "staff": (T.INTEGER, [3 * n + n % 2 for n in range(ROWS)]),
        "age": (T.INTEGER, random.integers(18, 90, ROWS).tolist()),
        "always": (T.CATEGORY, ["same"] * ROWS),
        "never": (T.NUMBER, [None] * ROWS),
        "story": (T.TEXT, [f"story number {n}" for n in range(ROWS)]),
        "note": (T.TEXT, [f"note {n % 120}" for n in range(ROWS)]),
        "left": (T.BOOLEAN, [None, *("Sí" if n % 4 == 0 else "No" for n in range(1, ROWS))]),
    }


def planned(project: Project, tmp_path: Path, **request: object) -> Planned:
    given = {"project": str(project.folder), "dataset": "customers", "target": "left"} | request
    outcome = plan(Here(tmp_path), PlanRequest(**given))  # type: ignore[arg-type]
    return msgspec.json.decode(outcome.answer, type=Planned)


def test_that_the_plan_says_task_classes_columns_and_rows(project: Project, tmp_path: Path) -> None:
    store(project, "customers", customers())
    found = planned(project, tmp_path)
    reasons = {c.name: c.reason.id.rpartition(".")[2] for c in found.columns if not c.used and c.reason}
    assert (found.task, found.positive, found.metric) == (Task.BINARY, "Sí", "roc_auc")
    assert found.classes == (("No", 225), ("Sí", 74))
    assert found.rows == ROWS
    assert (found.dropped_rows, found.train_rows + found.holdout_rows) == (1, ROWS - 1)
    assert found.holdout_rows == pytest.approx(60, abs=2)
    assert reasons == {
        "key": "identifier",
        "person": "recurring",
        "number": "identifier",
        "staff": "identifier",
        "always": "constant",
        "never": "empty",
        "story": "distinct_text",
        "note": "text",
    }
    assert found.forecasts["quick"].seconds < found.forecasts["thorough"].seconds
    assert {note.id for note in found.problems} == {"learning.note.dropped", "learning.note.text"}


def test_that_only_sentences_that_hardly_repeat_are_read_by_their_words(project: Project, tmp_path: Path) -> None:
    few = ["the same five words here", "or these four ones"] * (ROWS // 2)
    texts: Columns = {
        "talk": (T.TEXT, [*sentences(ROWS)]),
        "few": (T.TEXT, [*few]),
        "named": (T.IDENTIFIER, [*sentences(ROWS)]),
    }
    store(project, "customers", customers() | texts)
    assert {column.name for column in planned(project, tmp_path).columns if holds_prose(column)} == {"talk"}


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"target": "churn"}, "data.missing_target"),
        ({"target": "always"}, "learning.target_constant"),
        ({"target": "never"}, "learning.target_empty"),
        ({"positive": "maybe"}, "learning.unknown_positive"),
        ({"holdout": 0.0}, "learning.bad_holdout"),
        ({"split": "by hand"}, "learning.unknown_split"),
        ({"split": "group:nobody"}, "data.missing_target"),
        ({"split": "time:always"}, "learning.not_a_time"),
        ({"split": "group:left"}, "learning.split_by_target"),
        ({"exclude": ("nobody",)}, "learning.unknown_column"),
        ({"exclude": ("age",)}, "learning.no_usable_columns"),
        ({"dataset": "suppliers"}, "project.no_such_version"),
    ],
)
@pytest.mark.parametrize("language", ["en", "es"])
def test_that_what_cannot_be_done_gets_one_sentence(
    project: Project, tmp_path: Path, request_: dict[str, object], code: str, language: str
) -> None:
    store(project, "customers", customers())
    with pytest.raises(CicloError) as raised:
        planned(project, tmp_path, **request_)
    assert raised.value.code == code
    sentence = Words(language)(code, **raised.value.params)
    assert sentence != code
    assert "{" not in sentence


def test_that_five_rows_are_too_few(project: Project, tmp_path: Path) -> None:
    store(project, "customers", {"age": (T.INTEGER, [1, 2, 3, 4, 5]), "left": (T.BOOLEAN, ["a", "b", "a", "b", "a"])})
    with pytest.raises(CicloError, match="too_few_rows"):
        planned(project, tmp_path)


def test_that_memory_size_and_latency_are_foretold_for_each_preset(project: Project, tmp_path: Path) -> None:
    store(project, "customers", customers())
    told = planned(project, tmp_path).forecasts
    assert set(told) == {"quick", "balanced", "thorough"}
    for one in told.values():
        assert one.fits
        assert 0 < one.needed_mb <= one.memory_mb
        assert one.size_mb > 0
        assert 0 < one.one_row_ms <= one.thousand_rows_ms


def test_that_what_has_no_room_is_foretold_and_refused_before_a_row_is_read(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(project, "customers", customers())
    for module in ("planning", "preparing"):
        monkeypatch.setattr(f"app.learning.{module}.available_memory_mb", lambda: 200.0)
    monkeypatch.setattr("app.learning.preparing.read_in_parts", lambda *_: pytest.fail("the rows were read"))
    assert not any(one.fits for one in planned(project, tmp_path).forecasts.values())
    request = TrainRequest(project=str(project.folder), dataset="customers", target="left", model="m")
    with pytest.raises(CicloError, match="no_room"):
        train(Here(tmp_path), request)
