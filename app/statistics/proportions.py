"""Intervals and tests for shares: Wilson, Newcombe's paired difference, McNemar's exact test."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy import optimize, stats

from app.statistics.interval import LEVEL, Interval, without

ENOUGH, RARE = 30, 100
"""Rows of a share from which on, and rows on its rarer side below which, Wilson's interval isn't relied on."""


def wilson(successes: int, n: int, *, level: float = LEVEL) -> Interval:
    """Wilson's score interval of a share.

    Parameters
    ----------
    successes, n
        Counts, ``0 <= successes <= n``.
    level
        Two-sided confidence.

    Returns
    -------
    Interval
        Without ends where ``n`` is 0.

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927), 209-212.
    """
    if n == 0:
        return without(None, "verification.interval.nothing_counted")
    low, high = _wilson_ends(successes / n, n, level)
    return Interval(value=successes / n, low=low, high=high, method="Wilson")


def share_interval(successes: int, n: int, *, level: float = LEVEL) -> Interval:
    """The interval of a share: Wilson's; from :data:`ENOUGH` rows on, where one side has fewer than :data:`RARE`, the
    exact one with mid-P, which neither dips near the ends as Wilson's does nor is as wide as Clopper and Pearson's.

    Parameters
    ----------
    As :func:`wilson`.

    References
    ----------
    G. Berry, P. Armitage, "Mid-P confidence intervals: a brief review", The Statistician 44 (1995), 417-423;
    L. D. Brown, T. T. Cai, A. DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16
    (2001), 101-133 (on Wilson's near the ends).
    """
    if n < ENOUGH or min(successes, n - successes) >= RARE:
        return wilson(successes, n, level=level)
    tail = (1 - level) / 2
    low = 0.0 if successes == 0 else 1 - _mid_p_end(n - successes, n, tail)
    high = 1.0 if successes == n else _mid_p_end(successes, n, tail)
    return Interval(value=successes / n, low=low, high=high, method="mid-P")


def _mid_p_end(successes: int, n: int, tail: float) -> float:
    """The share under which fewer successes, and half of as many, are just as likely as the tail."""

    def beyond(share: float) -> float:
        return float(stats.binom.cdf(successes, n, share) - stats.binom.pmf(successes, n, share) / 2) - tail

    return float(optimize.brentq(beyond, 0.0, 1.0, xtol=1e-14))


def _wilson_ends(share: float, n: int, level: float) -> tuple[float, float]:
    z = float(stats.norm.ppf((1 + level) / 2))
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return (0.0 if share == 0 else max(0.0, centre - half)), (1.0 if share == 1 else min(1.0, centre + half))


def mean_of_shares(successes: Sequence[int], totals: Sequence[int], *, level: float = LEVEL) -> Interval:
    """Interval of the plain mean of several independent shares, from the Wilson interval of each.

    Parameters
    ----------
    successes, totals
        Of each share, the total above 0.
    level
        Two-sided confidence.

    References
    ----------
    G. Y. Zou, A. Donner, "Construction of confidence limits about effect measures: a general approach", Statistics in
    Medicine 27 (2008), 1693-1702 (MOVER: the variance estimates are recovered from the limits of each part).
    """
    shares = [k / n for k, n in zip(successes, totals, strict=True)]
    ends = [_wilson_ends(share, n, level) for share, n in zip(shares, totals, strict=True)]
    mean, parts = math.fsum(shares) / len(shares), len(shares)
    down = math.sqrt(math.fsum((share - low) ** 2 for share, (low, _) in zip(shares, ends, strict=True))) / parts
    up = math.sqrt(math.fsum((high - share) ** 2 for share, (_, high) in zip(shares, ends, strict=True))) / parts
    return Interval(value=mean, low=mean - down, high=mean + up, method="Wilson (MOVER)")


def newcombe_paired(both: int, first_only: int, second_only: int, neither: int, *, level: float = LEVEL) -> Interval:
    """Interval of the difference of two shares on the same rows: first minus second.

    Parameters
    ----------
    both, first_only, second_only, neither
        Rows on which both, only the first, only the second, or neither succeeded.
    level
        Two-sided confidence.

    References
    ----------
    R. G. Newcombe, "Improved confidence intervals for the difference between binomial proportions based on paired
    data", Statistics in Medicine 17 (1998), 2635-2650, method 10.
    """
    n = both + first_only + second_only + neither
    if n == 0:
        return without(None, "verification.interval.nothing_counted")
    first, second = (both + first_only) / n, (both + second_only) / n
    (low1, high1), (low2, high2) = _wilson_ends(first, n, level), _wilson_ends(second, n, level)
    phi = _correlation(both, first_only, second_only, neither)
    below1, above1, below2, above2 = first - low1, high1 - first, second - low2, high2 - second
    down = math.sqrt(max(0.0, below1**2 - 2 * phi * below1 * above2 + above2**2))
    up = math.sqrt(max(0.0, above1**2 - 2 * phi * above1 * below2 + below2**2))
    delta = (first_only - second_only) / n
    return Interval(value=delta, low=delta - down, high=delta + up, method="Newcombe")


def _correlation(both: int, first_only: int, second_only: int, neither: int) -> float:
    """Phi, with Newcombe's continuity correction where it is positive."""
    margins = (both + first_only) * (second_only + neither) * (both + second_only) * (first_only + neither)
    if margins == 0:
        return 0.0
    cross = both * neither - first_only * second_only
    n = both + first_only + second_only + neither
    corrected = max(cross - n / 2, 0) if cross > 0 else cross
    return corrected / math.sqrt(margins)


def mcnemar_exact(first_only: int, second_only: int) -> float:
    """Exact two-sided p-value that two models err equally often, from the rows on which only one is right.

    References
    ----------
    Q. McNemar, Psychometrika 12 (1947), 153-157; exact form as in A. Agresti, "Categorical Data Analysis", 3rd ed.,
    section 11.1.
    """
    n = first_only + second_only
    return min(1.0, 2 * float(stats.binom.cdf(min(first_only, second_only), n, 0.5))) if n else 1.0
