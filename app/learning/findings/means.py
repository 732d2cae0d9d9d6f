"""Columns made from the answers of the rows themselves: means of the target by group.

An honest column of a group, known before the answers, misses the mean answer of the group by what chance makes of it. A
mean that was computed from these rows doesn't: it agrees better than chance would let it. So the agreement is tested,
by the lower tail of Pearson's chi-squared; a smoothed mean (D. Micci-Barreca, SIGKDD Explorations 3, 2001) is tried
with several weights of the prior. Where the row itself was left out of its mean, column and answer run against each
other within each group, exactly.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from app.learning.findings.alone import Suspicion
from app.learning.findings.beside import Beside, found, left_out

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_CHANCE = 1e-6
_CLOSE = 0.2
"""Of the deviation that chance would make, at most so much."""
_WEIGHTS = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 50.0, 100.0, 200.0, 300.0)
_LEAST_GROUPS, _LEAST_ROWS = 3, 50
_MOST_LEVELS = 2_000
_WITHIN = 0.1
"""Of the variance of a column, so much at most lies within groups where it is their mean."""
_SAME = 1e-4
_COVERED = 0.9
_AGAINST = 0.95
_ONE_VALUE = 0.5
"""Distinct numbers per row up to which equal ones are groups."""


def suspects_encoded(beside: Beside, known: set[str]) -> Iterator[Suspicion]:
    """Columns of numbers that are means of the target."""
    groups = [(name, _codes(beside, name)) for name in beside.types if _is_kind(beside, name)]
    for name in beside.types:
        if name in known or not _may_be_mean(beside, name):
            continue
        given = beside.own(name).to_numpy()
        if _encodes(beside, given, [codes for by, codes in groups if by != name]):
            yield Suspicion(weight=0.995, finding=found("leak.encoded", name, "bad", left_out(name)))


def _is_kind(beside: Beside, name: str) -> bool:
    """Whether rows can be grouped by it."""
    column = beside.own(name)
    return 2 < column.nunique() <= min(_MOST_LEVELS, len(column) / 3)


def _codes(beside: Beside, name: str) -> Integers:
    return beside.own(name).factorize()[0].astype(np.int64)


def _may_be_mean(beside: Beside, name: str) -> bool:
    column = beside.own(name)
    if column.dtype == object or name in beside.days or int(column.notna().sum()) < _LEAST_ROWS:
        return False
    return int(column.nunique()) >= _LEAST_GROUPS


def _encodes(beside: Beside, given: Floats, groups: list[Integers]) -> bool:
    known = ~np.isnan(given)
    for values in _meant(beside):
        own = np.unique(given[known], return_inverse=True)[1]
        if own.max() < _ONE_VALUE * len(own) and _is_mean(given[known], values[known], own):
            return True
        if any(_is_mean(given[c >= 0], values[c >= 0], c[c >= 0]) for c in groups if known[c >= 0].all()):
            return True
    return False


def _meant(beside: Beside) -> list[Floats]:
    """Of what a mean may be: the amounts; whether a row is of a class, or isn't; classes that are numbers."""
    answers = beside.answers
    if answers.amounts:
        return [answers.values]
    found = [*answers.told, *(1 - answers.told if len(answers.told) == 1 else ())]
    try:
        numbers = np.array([float(label) for label in beside.labels])
    except ValueError:
        return found
    return [*found, numbers[answers.values.astype(np.int64)]] if len(beside.labels) > 2 else found


def _is_mean(given: Floats, values: Floats, codes: Integers) -> bool:
    counts = np.bincount(codes)
    several = counts > 1
    if several.sum() < _LEAST_GROUPS or len(values) < _LEAST_ROWS or np.ptp(given) == 0:
        return False
    means = np.bincount(codes, weights=given) / np.maximum(counts, 1)
    within = given - means[codes]
    left = values - (np.bincount(codes, weights=values) / np.maximum(counts, 1))[codes]
    inside = several[codes]
    if _runs_against(within[inside], left[inside]):
        return True
    if np.var(within) > _WITHIN * np.var(given):
        return False
    return _agrees(means[several], _mean_of(values, codes)[several], counts[several], _spread(left, inside, several))


def _spread(left: Floats, inside: NDArray[np.bool_], several: NDArray[np.bool_]) -> float:
    """The variance of an answer within its group."""
    free = int(inside.sum()) - int(several.sum())
    return float(np.square(left[inside]).sum()) / max(1, free)


def _mean_of(values: Floats, codes: Integers) -> Floats:
    return np.bincount(codes, weights=values) / np.maximum(np.bincount(codes), 1)


def _runs_against(within: Floats, left: Floats) -> bool:
    """Whether, within groups, the column falls as the answer rises, and by nothing else: means without the row."""
    if len(within) < _LEAST_ROWS or not np.ptp(within) or not np.ptp(left):
        return False
    return bool(np.corrcoef(within, left)[0, 1] < -_AGAINST)


def _agrees(column: Floats, means: Floats, counts: Integers, variance: float) -> bool:
    """Whether the groups' values agree with their mean answers better than chance lets them."""
    if not variance > 0 or not np.ptp(column) or not np.ptp(means):
        return False
    same = np.abs(column - means) <= _SAME * np.sqrt(variance)
    if same.sum() >= _LEAST_GROUPS and counts[same].sum() >= _COVERED * counts.sum():
        return True
    whole = float(np.average(means, weights=counts))
    for weight in _WEIGHTS:
        shrunk = counts / (counts + weight)
        wanted = shrunk * means + (1 - shrunk) * whole
        errors = variance / counts * np.square(shrunk)
        if _closer_than_chance(column, wanted, errors):
            return True
    return False


def _closer_than_chance(column: Floats, wanted: Floats, errors: Floats) -> bool:
    """In the unit of the answers, or in any other: along a straight line."""
    straight = np.square(column - wanted) / errors
    if _below(float(straight.sum()), len(column)):
        return True
    weights = 1 / errors
    middle, centre = np.average(column, weights=weights), np.average(wanted, weights=weights)
    across = np.average(np.square(column - middle), weights=weights)
    slope = np.average((column - middle) * (wanted - centre), weights=weights) / across if across else 0.0
    missed = np.square(wanted - centre - slope * (column - middle)) / errors
    return slope > 0 and _below(float(missed.sum()), len(column) - 2)


def _below(statistic: float, free: int) -> bool:
    if free < 1:
        return False
    return statistic <= _CLOSE * free and float(stats.chi2.cdf(statistic, free)) < _CHANCE
