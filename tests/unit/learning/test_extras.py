"""Boosted trees of other libraries: stored without pickle, the same bytes again, and refused in words where the library
isn't there."""

from __future__ import annotations

import sys
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest

from app.errors import CicloError
from app.learning import canonical
from app.learning.estimators.catalogue import catalogue
from app.learning.estimators.extras import EXTRAS, installed
from app.learning.estimators.kind import EstimatorKind
from app.learning.matrix import FrameColumn
from app.learning.model import open_pipeline, raw_predictions
from app.learning.records import Task
from app.learning.search.data import LearningData, fit
from app.learning.search.records import ExecutedPlan, Tried
from app.learning.search.replaying import Replayed
from app.learning.splits.splitting import Sealed
from app.learning.training import library_versions

ROWS = 300


def data_of(task: Task) -> LearningData:
    random = np.random.default_rng(0)
    x, rows = random.normal(size=ROWS), np.arange(ROWS)
    strength = x + random.normal(0, 0.3, ROWS)
    values = (
        strength if task is Task.REGRESSION else np.digitize(strength, [0.0] if task is Task.BINARY else [-0.5, 0.5])
    )
    x[::9] = np.nan
    return LearningData(
        task=task,
        classes={Task.BINARY: 2, Task.MULTICLASS: 3, Task.REGRESSION: 0}[task],
        frame=pd.DataFrame({"x": x, "word": random.choice(["a", "b", None], ROWS).astype(object)}),
        columns=(
            FrameColumn(name="x", feature="x", numeric=True),
            FrameColumn(name="word", feature="word", numeric=False),
        ),
        values=values.astype(np.float64),
        rows=rows,
        units=rows.astype(np.uint64),
        folds=((rows, rows),),
        sealed=Sealed(np.empty(0, dtype=np.int64)),
        seed=0,
    )


@pytest.fixture(params=list(EXTRAS))
def kind(request: pytest.FixtureRequest) -> EstimatorKind:
    if find_spec(request.param) is None:
        pytest.skip(f"{request.param} isn't installed")
    return catalogue()[request.param]


@pytest.mark.parametrize("task", list(Task))
def test_that_it_is_stored_without_pickle_and_comes_back_the_same(kind: EstimatorKind, task: Task) -> None:
    data = data_of(task)
    params = {"n_estimators": 30}
    stored = canonical.dump(fit(kind, params, data, data.rows))
    assert stored == canonical.dump(fit(kind, params, data, data.rows))
    opened = open_pipeline(stored)
    assert canonical.dump(opened) == stored
    answers = raw_predictions(opened, data.frame, classes=data.classes)
    assert (answers[7:12] == raw_predictions(opened, data.frame.iloc[7:12], classes=data.classes)).all()
    assert np.isfinite(answers).all()
    assert float(np.corrcoef(answers[:, -1], data.values)[0, 1]) > 0.5


def test_that_a_model_of_a_library_that_is_not_there_says_which_extra_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("lightgbm")
    data = data_of(Task.BINARY)
    stored = canonical.dump(fit(catalogue()["lightgbm"], {"n_estimators": 5}, data, data.rows))
    monkeypatch.setitem(sys.modules, "lightgbm", None)  # as where it isn't installed
    assert "lightgbm" not in installed()
    assert "lightgbm" not in catalogue()
    with pytest.raises(CicloError) as caught:
        open_pipeline(stored)
    assert (caught.value.code, caught.value.params["extra"]) == ("learning.needs_extra", "lightgbm")
    plan = ExecutedPlan(
        tried=(Tried(estimator="lightgbm", params={}, folds=(0,)),), members=(), seed=0, folds=1, stop=""
    )
    with pytest.raises(CicloError, match="needs_extra"):
        Replayed(plan).propose(0, ())


def test_that_the_versions_of_what_is_installed_are_recorded() -> None:
    assert set(installed()) <= set(library_versions())
