"""How far two distributions lie apart, as effect sizes: they say how much, whatever the number of rows.

- Kolmogorov-Smirnov: the largest difference of two distribution functions.
- Standardised mean difference: P. C. Austin, "Balance diagnostics for comparing the distribution of baseline covariates
  between treatment groups", Statistics in Medicine 28 (2009), 3083-3107.
- Population stability index: N. Siddiqi, "Credit Risk Scorecards" (Wiley 2006): below 0.1 little, above 0.25 a lot.
- First Wasserstein distance (earth mover's), in units of the first sample's standard deviation.
- Total variation: half the sum of the differences of all shares.
- Cramér's V: H. Cramér, "Mathematical Methods of Statistics" (Princeton 1946), chapter 21.
- Cohen's h for two shares, and what is small, medium and large (0.2, 0.5, 0.8): J. Cohen, "Statistical Power Analysis
  for the Behavioral Sciences" (2nd edition, 1988), chapters 2 and 6.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

_LEAST_SHARE = 1e-4
_BLOCK = 1_000_000
_TENTHS = np.arange(1, 10) / 10
_SMIRNOV_5_PERCENT = 1.358

COHEN = (0.2, 0.5, 0.8)
"""Small, medium and large for differences in standard deviations, and for Cohen's h."""

DISTANCE = (0.0797, 0.1974, 0.3108)
"""The same for distances of distributions between 0 and 1: what two normal distributions of one width have where their
means lie 0.2, 0.5 and 0.8 standard deviations apart, that is 2 Φ(d/2) - 1."""


def magnitude(effect: float, limits: tuple[float, float, float]) -> int:
    """0 none, 1 small, 2 moderate, 3 large."""
    return sum(abs(effect) >= limit for limit in limits)


def distances(before: Floats, after: Floats) -> tuple[float, float]:
    """Kolmogorov-Smirnov statistic and first Wasserstein distance of two sorted samples, neither empty."""
    points = np.concatenate([before, after])
    points.sort(kind="stable")  # merges two runs
    largest, area = 0.0, 0.0
    for start in range(0, len(points), _BLOCK):  # of ten million rows each step would take a gigabyte
        block = points[start : start + _BLOCK + 1]  # with the first of the next, to which the last one reaches
        lower = np.searchsorted(before, block, side="right") / len(before)
        upper = np.searchsorted(after, block, side="right") / len(after)
        apart = np.abs(lower - upper)
        largest = max(largest, float(apart.max()))
        area += float((apart[:-1] * np.diff(block)).sum())
    return largest, area


def mean_difference(before: Floats, after: Floats) -> float | None:
    """Standardised mean difference; None where neither sample varies but their means differ, or a sample is a single
    value."""
    if len(before) < 2 or len(after) < 2:
        return None
    difference = float(after.mean() - before.mean())
    spread = math.sqrt((float(before.var(ddof=1)) + float(after.var(ddof=1))) / 2)
    if spread == 0 or not math.isfinite(spread):
        return 0.0 if difference == 0 else None
    return difference / spread


def tenths_index(before: Floats, after: Floats) -> float:
    """Population stability index of two sorted samples, over the tenths of the first."""
    edges = np.unique(np.quantile(before, _TENTHS))
    return stability_index(_between(before, edges), _between(after, edges))


def _between(ordered: Floats, edges: Floats) -> Counts:
    ends = np.searchsorted(ordered, edges, side="right")
    return np.diff(np.concatenate([[0], ends, [len(ordered)]])).astype(np.int64)


def stability_index(before: Counts, after: Counts) -> float:
    """Population stability index of counts in the same classes; an empty class counts as one ten-thousandth."""
    p = np.maximum(before / before.sum(), _LEAST_SHARE)
    q = np.maximum(after / after.sum(), _LEAST_SHARE)
    return float(((q - p) * np.log(q / p)).sum())


def total_variation(before: Counts, after: Counts) -> float:
    """Half the sum of the differences of all shares."""
    return float(np.abs(before / before.sum() - after / after.sum()).sum() / 2)


def chi_square(before: Counts, after: Counts) -> float:
    """Pearson's statistic of the table of two rows; classes that neither has don't count."""
    table = np.stack([before, after]).astype(np.float64)
    table = table[:, table.sum(axis=0) > 0]
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    return float(((table - expected) ** 2 / expected).sum())


def cramers_v(before: Counts, after: Counts) -> float:
    """Cramér's V of the version and the class, 0 to 1."""
    return math.sqrt(chi_square(before, after) / float(before.sum() + after.sum()))


def cohens_h(before: float, after: float) -> float:
    """Difference of two shares, stretched so that it means as much near 0 and 1 as in the middle."""
    return 2 * (math.asin(math.sqrt(after)) - math.asin(math.sqrt(before)))


def ks_may_be_chance(statistic: float, before: int, after: int) -> bool:
    """Whether two samples of one distribution differ so much more than once in twenty times (N. Smirnov, 1948)."""
    return statistic < _SMIRNOV_5_PERCENT * math.sqrt((before + after) / (before * after))


def counts_may_be_chance(before: Counts, after: Counts) -> bool:
    """The same for counts, by Pearson's test."""
    from scipy.stats import chi2

    classes = int((before + after > 0).sum())
    return classes < 2 or float(chi2.sf(chi_square(before, after), classes - 1)) > 0.05
