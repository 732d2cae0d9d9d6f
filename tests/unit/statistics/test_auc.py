"""AUC: against a naive implementation, scikit-learn, and what its interval promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from app.statistics.auc import (
    auc_difference,
    auc_interval,
    delong_variance,
    influence,
    macro_auc_interval,
    placements,
)


def sample(seed: int, n: int = 120, *, ties: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    positive = generator.random(n) < 0.3
    first = positive * 1.0 + generator.normal(size=n)
    second = 0.7 * first + generator.normal(size=n)
    return positive, np.round(first, 1) if ties else first, np.round(second, 1) if ties else second


def naive_components(positive: np.ndarray, scores: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """DeLong, DeLong and Clarke-Pearson (1988), equations 2 to 4, by comparing every pair."""
    above, below = scores[positive][:, None], scores[~positive][None, :]
    psi = (above > below) + 0.5 * (above == below)
    return psi.mean(), psi.mean(axis=1), psi.mean(axis=0)


@pytest.mark.parametrize("seed", range(5))
def test_that_the_fast_algorithm_equals_the_naive_one(seed: int) -> None:
    positive, first, second = sample(seed)
    for scores in (first, second):
        auc, of_positives, of_negatives = placements(positive, scores)
        expected = naive_components(positive, scores)
        assert auc == pytest.approx(expected[0], abs=1e-12)
        assert auc == pytest.approx(roc_auc_score(positive, scores), abs=1e-12)
        np.testing.assert_allclose(of_positives, expected[1], atol=1e-12)
        np.testing.assert_allclose(of_negatives, expected[2], atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_that_the_paired_difference_equals_the_naive_covariance(seed: int) -> None:
    positive, first, second = sample(seed)
    (a1, p1, n1), (a2, p2, n2) = naive_components(positive, first), naive_components(positive, second)
    covariance = np.cov(p1, p2) / len(p1) + np.cov(n1, n2) / len(n1)
    error = math.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    ours = auc_difference(positive, first, second)
    assert ours.value == pytest.approx(a1 - a2, abs=1e-12)
    assert (ours.high - ours.low) / 2 == pytest.approx(stats.norm.ppf(0.975) * error, abs=1e-12)


def test_that_the_interval_is_symmetric_on_the_logit_scale() -> None:
    positive, scores, _other = sample(1, n=400)
    ours = auc_interval(positive, scores)
    logit = [math.log(v / (1 - v)) for v in (ours.low, ours.value, ours.high)]
    assert logit[1] - logit[0] == pytest.approx(logit[2] - logit[1])
    auc, of_positives, of_negatives = placements(positive, scores)
    error = math.sqrt(delong_variance(of_positives, of_negatives)) / (auc * (1 - auc))
    assert logit[2] - logit[1] == pytest.approx(stats.norm.ppf(0.975) * error)


def test_that_the_interval_of_few_rows_ends_where_the_auc_is_just_as_far_off_as_chance_allows() -> None:
    generator = np.random.default_rng(3)
    positive = np.arange(60) < 15
    ours = auc_interval(positive, generator.normal(size=60) + positive)
    assert ours.method == "Newcombe (AUC)"
    m, n = 15, 45
    for end in (ours.low, ours.high):
        middle = (m + n) / 2 - 1
        variance = end * (1 - end) * (1 + middle * ((1 - end) / (2 - end) + end / (1 + end))) / (m * n)
        assert abs(ours.value - end) == pytest.approx(stats.norm.ppf(0.975) * math.sqrt(variance), rel=1e-9)


def test_that_a_constant_baseline_has_half_and_no_width() -> None:
    positive, scores, _other = sample(2)
    ours = auc_difference(positive, scores, np.zeros(len(scores)))
    assert ours.value == pytest.approx(roc_auc_score(positive, scores) - 0.5)
    assert ours.low < ours.value < ours.high


def test_that_the_influence_gives_delongs_variance() -> None:
    positive, scores, _other = sample(3, n=2000)
    found = influence(positive, scores)
    _auc, of_positives, of_negatives = placements(positive, scores)
    assert found.sum() == pytest.approx(0, abs=1e-9)
    expected = delong_variance(of_positives, of_negatives)
    assert np.sum(found**2) / len(found) ** 2 == pytest.approx(expected, rel=0.01)


def test_that_few_positives_get_a_reason_and_a_perfect_ranking_an_end_below_one() -> None:
    few = auc_interval(np.arange(50) < 9, -np.arange(50.0))
    assert few.low is None
    assert few.reason is not None
    assert few.reason.id.endswith("few_positives")
    perfect = auc_interval(np.arange(50) < 20, -np.arange(50.0))
    assert (perfect.value, perfect.high) == (1.0, 1.0)
    assert perfect.low == pytest.approx(0.839, abs=0.001)
    assert auc_interval(np.zeros(5, dtype=bool), np.arange(5.0)).value is None


def test_that_the_macro_auc_equals_scikit_learns() -> None:
    generator = np.random.default_rng(0)
    classes = generator.integers(0, 3, size=300)
    raw = generator.random((300, 3)) + np.eye(3)[classes]
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    ours = macro_auc_interval(classes, probabilities)
    assert ours.value == pytest.approx(roc_auc_score(classes, probabilities, multi_class="ovr"), abs=1e-12)
    assert ours.low < ours.value < ours.high
    assert macro_auc_interval(np.zeros(300, dtype=int), probabilities).value is None


@pytest.mark.parametrize(("positives", "negatives"), [(10, 90), (20, 80), (60, 300)])
def test_that_the_auc_interval_covers_what_it_says(positives: int, negatives: int) -> None:
    generator = np.random.default_rng(positives)
    truth, hits, repeats = stats.norm.cdf(1.2 / math.sqrt(2)), 0, 600
    positive = np.arange(positives + negatives) < positives
    for _ in range(repeats):
        interval = auc_interval(positive, generator.normal(size=len(positive)) + 1.2 * positive)
        hits += interval.low <= truth <= interval.high
    assert 0.925 <= hits / repeats <= 0.98


def test_that_the_macro_interval_of_two_classes_with_few_rows_is_that_of_one() -> None:
    generator = np.random.default_rng(3)
    classes = np.repeat([0, 1], [15, 40])
    first = generator.normal(size=55) - classes
    alone = auc_interval(classes == 0, first)
    both = macro_auc_interval(classes, np.column_stack([first, -first]))
    assert (both.value, both.low, both.high) == pytest.approx((alone.value, alone.low, alone.high), abs=1e-12)


def test_that_the_macro_interval_of_few_rows_holds_the_truth() -> None:
    generator, held = np.random.default_rng(1), 0

    def draw(sizes: list[int]) -> tuple[np.ndarray, np.ndarray]:
        classes = np.repeat(np.arange(3), sizes)
        apart = 1.2 * np.eye(3)[classes] + generator.normal(size=(len(classes), 3))
        return classes, apart

    truth = macro_auc_interval(*draw([12_000, 30_000, 60_000])).value
    assert truth is not None
    for _ in range(300):
        found = macro_auc_interval(*draw([12, 30, 60]))
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth <= found.high
    assert held >= 0.92 * 300
