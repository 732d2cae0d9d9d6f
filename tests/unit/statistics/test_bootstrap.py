"""Resampled intervals: against scikit-learn, SciPy's BCa, and what they promise."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import average_precision_score

from app.statistics.bootstrap import ANALYTIC_ROWS, intervals, median_interval, resampled_counts
from app.statistics.statistic import AveragePrecision, Difference, LogMean, Means, Median


def mean(values: np.ndarray) -> Means:
    return Means(values[:, None], lambda means: means[..., 0])


def ranked(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    positive = generator.random(n) < 0.25
    return positive, np.round(positive + generator.normal(size=n), 1)


def test_that_each_sample_draws_as_many_rows_as_there_are() -> None:
    blocks = list(resampled_counts(37, repeats=11, seed=1))
    assert np.concatenate(blocks).shape == (11, 37)
    assert (np.concatenate(blocks).sum(axis=1) == 37).all()


def test_that_the_same_seed_gives_the_same_interval_and_another_a_close_one() -> None:
    values = np.random.default_rng(0).exponential(size=80)
    first, again = (intervals([mean(values)], 80, seed=4)[0] for _ in range(2))
    other = intervals([mean(values)], 80, seed=5)[0]
    assert first == again
    assert first.low == pytest.approx(other.low, abs=0.03)


@pytest.mark.parametrize("law", ["exponential", "lognormal"])
def test_that_bca_agrees_with_scipys(law: str) -> None:
    values = getattr(np.random.default_rng(2), law)(size=60)
    theirs = stats.bootstrap((values,), np.mean, method="BCa", n_resamples=20_000, rng=np.random.default_rng(0))
    ours = intervals([mean(values)], 60, repeats=20_000)[0]
    width = theirs.confidence_interval.high - theirs.confidence_interval.low
    assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=0.03 * width)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=0.03 * width)


@pytest.mark.parametrize("seed", range(4))
def test_that_average_precision_equals_scikit_learns_also_with_weights(seed: int) -> None:
    positive, scores = ranked(seed, 150)
    ours = AveragePrecision(positive, scores)
    assert ours.value() == pytest.approx(average_precision_score(positive, scores), abs=1e-12)
    counts = next(resampled_counts(150, repeats=5, seed=seed))
    expected = [average_precision_score(positive, scores, sample_weight=row) for row in counts]
    np.testing.assert_allclose(ours.replicates(counts), expected, atol=1e-12)


def test_that_the_influence_of_average_precision_is_its_derivative() -> None:
    positive, scores = ranked(7, 60)
    ours, step = AveragePrecision(positive, scores), 1e-6
    nudged = np.ones((60, 60)) + step * np.eye(60)
    slopes = (ours.replicates(nudged) - ours.value()) / step * 60
    np.testing.assert_allclose(ours.influence(), slopes, atol=1e-3)


def test_that_the_weighted_median_equals_numpys_on_the_repeated_rows() -> None:
    values = np.random.default_rng(1).normal(size=40)
    counts = next(resampled_counts(40, repeats=20, seed=0))
    expected = [np.median(np.repeat(values, row.astype(int))) for row in counts]
    np.testing.assert_allclose(Median(values).replicates(counts), expected, atol=1e-12)


def test_that_a_paired_difference_is_narrower_than_its_parts() -> None:
    generator = np.random.default_rng(0)
    first = generator.exponential(size=200)
    second = first + generator.normal(0.3, 0.1, size=200)
    alone, paired = intervals([mean(second), Difference(mean(second), mean(first))], 200)
    assert paired.low > 0.25
    assert paired.high - paired.low < 0.2 * (alone.high - alone.low)


def test_that_too_few_rows_or_no_variation_give_a_reason() -> None:
    few = intervals([mean(np.arange(9.0))], 9)[0]
    same = intervals([mean(np.ones(50))], 50)[0]
    assert (few.value, few.low) == (4.0, None)
    assert (same.value, same.low) == (1.0, None)
    assert few.reason is not None
    assert same.reason is not None


def test_that_many_rows_are_judged_analytically_and_agree_with_resampling() -> None:
    n = ANALYTIC_ROWS + 1
    positive, scores = ranked(0, n)
    began = time.perf_counter()
    many = intervals([AveragePrecision(positive, scores), mean(scores)], n)
    assert time.perf_counter() - began < 5
    assert many[0].method.startswith("influence")
    half = ANALYTIC_ROWS // 10
    statistic = AveragePrecision(positive[:half], scores[:half])
    resampled = intervals([statistic], half, repeats=300)[0]
    ratio = (resampled.high - resampled.low) / (many[0].high - many[0].low)
    assert ratio == pytest.approx(np.sqrt(n / half), rel=0.15)


def test_that_the_median_interval_covers_at_least_what_it_says() -> None:
    generator = np.random.default_rng(0)
    draws = np.exp(generator.normal(size=(2000, 41)))
    found = [median_interval(row) for row in draws]
    hits = sum(interval.low <= 1 <= interval.high for interval in found)
    assert 0.94 <= hits / 2000 <= 0.985


@pytest.mark.parametrize("n", [50, 200])
def test_that_the_rmse_interval_covers_what_it_says_for_normal_errors(n: int) -> None:
    generator, hits, repeats = np.random.default_rng(n), 0, 300
    for seed in range(repeats):
        errors = generator.normal(size=n)
        interval = intervals([LogMean(errors**2, power=0.5)], n, seed=seed, repeats=400)[0]
        hits += interval.low is None or interval.low <= 1 <= interval.high
    assert 0.91 <= hits / repeats <= 0.985


def test_that_the_rmse_interval_isnt_shown_where_a_few_rows_make_the_error() -> None:
    generator = np.random.default_rng(0)
    heavy = [LogMean(generator.standard_cauchy(500) ** 2, power=0.5) for _ in range(10)]
    assert all(intervals([h], 500, repeats=50)[0].reason is not None for h in heavy)
    light = intervals([LogMean(generator.normal(size=500) ** 2, power=0.5)], 500)[0]
    assert light.low < light.value < light.high


def test_that_the_f1_interval_covers_what_it_says() -> None:
    generator, hits, repeats = np.random.default_rng(5), 0, 300
    truth = 2 * 0.24 / (2 * 0.24 + 0.07 + 0.06)
    for seed in range(repeats):
        cells = generator.choice(4, size=200, p=[0.24, 0.07, 0.06, 0.63])
        statistic = Means(np.eye(4)[cells][:, :3], lambda m: 2 * m[..., 0] / (2 * m[..., 0] + m[..., 1] + m[..., 2]))
        interval = intervals([statistic], 200, seed=seed, repeats=400)[0]
        hits += interval.low <= truth <= interval.high
    assert 0.91 <= hits / repeats <= 0.985
