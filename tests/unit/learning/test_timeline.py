"""Cuts in time: nothing of the future is learned from, rows of one moment stay together, the gap stays empty."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import TimeSeriesSplit

from app.errors import CicloError
from app.learning.splits.division import telling_folds
from app.learning.splits.scheme import Gap
from app.learning.splits.timeline import forward_folds, last_part

MOMENTS = st.lists(st.integers(0, 60), min_size=12, max_size=80).filter(lambda found: len(set(found)) > 3)
GAPS = st.sampled_from([Gap(), Gap(rows=1), Gap(rows=7), Gap(seconds=1.0), Gap(seconds=5.0)])


@settings(max_examples=200, deadline=None)
@given(moments=MOMENTS, gap=GAPS, fraction=st.sampled_from([0.1, 0.2, 0.4]))
def test_that_no_row_before_the_cut_is_later_than_one_after_it(moments: list[int], gap: Gap, fraction: float) -> None:
    order = np.array(moments, dtype=np.float64)
    late, between = last_part(order, fraction=fraction, gap=gap)
    early = ~late & ~between
    assert late.any()
    assert not (late & between).any()
    first = order[late].min()
    assert (order[~late] < first).all()
    if early.any():
        assert (order[early] < order[between].min(initial=first)).all()
        assert first - order[early].max() > gap.seconds or not gap.seconds
    assert between.sum() >= min(gap.rows, (~late).sum())


@settings(max_examples=200, deadline=None)
@given(moments=MOMENTS, gap=GAPS, folds=st.sampled_from([2, 3, 5]))
def test_that_folds_learn_from_before_the_gap_and_are_scored_once(moments: list[int], gap: Gap, folds: int) -> None:
    order = np.array(moments, dtype=np.float64)
    try:
        made = forward_folds(order, folds=folds, gap=gap)
    except CicloError:
        made = ()  # too little is left before the gap; a test of its own looks at that
    scored = np.concatenate([np.zeros(0, np.int64), *(part for _, part in made)])
    assert len(np.unique(scored)) == len(scored)
    for fitted, part in made:
        first = order[part].min()
        assert order[fitted].max() < first
        assert first - order[fitted].max() > gap.seconds or not gap.seconds
        assert (order < first).sum() - len(fitted) >= gap.rows or not gap.rows
        # rows of one moment: all or none
        assert not np.isin(order[part], np.delete(order, part)).any()


@pytest.mark.parametrize("gap", [0, 3])
@pytest.mark.parametrize(("rows", "folds"), [(60, 5), (61, 5), (64, 3), (23, 2)])
def test_that_distinct_moments_give_the_folds_of_scikit_learn(rows: int, folds: int, gap: int) -> None:
    shuffled = np.random.default_rng(0).permutation(rows)
    ours = forward_folds(shuffled.astype(np.float64), folds=folds, gap=Gap(rows=gap))
    theirs = TimeSeriesSplit(n_splits=folds, gap=gap).split(np.arange(rows))
    by_time = np.argsort(shuffled)
    for (fitted, scored), (learn, test) in zip(ours, theirs, strict=True):
        assert fitted.tolist() == sorted(by_time[learn].tolist())
        assert scored.tolist() == sorted(by_time[test].tolist())


def test_that_a_split_by_time_takes_the_last_part() -> None:
    late, between = last_part(np.array([5.0, 1.0, 4.0, 2.0, 3.0]), fraction=0.4)
    assert late.tolist() == [True, False, True, False, False]
    assert not between.any()


def test_that_a_cut_among_equal_moments_goes_to_the_nearer_end() -> None:
    late, _ = last_part(np.array([1.0] * 5 + [2.0] * 3 + [3.0] * 2), fraction=0.3)
    assert late.sum() == 2
    late, _ = last_part(np.array([1.0] * 5 + [2.0] * 3 + [3.0] * 2), fraction=0.4)
    assert late.sum() == 5


def test_that_rows_of_one_moment_cannot_be_split_in_time() -> None:
    with pytest.raises(CicloError, match="one_moment"):
        last_part(np.array([7.0, 7.0]), fraction=0.2)


def test_that_a_gap_wider_than_the_past_is_refused() -> None:
    with pytest.raises(CicloError, match="gap_too_wide"):
        forward_folds(np.arange(40.0), folds=5, gap=Gap(rows=38))


def test_that_a_fold_that_would_learn_from_one_class_is_left_out() -> None:
    codes = np.array([0] * 21 + [0, 1] * 12)
    made = telling_folds(forward_folds(np.arange(45.0), folds=5), codes)
    assert len(made) == 3
    assert all(len(np.unique(codes[fitted])) == 2 for fitted, _ in made)


def test_that_a_fold_that_would_be_judged_on_one_of_two_classes_is_left_out_where_two_others_are_left() -> None:
    folds = forward_folds(np.arange(60.0), folds=5)
    assert len(telling_folds(folds, np.array([0, 1] * 15 + [0] * 30))) == 2
    assert len(telling_folds(folds, np.array([0, 1] * 10 + [0] * 40))) == 5


def test_that_classes_that_no_two_folds_can_learn_are_refused() -> None:
    with pytest.raises(CicloError, match="classes_apart"):
        telling_folds(forward_folds(np.arange(60.0), folds=5), np.array([0] * 40 + [0, 1] * 10))
