"""Which columns matter: the same figures on every machine, from a sample that is counted and said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from app.data.records import ColumnType
from app.learning.records import Feature
from app.text.message import Text
from app.text.words import Words
from app.verification.importance import importance_chart, permutation_importance, sampled
from app.verification.observed import Floats

QUICK, SLOW, SLOWEST = 15.0, 700.0, 20_000.0
"""Milliseconds for a block of rows: a linear model, neighbours of 20,000 rows, and more than anybody would wait for."""


def feature(name: str) -> Feature:
    return Feature(name=name, type=ColumnType.NUMBER)


def test_that_a_quick_model_is_looked_at_with_all_the_rows_that_are_ever_taken() -> None:
    plan = sampled(20, block_ms=QUICK)
    assert plan is not None
    assert (plan.rows, plan.repeats) == (5_000, 5)


def test_that_a_slow_model_or_many_columns_make_the_sample_smaller_and_leave_nothing_out() -> None:
    for columns, block_ms in ((20, SLOW), (80, 5 * QUICK), (1_500, 30 * QUICK)):
        plan = sampled(columns, block_ms=block_ms)
        assert plan is not None
        assert 100 <= plan.rows < 5_000
        assert 2 <= plan.repeats <= 5


def test_that_only_more_than_minutes_of_counted_work_leave_it_out() -> None:
    assert sampled(2_000, block_ms=SLOWEST) is None
    assert sampled(0, block_ms=QUICK) is None


@pytest.mark.parametrize("rows", [40, 3_000, 9_000])
def test_that_shuffles_that_are_predicted_together_give_what_they_give_one_by_one(rows: int) -> None:
    g = np.random.default_rng(0)
    names = ("much", "little", "nothing")
    frame = pd.DataFrame({name: g.normal(size=rows) for name in names})
    actual = 3 * frame["much"].to_numpy() + frame["little"].to_numpy()

    def losses(changed: pd.DataFrame) -> Floats:
        said = 3 * changed["much"].to_numpy() + changed["little"].to_numpy()
        return np.abs(said.reshape(-1, rows) - actual).mean(axis=1)

    found = permutation_importance(frame, [*map(feature, names)], losses, repeats=3, step=lambda done, total: None)
    again = np.random.default_rng(0)
    alone = []
    for name in names:
        for _ in range(3):
            order = again.permutation(rows)
            alone.append(losses(frame.assign(**{name: frame[name].to_numpy()[order]}))[0])
    assert found is not None
    assert found.names == names
    assert found.values == pytest.approx(np.reshape(alone, (3, 3)).mean(axis=1), abs=1e-12)
    assert found.values[2] == 0


def test_that_the_chart_says_how_many_rows_it_looked_at_and_how_often() -> None:

    g = np.random.default_rng(0)
    frame = pd.DataFrame({"a": g.normal(size=100)})
    found = permutation_importance(
        frame, [feature("a")], lambda f: np.arange(len(f) // 100) + 1.0, repeats=2, step=lambda done, total: None
    )
    assert found is not None
    for total, said in ((100, "on all 100 rows"), (8_000, "on 100 of 8,000 rows")):
        label = importance_chart(found, measure=Text("verification.metric.neg_log_loss"), total=total).x_label
        assert said in Words("en").text(label)
        assert "2 times" in Words("en").text(label)
