"""Measures of what columns have in common, beside SciPy, and under chance."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from scipy.stats.contingency import association

from app.statistics.association import (
    Codes,
    Measure,
    bergsma_v,
    centred_ranks,
    chance_of,
    correlation_ratio,
    mean_square_contingency,
    missing_together,
    rank_correlation,
    strength,
)

NUMBERS, WORDS, MIXED = (True, True), (False, False), (False, True)


def dense(values: NDArray[np.generic]) -> Codes:
    return np.unique(values, return_inverse=True)[1]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), min_size=3, max_size=60))
def test_that_rank_correlation_is_that_of_scipy(rows: list[tuple[int, int]]) -> None:
    a, b = (dense(np.array(column)) for column in zip(*rows, strict=True))
    if a.max() == 0 or b.max() == 0:
        assert strength(a, b, ordered=NUMBERS) is None
        return
    expected = float(stats.spearmanr(a, b).statistic)
    assert rank_correlation(centred_ranks(a), centred_ranks(b)) == pytest.approx(expected, abs=1e-12)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), min_size=6, max_size=80))
def test_that_the_correlation_ratio_of_ranks_is_the_statistic_of_kruskal_and_wallis(
    rows: list[tuple[int, int]],
) -> None:
    groups, values = (dense(np.array(column)) for column in zip(*rows, strict=True))
    if groups.max() == 0 or values.max() == 0:
        return
    parts = [values[groups == group] for group in range(groups.max() + 1)]
    expected = float(stats.kruskal(*parts).statistic)
    share, used = correlation_ratio(groups, centred_ranks(values))
    assert used == len(parts)
    assert share * (len(values) - 1) == pytest.approx(expected, abs=1e-9)
    found = strength(groups, values, ordered=MIXED)
    corrected = (expected - used + 1) / (len(values) - used) if len(values) > used else 0.0  # Tomczak 2014, Kelley 1935
    assert found is not None
    assert found.value**2 == pytest.approx(max(0.0, corrected), abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=4, max_size=80))
def test_that_the_table_of_two_words_is_that_of_scipy(rows: list[tuple[int, int]]) -> None:
    a, b = (dense(np.array(column)) for column in zip(*rows, strict=True))
    if a.max() == 0 or b.max() == 0:
        return
    table = stats.contingency.crosstab(a, b).count
    square, height, width = mean_square_contingency(a, b)
    assert (height, width) == table.shape
    assert square * len(a) == pytest.approx(stats.chi2_contingency(table, correction=False).statistic, abs=1e-9)
    plain = math.sqrt(square / (min(table.shape) - 1))
    assert plain == pytest.approx(association(table, method="cramer"), abs=1e-9)


def test_that_cramers_v_is_corrected_as_in_the_paper() -> None:
    # worked by hand: a table of 3 x 2, 30 rows, chi-square 10
    square, n = 10 / 30, 30
    expected = math.sqrt((square - 2 / 29) / (2 - 1 / 29 - 1))
    assert bergsma_v(square, 3, 2, n) == pytest.approx(expected)
    assert bergsma_v(0.01, 3, 2, n) == 0


def test_that_the_correction_doesnt_touch_what_is_wholly_tied() -> None:
    words = np.arange(200) % 5
    assert strength(words, (words + 2) % 5, ordered=WORDS).value == pytest.approx(1)  # type: ignore[union-attr]


def _twin(random: np.random.Generator, levels: int) -> Codes:
    return random.integers(0, levels, 300)


@pytest.mark.parametrize(
    ("ordered", "make"),
    [
        (NUMBERS, lambda random: (random.permutation(300), random.permutation(300))),
        (MIXED, lambda random: (_twin(random, 12), random.permutation(300))),
        (WORDS, lambda random: (_twin(random, 12), _twin(random, 9))),
    ],
)
def test_that_columns_with_nothing_in_common_are_near_nothing_and_called_chance(
    ordered: tuple[bool, bool], make: Callable[[np.random.Generator], tuple[Codes, Codes]]
) -> None:
    random = np.random.default_rng(0)
    found = [strength(*make(random), ordered=ordered) for _turn in range(400)]
    squares = [one.value**2 for one in found if one is not None]
    assert np.mean(squares) < 0.01  # uncorrected: 0.0033, 0.037 and 0.037
    false_alarms = np.mean([one.chance < 0.05 for one in found if one is not None])
    assert 0.02 < false_alarms < 0.08


def test_that_two_columns_of_two_values_are_judged_alike_whatever_they_are_called() -> None:
    random = np.random.default_rng(1)
    a = random.integers(0, 2, 2000)
    b = np.where(random.random(2000) < 0.7, a, random.integers(0, 2, 2000))
    values = [strength(a, b, ordered=ordered).value for ordered in (NUMBERS, MIXED, WORDS)]  # type: ignore[union-attr]
    assert values == pytest.approx([values[0]] * 3, abs=0.002)


def test_that_what_rises_and_falls_is_found_though_it_has_no_direction() -> None:
    x = np.linspace(-1, 1, 2000)
    found = strength(dense(x), dense(np.round(x**2, 6)), ordered=NUMBERS)
    assert found is not None
    assert (found.measure, found.sign) == (Measure.RANK_RATIO, 0)
    assert found.value > 0.9


def test_that_one_far_value_neither_makes_nor_hides_anything() -> None:
    random = np.random.default_rng(2)
    a, b = random.normal(size=1000), random.normal(size=1000)
    a[0] = b[0] = 1e9
    assert np.corrcoef(a, b)[0, 1] > 0.99
    assert strength(dense(a), dense(b), ordered=NUMBERS).value < 0.1  # type: ignore[union-attr]


@given(st.integers(1, 300), st.floats(0, 1))
def test_that_chance_is_told_without_scipy(freedom: int, place: float) -> None:
    statistic = float(stats.chi2.ppf(min(place, 1 - 1e-6), freedom))
    assert chance_of(statistic, freedom) == pytest.approx(stats.chi2.sf(statistic, freedom), abs=0.015)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_that_missing_cells_correlate_as_numpy_says(only_a: int, only_b: int, both: int, neither: int) -> None:
    a = np.repeat([1, 0, 1, 0], [only_a, only_b, both, neither])
    b = np.repeat([0, 1, 1, 0], [only_a, only_b, both, neither])
    found = missing_together(only_a, only_b, both, len(a))
    if len(a) == 0 or a.std() == 0 or b.std() == 0:
        assert found == 0
    else:
        assert found == pytest.approx(np.corrcoef(a, b)[0, 1], abs=1e-9)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=80),
    st.sampled_from([NUMBERS, WORDS, MIXED, (True, False)]),
)
def test_that_every_strength_lies_between_0_and_1(rows: list[tuple[int, int]], ordered: tuple[bool, bool]) -> None:
    a, b = (dense(np.array(column)) for column in zip(*rows, strict=True))
    found = strength(a, b, ordered=ordered)
    other = strength(b, a, ordered=ordered[::-1])
    if found is None or other is None:
        assert found is other
        return
    assert 0 <= found.value <= 1
    assert 0 <= found.chance <= 1
    assert found.value == pytest.approx(other.value)
    assert found.sign == other.sign
