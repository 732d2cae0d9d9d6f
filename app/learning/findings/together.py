"""Leaks of two columns: together, by which of them is the larger, by the time between them, or by their sum,
difference, product or quotient they almost give the answer, and neither does alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from app.learning.findings.alone import Suspicion
from app.learning.findings.beside import Beside, Said, found
from app.learning.telling import binned, cells_of, power_of, power_of_cells, power_of_side
from app.text.message import amount

Floats = NDArray[np.float64]

_CELLS = 14
_MOST_COLUMNS = 60
_MOST_ROWS = 8_000
_LEAST, _GAIN = 0.9, 0.15
"""By so much more than the better of both alone."""
_BETWEEN = 0.95
"""What happens after a thing was ordered takes as long as it is important: of that much is usual."""
_FORMULA, _FORMULA_GAIN = 0.95, 0.1
_MOST = 3


def suspects_together(beside: Beside, powers: dict[str, float], known: set[str]) -> Iterator[Suspicion]:
    """Pairs of columns, those best first; those of ``known`` are suspected already. Of amounts it is judged how well
    low and high ones are told."""
    names = [name for name in _strongest(powers) if name not in known]
    judged = beside.judged
    if len(judged.places) > _MOST_ROWS:
        judged = judged.taken(np.linspace(0, len(judged.places) - 1, _MOST_ROWS).astype(np.int64))
    alone = {name: _alone(judged, name) for name in names} if beside.answers.amounts else powers
    pairs = [pair for pair in _formulas(judged, names) if _is_formula(pair, powers)]
    pairs += [pair for look in (_times, _tables, _larger) for pair in look(judged, names) if _suspicious(pair, alone)]
    told: set[str] = set()
    for kind, one, other, power in sorted(pairs, key=_power):
        if {one, other} & told:
            continue
        told |= {one, other}
        most = max(powers[one], powers[other]) if kind == "formula" else max(alone[one], alone[other])
        said: Said = {"other": other, "value": amount(power, "metric"), "alone": amount(most, "metric")}
        yield Suspicion(weight=power, finding=found(f"leak.{kind}", one, "warning", None, **said), beside=other)
        if len(told) >= 2 * _MOST:
            return


Pair = tuple[str, str, str, float]


def _power(pair: Pair) -> float:
    return -pair[3]


def _alone(beside: Beside, name: str) -> float:
    return max(power_of(beside.answers.bands, beside.frame.iloc[:, place]) for place in beside.parts[name])


def _strongest(powers: dict[str, float]) -> list[str]:
    """In the order of the table; of very many columns those that tell most."""
    kept = set(sorted(powers, key=lambda name: -powers[name])[:_MOST_COLUMNS])
    return [name for name in powers if name in kept]


def _suspicious(pair: Pair, alone: dict[str, float]) -> bool:
    kind, one, other, power = pair
    least = _BETWEEN if kind == "between" else _LEAST
    return power >= least and power - max(alone[one], alone[other]) >= _GAIN


def _is_formula(pair: Pair, powers: dict[str, float]) -> bool:
    _, one, other, power = pair
    return power >= _FORMULA and power - max(powers[one], powers[other]) >= _FORMULA_GAIN


def _tables(beside: Beside, names: list[str]) -> Iterator[Pair]:
    """Every pair of values, or of bins."""
    cells = {name: cells_of(beside.own(name), _CELLS) for name in names}
    for one, other in combinations(names, 2):
        (first, size), (second, width) = cells[one], cells[other]
        power = power_of_cells(beside.answers.bands, first * width + second, size * width).max(initial=0.0)
        yield "pair", one, other, float(power)


def _larger(beside: Beside, names: list[str]) -> Iterator[Pair]:
    """Which of two numbers is the larger, and whether two cells hold the same."""
    columns = {name: beside.own(name) for name in names}
    amounts = {name: column.to_numpy() for name, column in columns.items() if column.dtype != object}
    for one, other in combinations(amounts, 2):
        yield "larger", one, other, power_of_side(beside.answers.bands, amounts[one] > amounts[other])
        yield "same", one, other, power_of_side(beside.answers.bands, amounts[one] == amounts[other])
    words = {name: set(column.dropna().unique()[:1000]) for name, column in columns.items() if column.dtype == object}
    for one, other in combinations(words, 2):
        if words[one] & words[other]:
            yield "same", one, other, power_of_side(beside.answers.bands, (columns[one] == columns[other]).to_numpy())


def _times(beside: Beside, names: list[str]) -> Iterator[Pair]:
    """The time between two dates."""
    days = {name: values for name, values in beside.days.items() if name in names}
    for one, other in combinations(days, 2):
        power = power_of_cells(beside.answers.bands, *binned(days[other] - days[one])).max(initial=0.0)
        yield "between", one, other, float(power)


def _formulas(beside: Beside, names: list[str]) -> Iterator[Pair]:
    """Sums and differences: R² of both numbers in a straight line; products and quotients: of their logarithms."""
    if not beside.answers.amounts:
        return
    amounts = {name: beside.own(name).to_numpy() for name in names if beside.own(name).dtype != object}
    amounts = {name: values for name, values in amounts.items() if not np.isnan(values).any() and np.ptp(values) > 0}
    yield from _in_line(amounts, beside.answers.values)
    values = beside.answers.values
    positive = {name: np.log(given) for name, given in amounts.items() if given.min() > 0}
    if values.min() > 0:
        yield from _in_line({name: given for name, given in positive.items() if np.ptp(given) > 0}, np.log(values))


def _in_line(given: dict[str, Floats], values: Floats) -> Iterator[Pair]:
    names = list(given)
    if len(names) < 2:
        return
    matrix = np.corrcoef(np.vstack([*given.values(), values]))
    own = matrix[-1, :-1]
    for one, other in combinations(range(len(names)), 2):
        between = matrix[one, other]
        left = 1 - between**2
        if left > 1e-9:
            whole = (own[one] ** 2 + own[other] ** 2 - 2 * own[one] * own[other] * between) / left
            yield "formula", names[one], names[other], float(whole)
