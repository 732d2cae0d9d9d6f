"""Shares: against statsmodels, and against what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

from app.statistics.proportions import mcnemar_exact, mean_of_shares, newcombe_paired, share_interval, wilson
from app.statistics.resampled import corrected_t


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (1, 10), (7, 30), (95, 100), (100, 100), (412, 5000)])
def test_that_wilson_agrees_with_statsmodels(successes: int, n: int) -> None:
    low, high = proportion_confint(successes, n, method="wilson")
    ours = wilson(successes, n)
    assert (ours.low, ours.high) == pytest.approx((low, high), abs=1e-12)


def test_that_nothing_counted_gives_a_reason() -> None:
    empty = wilson(0, 0)
    assert empty.low is None
    assert empty.reason is not None


@pytest.mark.parametrize(("p", "n"), [(0.5, 30), (0.9, 100), (0.95, 200), (0.99, 1000)])
def test_that_wilson_covers_what_it_says(p: float, n: int) -> None:
    chances = stats.binom.pmf(np.arange(n + 1), n, p)
    inside = [(i := wilson(k, n)).low <= p <= i.high for k in range(n + 1)]
    assert 0.93 <= chances[inside].sum() <= 0.98


@pytest.mark.parametrize(("first", "second"), [(0, 0), (1, 9), (9, 1), (12, 12), (30, 2)])
def test_that_mcnemar_agrees_with_statsmodels(first: int, second: int) -> None:
    expected = 1.0 if first + second == 0 else mcnemar([[50, first], [second, 20]], exact=True).pvalue
    assert mcnemar_exact(first, second) == pytest.approx(expected, abs=1e-12)


def test_that_the_mean_of_shares_is_wilsons_for_one_and_covers_for_several() -> None:
    one, wilsons = mean_of_shares([7], [20]), wilson(7, 20)
    assert (one.low, one.high) == (pytest.approx(wilsons.low), pytest.approx(wilsons.high))
    generator, truth, held = np.random.default_rng(1), (0.9, 0.4, 0.75), 0
    totals = (12, 40, 25)
    for _ in range(2_000):
        found = mean_of_shares([int(generator.binomial(n, p)) for n, p in zip(totals, truth, strict=True)], totals)
        held += found.low <= np.mean(truth) <= found.high
    assert 0.93 <= held / 2_000 <= 0.98


def test_that_newcombe_is_symmetric_and_holds_its_value() -> None:
    ours, swapped = newcombe_paired(36, 12, 2, 0), newcombe_paired(36, 2, 12, 0)
    assert ours.value == pytest.approx(0.2)
    assert ours.low < 0.2 < ours.high
    assert (ours.low, ours.high) == pytest.approx((-swapped.high, -swapped.low))


def test_that_newcombe_covers_what_it_says() -> None:
    generator, shares, hits = np.random.default_rng(3), [0.6, 0.15, 0.05, 0.2], 0
    for both, first, second, neither in generator.multinomial(120, shares, size=1000):
        interval = newcombe_paired(int(both), int(first), int(second), int(neither))
        hits += interval.low <= 0.1 <= interval.high
    assert 0.93 <= hits / 1000 <= 0.98


def test_that_the_corrected_t_is_wider_than_the_naive_one() -> None:
    scores = np.random.default_rng(0).normal(0.02, 0.03, size=10)
    ours = corrected_t(scores, test_share=1 / 9)
    naive = stats.t.interval(0.95, 9, loc=scores.mean(), scale=scores.std(ddof=1) / np.sqrt(10))
    plain = corrected_t(scores, test_share=0.0)
    assert (plain.low, plain.high) == pytest.approx(naive)
    assert (ours.high - ours.low) / (naive[1] - naive[0]) == pytest.approx(np.sqrt(1 + 10 / 9))
    assert corrected_t(scores[:1], test_share=0.1).reason is not None


@pytest.mark.parametrize(("k", "n"), [(0, 30), (3, 40), (9, 1_000), (995, 1_000), (30, 30), (99, 250)])
def test_that_few_rows_on_a_side_get_the_exact_interval_with_mid_p(k: int, n: int) -> None:
    found = share_interval(k, n)
    assert found.method == "mid-P"
    assert found.low is not None
    assert found.high is not None
    if k:
        assert stats.binom.sf(k, n, found.low) + stats.binom.pmf(k, n, found.low) / 2 == pytest.approx(0.025)
    if k < n:
        assert stats.binom.cdf(k, n, found.high) - stats.binom.pmf(k, n, found.high) / 2 == pytest.approx(0.025)
    wide = proportion_confint(k, n, method="beta")
    assert wide[0] <= found.low <= k / n <= found.high <= wide[1]


def test_that_the_ends_of_none_and_all_have_their_closed_form() -> None:
    assert share_interval(0, 50).high == pytest.approx(1 - 0.05 ** (1 / 50))
    assert share_interval(50, 50).low == pytest.approx(0.05 ** (1 / 50))
    assert share_interval(0, 50).low == 0.0


def test_that_few_rows_and_plenty_get_wilsons() -> None:
    assert share_interval(3, 20) == wilson(3, 20)
    assert share_interval(100, 400) == wilson(100, 400)
    assert share_interval(0, 0).low is None
