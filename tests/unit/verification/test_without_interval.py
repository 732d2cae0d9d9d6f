"""Where a figure has no interval, its place says why: in the report, beside another version, on the leaderboard."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from app.learning.estimators.catalogue import builtin
from app.learning.records import Estimate, Task
from app.learning.search.data import LearningData
from app.learning.search.trials import Trial
from app.learning.splits.splitting import Sealed
from app.text.message import Text
from app.text.words import Words
from app.verification.catalogue import without_interval
from app.verification.compared import differences
from app.verification.metrics import measure
from app.verification.observed import Floats, Measured

ROWS, FOLDS = 1_000, 5
RMSE, R2, MAE = "neg_root_mean_squared_error", "r2", "neg_mean_absolute_error"
HEAVY = "verification.interval.heavy_tails"


def errors(*, heavy: bool) -> Floats:
    g = np.random.default_rng(3)
    return g.standard_t(1.5, ROWS) if heavy else g.standard_normal(ROWS)


def observed(*, heavy: bool) -> Measured:
    actual = np.random.default_rng(1).normal(10, 5, ROWS)
    return Measured(actual=actual, predicted=actual - errors(heavy=heavy), centre=10.0)


def data() -> LearningData:
    parts = np.array_split(np.arange(ROWS), FOLDS)
    return LearningData(
        task=Task.REGRESSION,
        classes=0,
        frame=pd.DataFrame({"x": np.zeros(ROWS)}),
        columns=(),
        values=np.random.default_rng(1).normal(10, 5, ROWS),
        rows=np.arange(ROWS),
        units=np.arange(ROWS).astype(np.uint64),
        folds=tuple((np.setdiff1d(np.arange(ROWS), part), part) for part in parts),
        sealed=Sealed(np.empty(0, dtype=np.int64)),
        seed=0,
    )


def trial(learned: LearningData, *, heavy: bool) -> Trial:
    made = Trial(kind=builtin()[0], params={}, folds=FOLDS)
    said = learned.values - errors(heavy=heavy)
    for fold, (_, held_out) in enumerate(learned.folds):
        made.predictions[fold] = said[held_out][:, None]
        made.scores[fold] = -float(np.sqrt(np.mean((learned.values - said)[held_out] ** 2)))
    return made


@pytest.mark.parametrize("heavy", [True, False])
def test_that_the_report_and_the_leaderboard_refuse_the_same_intervals(heavy: bool) -> None:
    report = {row.code: row for row in measure(Task.REGRESSION, observed(heavy=heavy), repeats=200)}
    learned = data()
    board = trial(learned, heavy=heavy).candidate(RMSE, learned).cv[RMSE]
    assert board.value is not None
    for told in (report[RMSE].estimate, report[R2].estimate, report[RMSE].difference, report[R2].difference, board):
        assert told is not None
        assert (told.low is None) == heavy
        assert (told.reason is not None and told.reason.id == HEAVY) == heavy
    assert report[MAE].estimate.low is not None


def test_that_other_metrics_keep_their_interval_on_the_leaderboard() -> None:
    learned = data()
    assert trial(learned, heavy=True).candidate(MAE, learned).cv[MAE].low is not None


def test_that_a_difference_without_an_interval_says_why() -> None:
    ours = observed(heavy=True)
    found = differences(ours, dataclasses.replace(ours, predicted=ours.predicted + 0.1), [RMSE, MAE])
    (said,) = map(Words("en").text, without_interval(found.items()))
    assert "(RMSE)” has no interval. A few very large errors decide it" in said


def test_that_figures_with_the_same_reason_share_a_sentence() -> None:
    few = Text("verification.interval.few_rows", {"n": 3, "minimum": 10})
    figures = [
        (RMSE, Estimate(value=-1.0, reason=few)),
        (R2, Estimate(value=0.5, reason=Text(HEAVY))),
        (MAE, Estimate(value=-1.0, reason=few)),
        ("accuracy", Estimate(value=None, reason=few)),
        ("f1", Estimate(value=0.5, low=0.4, high=0.6)),
    ]
    first, second = map(Words("en").text, without_interval(figures))
    assert first.startswith("2 figures have no interval. ")
    assert "has no interval. A few very large errors" in second
