"""Shares that are met exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedKFold, train_test_split

from app.learning.splits.splitting import Hashes, deal_folds
from app.learning.splits.stratifying import crossed, held_out_exactly, quantile_bins


def hashes_of(rows: int, seed: int = 0) -> Hashes:
    return np.random.default_rng(seed).integers(0, 2**63, rows).astype(np.uint64)


@settings(max_examples=150, deadline=None)
@given(
    counts=st.lists(st.integers(1, 60), min_size=1, max_size=12),
    fraction=st.sampled_from([0.1, 0.2, 0.25, 0.5]),
    seed=st.integers(0, 5),
)
def test_that_each_stratum_and_the_whole_get_their_share_to_the_row(
    counts: list[int], fraction: float, seed: int
) -> None:
    strata = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    out = held_out_exactly(hashes_of(len(strata), seed), strata, fraction=fraction)
    for code, count in enumerate(counts):
        assert abs(out[strata == code].sum() - fraction * count) <= 1
    assert abs(out.sum() - fraction * len(strata)) <= 0.5


def test_that_the_counts_are_those_of_scikit_learn() -> None:
    target = np.repeat([0, 1, 2], [1_000, 300, 50])
    out = held_out_exactly(hashes_of(1_350), target, fraction=0.2)
    _, theirs = train_test_split(target, test_size=0.2, stratify=target, random_state=0)
    assert np.bincount(target[out]).tolist() == np.bincount(theirs).tolist()


def test_that_folds_have_the_class_counts_of_scikit_learn() -> None:
    target = np.repeat([0, 1, 2], [403, 101, 27])
    fold = deal_folds(hashes_of(531), target, folds=5)
    ours = sorted(np.bincount(target[fold == f], minlength=3).tolist() for f in range(5))
    theirs = sorted(np.bincount(target[t], minlength=3).tolist() for _, t in StratifiedKFold(5).split(target, target))
    assert np.abs(np.array(ours) - np.array(theirs)).max() <= 1


def test_that_equal_rows_share_a_side() -> None:
    hashes = np.repeat(hashes_of(500), 2)
    out = held_out_exactly(hashes, np.zeros(1_000, np.int64), fraction=0.2)
    assert (out[::2] == out[1::2]).all()
    assert out.sum() == pytest.approx(200, abs=2)


@settings(max_examples=100, deadline=None)
@given(values=st.lists(st.none() | st.integers(-5, 5), min_size=1, max_size=60))
def test_that_equal_amounts_share_a_bin_and_greater_ones_no_lower_one(values: list[int | None]) -> None:
    amounts = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    bins = quantile_bins(amounts)
    known = ~np.isnan(amounts)
    order = np.argsort(amounts[known], kind="stable")
    assert (np.diff(bins[known][order]) >= 0).all()
    assert all(len(set(bins[amounts == v].tolist())) == 1 for v in set(amounts[known].tolist()))
    assert (bins[~known] == 10).all()


def test_that_an_amounts_tenths_are_even() -> None:
    assert np.bincount(quantile_bins(np.random.default_rng(0).normal(size=1_000))).tolist() == [100] * 10


def test_that_two_codes_make_one_for_each_pair() -> None:
    assert crossed(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])).tolist() == [0, 1, 2, 3]
    assert crossed(np.array([5, 0, 5]), np.array([1, 1, 1])).tolist() == [1, 0, 1]
