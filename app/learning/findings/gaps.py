"""Gaps that depend on the answer: tested, corrected for the number of columns, and judged by their size.

Two classes by Fisher's exact test where a cell expects fewer than five rows, else by Pearson's chi-squared; amounts by
the rank sum test of Mann and Whitney (Ann. Math. Stat. 18, 1947). Holm's correction (Scand. J. Stat. 6, 1979) keeps the
chance of any false finding below one in a hundred. With many rows a difference that matters to nobody is clear too, so
its size has to be worth a word: Cramér's V, or the rank-biserial correlation.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from app.data.records import Finding
from app.learning.findings.beside import Beside, Said, found, share
from app.learning.telling import power_of_side
from app.text.message import amount

Booleans = NDArray[np.bool_]

_LEVEL = 0.01
_SMALL, _LARGE = 0.1, 0.3
"""J. Cohen, Statistical Power Analysis for the Behavioral Sciences, 1988, chapter 7."""
_SMALL_RANKS, _LARGE_RANKS = 0.15, 0.4
_FEWEST, _EXPECTED = 10, 5.0


def check_gaps(beside: Beside, known: set[str]) -> Iterator[Finding]:
    """Columns whose gaps depend on the answer, but for those ``known`` to do so."""
    empty = {name: beside.own(name).isna().to_numpy() for name in beside.types}
    open_ = {n: e for n, e in empty.items() if min(e.sum(), (~e).sum()) >= _FEWEST}
    tested = {name: _tested(beside, rows) for name, rows in open_.items()}
    for name in _clear({name: chance for name, (chance, _) in tested.items()}):
        effect = tested[name][1]
        small, large = (_SMALL_RANKS, _LARGE_RANKS) if beside.answers.amounts else (_SMALL, _LARGE)
        if name not in known and effect >= small:
            yield _said(beside, name, open_[name], "warning" if effect >= large else "note")


def _tested(beside: Beside, empty: Booleans) -> tuple[float, float]:
    """How probable so much is by chance, and how large the effect is."""
    answers = beside.answers
    if answers.amounts:
        found = stats.mannwhitneyu(answers.values[empty], answers.values[~empty])
        return float(found.pvalue), 2 * power_of_side(answers, empty) - 1
    codes = answers.values.astype(np.int64)
    counts = np.stack([np.bincount(codes[rows], minlength=int(codes.max()) + 1) for rows in (empty, ~empty)])
    counts = counts[:, counts.sum(axis=0) > 0]
    return chance_of(counts), cramers_v(counts)


def chance_of(counts: NDArray[np.int64]) -> float:
    """The p value of independence of a table with two rows; classes that expect too few rows are one."""
    expected = counts.sum(axis=0) * counts.sum(axis=1).min() / counts.sum()
    if counts.shape[1] > 2 and (expected < _EXPECTED).any():
        rare = expected < _EXPECTED
        counts = np.column_stack([counts[:, ~rare], counts[:, rare].sum(axis=1)])
        expected = counts.sum(axis=0) * counts.sum(axis=1).min() / counts.sum()
    if counts.shape[1] < 2:
        return 1.0
    if counts.shape[1] == 2 and (expected < _EXPECTED).any():
        return float(stats.fisher_exact(counts).pvalue)
    return float(stats.chi2_contingency(counts, correction=False).pvalue)


def cramers_v(counts: NDArray[np.int64]) -> float:
    """Cramér's V of a table with two rows, without the share that chance alone would make (W. Bergsma, J. Korean Stat.
    Soc. 42, 2013)."""
    n, columns = int(counts.sum()), counts.shape[1]
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    phi = float((np.square(counts - expected) / expected).sum()) / n
    phi = max(0.0, phi - (columns - 1) / (n - 1))
    smaller = min(2 - 1 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(phi / smaller))


def _clear(chances: dict[str, float]) -> list[str]:
    """Those that are no chance after Holm's correction, in the order of the table."""
    kept: set[str] = set()
    for step, name in enumerate(sorted(chances, key=lambda one: chances[one])):
        if chances[name] > _LEVEL / (len(chances) - step):
            break
        kept.add(name)
    return [name for name in chances if name in kept]


def _said(beside: Beside, name: str, empty: Booleans, severity: str) -> Finding:
    values = beside.answers.values
    if beside.answers.amounts:
        there, rest = (amount(float(np.median(values[rows]))) for rows in (empty, ~empty))
        return found("gaps_amount", name, severity, target=beside.target, there=there, rest=rest)
    codes = values.astype(np.int64)
    shares = np.array(
        [empty[codes == label].mean() if (codes == label).any() else np.nan for label in range(len(beside.labels))]
    )
    most, least = int(np.nanargmax(shares)), int(np.nanargmin(shares))
    said: Said = {"most": beside.labels[most], "least": beside.labels[least]}
    return found("gaps", name, severity, there=share(float(shares[most])), rest=share(float(shares[least])), **said)
