"""Effect sizes of a shift, against SciPy and by hand."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats.contingency import association

from app.statistics import shift

samples = st.lists(st.integers(-20, 20).map(lambda n: n / 2), min_size=1, max_size=60)
tables = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=8)


@settings(deadline=None)
@given(samples, samples)
def test_that_distances_are_those_of_scipy(before: list[float], after: list[float]) -> None:
    one, other = np.sort(np.array(before, float)), np.sort(np.array(after, float))
    statistic, moved = shift.distances(one, other)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the p-value, which isn't looked at
        expected = scipy.stats.ks_2samp(one, other, method="asymp").statistic
    assert statistic == pytest.approx(expected)
    assert moved == pytest.approx(scipy.stats.wasserstein_distance(one, other), abs=1e-9)


@settings(deadline=None)
@given(tables)
def test_that_cramers_v_is_that_of_scipy(table: list[tuple[int, int]]) -> None:
    counts = np.array([row for row in table if sum(row)], np.int64).T.reshape(2, -1)
    if counts.shape[1] < 2 or not counts.sum(axis=1).all():
        return
    assert shift.cramers_v(*counts) == pytest.approx(association(counts, method="cramer", correction=False), abs=1e-9)
    chance = scipy.stats.chi2_contingency(counts, correction=False).pvalue > 0.05
    assert shift.counts_may_be_chance(*counts) == chance


def test_that_distances_are_the_same_where_they_are_computed_by_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(2)
    one, other = np.sort(random.normal(size=500)), np.sort(random.normal(0.3, 2, size=700))
    whole = shift.distances(one, other)
    monkeypatch.setattr(shift, "_BLOCK", 37)
    assert shift.distances(one, other) == pytest.approx(whole)


def test_that_the_mean_difference_is_in_standard_deviations() -> None:
    before, after = np.array([1.0, 2.0, 3.0]), np.array([3.0, 4.0, 5.0])
    assert shift.mean_difference(before, after) == pytest.approx(2.0)
    assert shift.mean_difference(np.ones(3), np.ones(2)) == 0.0
    assert shift.mean_difference(np.ones(3), np.zeros(2)) is None


def test_that_the_stability_index_is_the_sum_over_classes() -> None:
    before, after = np.array([50, 50]), np.array([30, 70])
    expected = (0.3 - 0.5) * np.log(0.3 / 0.5) + (0.7 - 0.5) * np.log(0.7 / 0.5)
    assert shift.stability_index(before, after) == pytest.approx(expected)
    assert shift.stability_index(before, np.array([0, 100])) > 1
    same = np.sort(np.random.default_rng(1).normal(size=5000))
    assert shift.tenths_index(same, same) == pytest.approx(0)


def test_that_the_words_for_a_distance_match_cohens_for_normal_distributions() -> None:
    for d, limit in zip(shift.COHEN, shift.DISTANCE, strict=True):
        assert 2 * scipy.stats.norm.cdf(d / 2) - 1 == pytest.approx(limit, abs=1e-4)
    assert [shift.magnitude(e, shift.COHEN) for e in (0.1, -0.2, 0.6, 0.9)] == [0, 1, 2, 3]


def test_that_cohens_h_counts_more_near_the_ends() -> None:
    assert shift.cohens_h(0.0, 0.1) > shift.cohens_h(0.45, 0.55)
    assert shift.cohens_h(0.5, 0.5) == 0.0
    assert shift.total_variation(np.array([1, 0]), np.array([0, 3])) == 1.0
