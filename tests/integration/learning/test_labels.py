"""From a dataset with wrong labels to the version in which they are corrected, and what is asked about next."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from app.data.recipe.preparing import prepare
from app.data.recipe.steps import Decided, PrepareRequest, Recipe, Relabel
from app.data.records import DATASET
from app.data.records import ColumnType as T
from app.data.stored import read_stored
from app.errors import CicloError
from app.learning.labels import work
from app.learning.labels.records import Effect, EffectRequest, LabelsAnswer, LabelsRequest
from app.project import Project
from tests.integration.learning.datasets import Columns, Here, store

ROWS, WRONG = 240, {7, 90, 141, 200}
LEARNER = ("logistic", {})


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "LEARNERS", (LEARNER,))
    monkeypatch.setattr(work, "BOOSTING", LEARNER)
    monkeypatch.setattr("app.learning.labels.effect.BOOSTING", LEARNER)


def customers() -> Columns:
    g = np.random.default_rng(1)
    x, y = g.normal(size=(2, ROWS))
    left = (x + y > 0) ^ np.isin(np.arange(1, ROWS + 1), sorted(WRONG))
    x[[row - 1 for row in WRONG]] *= 4
    y[[row - 1 for row in WRONG]] = x[[row - 1 for row in WRONG]]
    left[[row - 1 for row in WRONG]] = x[[row - 1 for row in WRONG]] < 0
    return {
        "x": (T.NUMBER, x.tolist()),
        "y": (T.NUMBER, y.tolist()),
        "left": (T.BOOLEAN, [None if n == 0 else "Sí" if one else "No" for n, one in enumerate(left)]),
    }


def found(project: Project, tmp_path: Path) -> LabelsAnswer:
    request = LabelsRequest(project=str(project.folder), dataset="customers", target="left", top=20)
    return msgspec.json.decode(work.find_doubts(Here(tmp_path), request).answer, type=LabelsAnswer)


def relabelled(project: Project, rows: tuple[Decided, ...]) -> None:
    staging, lock = project.new_staging()
    recipe = Recipe(steps=(Relabel(column="left", rows=rows),))
    request = PrepareRequest(project=str(project.folder), dataset="customers", recipe=recipe, name="customers")
    try:
        project.commit(prepare(Here(staging), request).drafts)
    finally:
        lock.release()


def test_that_wrong_labels_are_found_corrected_and_not_asked_about_again(project: Project, tmp_path: Path) -> None:
    store(project, "customers", customers())
    before = found(project, tmp_path)
    assert {one.row for one in before.doubts[:4]} == WRONG
    assert before.effect is not None
    assert before.effect.judged == ROWS - 1 - len(before.doubts)
    first, second, third = before.doubts[:3]
    decided = (
        Decided(row=first.row, was=first.given, to=first.likely),
        Decided(row=second.row, was=second.given, to=second.given),
        Decided(row=third.row, was=third.given, to=None),
    )
    told = EffectRequest(project=str(project.folder), dataset="customers", target="left", decided=decided)
    effect = msgspec.json.decode(work.measure_effect(Here(tmp_path), told).answer, type=Effect)
    assert (effect.changed, effect.left_out, effect.judged) == (1, 1, ROWS - 1 - 3)
    relabelled(project, decided)
    table = read_stored(project.object_path(project.version(DATASET, "customers").objects["table"].sha256))
    cells = table.column("left").to_pylist()
    moved = {row: row - (row > third.row) for row in (first.row, second.row)}
    assert len(cells) == ROWS - 1
    assert cells[moved[first.row] - 1] == first.likely
    assert cells[moved[second.row] - 1] == second.given
    after = found(project, tmp_path)
    assert after.decided == 2
    assert not {one.row for one in after.doubts} & set(moved.values())


@pytest.mark.parametrize(("row", "was", "code"), [(ROWS + 1, "No", "no_such_row"), (7, "Tal vez", "other_label")])
def test_that_decisions_about_other_rows_are_refused(project: Project, row: int, was: str, code: str) -> None:
    store(project, "customers", customers())
    with pytest.raises(CicloError) as caught:
        relabelled(project, (Decided(row=row, was=was, to="No"),))
    assert caught.value.code == f"data.recipe.{code}"


def test_that_amounts_have_no_labels_to_doubt(project: Project, tmp_path: Path) -> None:
    store(project, "customers", customers())
    request = LabelsRequest(project=str(project.folder), dataset="customers", target="x")
    with pytest.raises(CicloError) as caught:
        work.find_doubts(Here(tmp_path), request)
    assert caught.value.code == "learning.labels.amounts"
