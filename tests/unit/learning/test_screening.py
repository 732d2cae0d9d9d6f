"""Screening columns by bins: against scikit-learn on each column, and never below what a cut of it can tell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import r2_score, roc_auc_score

from app.learning.screening import binned_auc, binned_r2


def table(seed: int, n: int = 600) -> np.ndarray:
    g = np.random.default_rng(seed)
    columns = np.column_stack([g.normal(size=n), g.integers(0, 4, size=n), np.full(n, 3.0), g.normal(size=n)])
    columns[g.random(n) < 0.2, 3] = np.nan
    return columns


def test_that_few_values_are_bins_of_their_own() -> None:
    columns, g = table(0), np.random.default_rng(1)
    codes = (g.random(600) < 0.1 + 0.2 * columns[:, 1]).astype(np.int64)
    share = np.array([codes[columns[:, 1] == value].mean() for value in range(4)])
    expected = roc_auc_score(codes, share[columns[:, 1].astype(int)])
    assert binned_auc(columns, codes)[1] == pytest.approx(expected, abs=1e-12)
    assert binned_auc(columns, codes)[2] == 0.5
    means = share[columns[:, 1].astype(int)]
    assert binned_r2(columns, codes.astype(float))[1] == pytest.approx(r2_score(codes, means), abs=1e-12)


@given(st.integers(0, 50), st.floats(-1.5, 1.5))
def test_that_a_column_that_one_cut_gives_away_is_kept(seed: int, cut: float) -> None:
    columns = table(seed)
    codes = (columns[:, 0] > cut).astype(np.int64)
    if 20 <= codes.sum() <= 580:
        assert binned_auc(columns, codes)[0] > 0.95


def test_that_gaps_that_give_the_answer_away_are_kept_and_noise_is_not() -> None:
    columns = table(4)
    power = binned_auc(columns, np.isnan(columns[:, 3]).astype(np.int64))
    assert power[3] > 0.99
    assert (power[:3] < 0.9).all()


def test_that_many_columns_are_read_in_parts() -> None:
    g = np.random.default_rng(0)
    columns, codes = g.normal(size=(9_000, 300)), g.integers(0, 3, size=9_000)
    at_once = binned_auc(columns, codes)
    assert at_once.shape == (300,)
    assert binned_auc(columns[:, 250:251], codes)[0] == at_once[250]
