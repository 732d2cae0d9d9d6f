"""Groups stay whole, and each side gets its share all the same."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedGroupKFold

from app.learning.splits.grouping import count_groups, deal_groups, hold_groups
from app.learning.splits.splitting import Hashes, group_hashes
from tests.unit.learning.words import words

SIZES = st.lists(st.integers(1, 40), min_size=3, max_size=40)


def hashed(groups: np.ndarray, seed: int = 0) -> Hashes:
    return group_hashes(words(groups), seed=seed)


@settings(max_examples=150, deadline=None)
@given(sizes=SIZES, fraction=st.sampled_from([0.1, 0.2, 0.5]), seed=st.integers(0, 3))
def test_that_no_group_is_on_both_sides_and_neither_side_is_empty(sizes: list[int], fraction: float, seed: int) -> None:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    out = hold_groups(count_groups(hashed(groups, seed), groups % 2), fraction=fraction)
    assert len({(g, bool(o)) for g, o in zip(groups, out, strict=True)}) == len(sizes)
    assert 0 < out.sum() < len(groups)


@settings(max_examples=150, deadline=None)
@given(sizes=SIZES, folds=st.sampled_from([2, 3, 5]))
def test_that_every_row_is_in_one_fold_and_every_group_in_one(sizes: list[int], folds: int) -> None:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    fold = deal_groups(count_groups(hashed(groups), groups % 2), folds=folds)
    assert len({(g, int(f)) for g, f in zip(groups, fold, strict=True)}) == len(sizes)
    assert ((fold >= 0) & (fold < folds)).all()


@settings(max_examples=50, deadline=None)
@given(sizes=SIZES, seed=st.integers(0, 9))
def test_that_the_order_of_the_rows_decides_nothing(sizes: list[int], seed: int) -> None:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    turned = np.random.default_rng(seed).permutation(len(groups))
    straight = hold_groups(count_groups(hashed(groups), groups % 2), fraction=0.3)
    shuffled = hold_groups(count_groups(hashed(groups[turned]), groups[turned] % 2), fraction=0.3)
    assert (straight[turned] == shuffled).all()


@pytest.mark.parametrize("seed", range(5))
def test_that_groups_of_very_unequal_sizes_still_meet_the_share(seed: int) -> None:
    random = np.random.default_rng(seed)
    sizes = np.minimum(1_000, (random.pareto(1.0, 300) * 5 + 1).astype(int))
    groups = np.repeat(np.arange(len(sizes)), sizes)
    strata = (random.random(len(groups)) < 0.1).astype(np.int64)
    out = hold_groups(count_groups(hashed(groups), strata), fraction=0.2)
    assert out.mean() == pytest.approx(0.2, abs=0.01)
    assert out[strata == 1].mean() == pytest.approx(0.2, abs=0.03)


def test_that_a_group_with_most_of_the_rows_is_learned_from() -> None:
    groups = np.repeat(np.arange(21), [600, *[20] * 20])
    out = hold_groups(count_groups(hashed(groups), np.zeros(1_000, np.int64)), fraction=0.2)
    assert not out[0]
    assert out.mean() == pytest.approx(0.2, abs=0.02)


def test_that_another_seed_holds_out_other_groups() -> None:
    groups = np.repeat(np.arange(60), 5)
    sides = [hold_groups(count_groups(hashed(groups, s), groups % 2), fraction=0.3) for s in (0, 1)]
    assert (sides[0] != sides[1]).any()


@pytest.mark.parametrize("seed", range(5))
def test_that_folds_are_as_even_as_those_of_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    groups = np.repeat(np.arange(120), random.integers(1, 60, 120))
    target = (random.random(len(groups)) < 0.2 + 0.3 * (groups % 3 == 0)).astype(np.int64)
    fold = deal_groups(count_groups(hashed(groups), target), folds=5)
    theirs = np.zeros(len(groups), dtype=int)
    for number, (_, test) in enumerate(StratifiedGroupKFold(5).split(target, target, groups)):
        theirs[test] = number

    def spread(folds: np.ndarray) -> tuple[float, float]:
        share = [target[folds == f].mean() for f in range(5)]
        return float(np.std(share)), float(np.std(np.bincount(folds, minlength=5))) / len(groups)

    assert spread(fold)[0] <= spread(theirs)[0] + 0.01
    assert spread(fold)[1] <= spread(theirs)[1] + 0.01


def test_that_many_groups_cost_no_more_than_their_rows() -> None:
    def seconds(groups: int) -> float:
        keys = np.repeat(np.arange(groups, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15), 3)
        counted = count_groups(keys, (np.arange(len(keys)) % 7 == 0).astype(np.int64))
        began = time.perf_counter()
        hold_groups(counted, fraction=0.2)
        deal_groups(counted, folds=5)
        return time.perf_counter() - began

    seconds(2_000)
    assert seconds(200_000) < 60 * max(0.004, seconds(20_000))
