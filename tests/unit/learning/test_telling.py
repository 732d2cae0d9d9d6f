"""What one column tells of an answer, and which sides are a sign of one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from app.learning.findings.gaps import chance_of, cramers_v
from app.learning.records import Task
from app.learning.sides import Side, only_answer
from app.learning.telling import Answers, power_of, power_of_side

G = np.random.default_rng(3)
YES = (G.random(2_000) < 0.3).astype(np.float64)
CLASSES = Answers(task=Task.BINARY, values=YES)


def test_a_copy_in_other_words_tells_everything_and_noise_nothing() -> None:
    assert power_of(CLASSES, pd.Series(np.where(YES > 0, "A", "B"), dtype=object)) == pytest.approx(1.0)
    assert power_of(CLASSES, pd.Series(G.normal(size=2_000))) == pytest.approx(0.5, abs=0.06)


def test_an_amount_in_another_unit_tells_everything() -> None:
    values = G.lognormal(3, 1, 2_000)
    assert power_of(Answers(task=Task.REGRESSION, values=values), pd.Series(values * 100 + 7)) > 0.9999


def test_the_power_of_a_side_of_amounts_is_the_one_of_mann_and_whitney() -> None:
    values, side = G.normal(size=300), G.random(300) < 0.4
    u = stats.mannwhitneyu(values[side], values[~side]).statistic / (side.sum() * (~side).sum())
    assert power_of_side(Answers(task=Task.REGRESSION, values=values), side) == pytest.approx(max(u, 1 - u))


def test_a_side_with_hardly_another_answer_is_a_sign_of_it() -> None:
    codes = YES.astype(np.int64)
    sign = (codes == 1) & (G.random(2_000) < 0.5)
    assert only_answer(codes, Side(kind="value", value="x", rows=sign)) == 1
    assert only_answer(codes, Side(kind="value", value="x", rows=G.random(2_000) < 0.5)) is None


def test_the_association_of_gaps_is_that_of_scipy() -> None:
    counts = np.array([[30, 70, 20], [60, 40, 20]])
    assert chance_of(counts) == pytest.approx(stats.chi2_contingency(counts, correction=False).pvalue)
    few = np.array([[3, 5], [1, 60]])
    assert chance_of(few) == pytest.approx(stats.fisher_exact(few).pvalue)
    assert 0 < cramers_v(counts) < stats.contingency.association(counts)
