"""How much two columns go together, whatever they hold: 0 not at all, 1 wholly, corrected for what chance alone gives.

One idea for every pair, so that the figures can be put in one order: the share of one column's spread that the other
tells, taken on ranks where there is an order, less what as many groups tell by chance, as its square root.

- Two columns with an order: C. Spearman, "The Proof and Measurement of Association between Two Things", American
  Journal of Psychology 15 (1904), 72-101. It has a sign. Where a column rises and falls with the other, the correlation
  ratio of its ranks over the other's slices tells more, and is taken instead.
- An order and words: the correlation ratio of ranks, which is the effect size of W. H. Kruskal and W. A. Wallis's test
  (JASA 47 (1952), 583-621), corrected as T. L. Kelley has it, "An Unbiased Correlation Ratio Measure", PNAS 21 (1935),
  554-559.
- Words: Cramér's V as corrected by W. Bergsma, "A bias-correction for Cramér's V and Tschuprow's T", Journal of the
  Korean Statistical Society 42 (2013), 323-328.

Of two columns with two values each, all three are the same figure but for the correction. Ranks are chosen since one
far value, which real tables have, would make or hide a correlation of the values themselves. What is little, medium and
large: J. Cohen, "Statistical Power Analysis for the Behavioral Sciences" (2nd edition, 1988), chapter 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.integer]
Floats = NDArray[np.float64]

_SLICES, _ROWS_A_SLICE = 20, 25
_BENT, _BEYOND_DOUBT = 0.1, 1e-3
"""By how much the correlation ratio must be larger than the rank correlation to be taken instead, and how little by
chance: the best of three looks would otherwise be one look's chance three times over."""
_WHOLE = 1e-12

COHEN = (0.1, 0.3, 0.5)
"""Small, medium and large for correlations."""


class Measure(StrEnum):
    """How two columns were compared."""

    SPEARMAN = "spearman"
    RANK_RATIO = "rank_ratio"
    CRAMERS_V = "cramers_v"


@dataclass(frozen=True)
class Strength:
    """What two columns have in common. ``sign`` is 1 or -1 where one mostly rises or falls with the other, else 0;
    ``chance``: how often columns that have nothing in common would give as much (approximately)."""

    measure: Measure
    value: float
    sign: int
    chance: float


def strength(a: Codes, b: Codes, *, ordered: tuple[bool, bool]) -> Strength | None:
    """How much two columns go together; None where one of them has a single value.

    Parameters
    ----------
    a, b
        For each row which of its values a column has, from 0, by their order where there is one; no missing cells,
        equally long. Not every value must be there.
    ordered
        Whether there is one.
    """
    if len(a) < 2 or a.min() == a.max() or b.min() == b.max():
        return None
    if ordered == (True, True):
        return _of_numbers(a, b)
    if ordered == (False, False):
        return _of_words(a, b)
    return _of_groups(a, b) if ordered[1] else _of_groups(b, a)


def _of_numbers(a: Codes, b: Codes) -> Strength:
    ranks = centred_ranks(a), centred_ranks(b)
    rho = rank_correlation(*ranks)
    sign = int(np.sign(rho)) if abs(rho) > _WHOLE else 0
    found = _corrected(Measure.SPEARMAN, rho * rho, len(a), 1, sign=sign)
    bent = max((_sliced(ranks[one], ranks[1 - one]) for one in (0, 1)), key=lambda one: one.value)
    return bent if bent.value > found.value + _BENT and bent.chance < _BEYOND_DOUBT else found


def _sliced(ranks: Floats, others: Floats) -> Strength:
    """What slices of a column, by its ranks, tell of the other."""
    n = len(ranks)
    slices = max(2, min(_SLICES, n // _ROWS_A_SLICE))
    return _of_ranks(np.minimum(((ranks / n + 0.5) * slices).astype(np.int64), slices - 1), others)


def _of_groups(groups: Codes, b: Codes) -> Strength:
    return _of_ranks(groups, centred_ranks(b))


def _of_ranks(groups: Codes, ranks: Floats) -> Strength:
    share, used = correlation_ratio(groups, ranks)
    return _corrected(Measure.RANK_RATIO, share, len(ranks), used - 1)


def _of_words(a: Codes, b: Codes) -> Strength:
    square, rows, columns = mean_square_contingency(a, b)
    freedom = (rows - 1) * (columns - 1)
    value = bergsma_v(square, rows, columns, len(a))
    return Strength(Measure.CRAMERS_V, value, 0, chance_of(square * len(a), freedom))


def _corrected(measure: Measure, share: float, n: int, freedom: int, *, sign: int = 0) -> Strength:
    """Kelley's correction: what is left over is divided by its degrees of freedom."""
    left = n - 1 - freedom
    value = 1 - (1 - share) * (n - 1) / left if left > 0 else 0.0
    value = math.sqrt(min(1.0, max(0.0, value)))
    return Strength(measure, value, sign if value else 0, chance_of((n - 1) * share, freedom))


# The measures as they are in the books


def centred_ranks(codes: Codes) -> Floats:
    """Ranks less their mean; equal values share the mean of their ranks."""
    counts = np.bincount(codes)
    last = np.cumsum(counts)
    middle = last - (counts - 1) / 2 - (len(codes) + 1) / 2
    return np.asarray(middle[codes], np.float64)


def rank_correlation(a: Floats, b: Floats) -> float:
    """Spearman's coefficient of two columns of centred ranks, neither of one value."""
    both = math.sqrt(float(a @ a) * float(b @ b))
    return max(-1.0, min(1.0, float(a @ b) / both))


def correlation_ratio(groups: Codes, ranks: Floats) -> tuple[float, int]:
    """The share of the ranks' spread that lies between groups, and how many of these there are."""
    counts = np.bincount(groups)
    sums = np.bincount(groups, weights=ranks)
    held = counts > 0
    between = float((sums[held] ** 2 / counts[held]).sum())
    return min(1.0, between / float(ranks @ ranks)), int(held.sum())


def mean_square_contingency(a: Codes, b: Codes) -> tuple[float, int, int]:
    """Pearson's statistic of the table of two columns of words by the number of rows, and the size of that table."""
    table = np.bincount(np.asarray(a, np.int64) * (int(b.max()) + 1) + b, minlength=(int(a.max()) + 1) * (b.max() + 1))
    table = table.reshape(int(a.max()) + 1, -1).astype(np.float64)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0)
    square = float((table * table / expected).sum()) - 1
    return max(0.0, square), table.shape[0], table.shape[1]


def bergsma_v(square: float, rows: int, columns: int, n: int) -> float:
    """Bergsma's Ṽ of a table's mean square contingency."""
    left = max(0.0, square - (rows - 1) * (columns - 1) / (n - 1))
    smaller = min(size - (size - 1) ** 2 / (n - 1) for size in (rows, columns)) - 1
    return min(1.0, math.sqrt(left / smaller)) if smaller > 0 else 0.0


def chance_of(statistic: float, freedom: int) -> float:
    """How often chance gives as large a χ²: exactly for one degree of freedom, else as E. B. Wilson and M. M. Hilferty
    approximate it, "The Distribution of Chi-Square", PNAS 17 (1931), 684-688. (SciPy would take the reader longer to
    load than to answer.)"""
    if freedom < 1:
        return 1.0
    if freedom == 1:
        return math.erfc(math.sqrt(max(0.0, statistic) / 2))
    spread = 2 / (9 * freedom)
    z = (math.cbrt(max(0.0, statistic) / freedom) - (1 - spread)) / math.sqrt(spread)
    return math.erfc(z / math.sqrt(2)) / 2


def missing_together(only_a: int, only_b: int, both: int, rows: int) -> float:
    """The correlation of two columns' missing cells (φ), -1 to 1; 0 where one has none, or nothing else."""
    a, b = only_a + both, only_b + both
    spread = a * (rows - a) * b * (rows - b)
    return (both * rows - a * b) / math.sqrt(spread) if spread > 0 else 0.0
