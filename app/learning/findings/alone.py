"""Leaks of one column: it repeats the answer, has almost only one answer on a side, or its gaps tell the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from app.data.records import Finding
from app.learning.findings.beside import Beside, Said, found, left_out, share
from app.learning.matrix import MOMENTS
from app.learning.sides import GAPS, Side, only_answer, pure_ends, sides_of
from app.learning.telling import Answers, binned, power_of, power_of_cells, power_of_side
from app.text.message import amount

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

COPY = 0.9999
_SURE = {"auc": 0.99, "r2": 0.95}
_HIGH = {"auc": 0.92, "r2": 0.9}
_OUTSTANDING = {"auc": 0.88, "r2": 0.8}
"""Suspicious too where no other column comes near, or the column has hardly more values than there are classes."""
_OTHERS = {"auc": 0.78, "r2": 0.6}
_FEW_VALUES = 3
"""More than there are classes."""
_MANY_WORDS, _SURE_OF_WORDS = 30, 0.99
"""Of amounts: that each of many kinds of things has its own is usual (a product has its price)."""

_GAP = {"auc": 0.75, "r2": 0.85}
_GAP_FEWEST = 20
_MOSTLY = 0.3
"""How much more frequent an answer is on a side that tells it."""
_CUTS = (0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9)
"""Of amounts: a side is a sign of those below or above one of these shares."""
_ORDER = {"auc": 0.92, "r2": 0.8}
_NUMBERED = {"auc": 0.8, "r2": 0.7}
_ORDER_OF_BANDS = 0.95
_STRETCHES = 20
_APART = 0.2
"""A rank correlation below which column and amounts don't hang together."""


@dataclass(frozen=True, kw_only=True)
class Suspicion:
    """A finding that a column may hold the answer. ``weight``: how sure, between 0 and 1; ``beside`` names the other
    column of a pair."""

    weight: float
    finding: Finding
    beside: str = ""


def powers_of(beside: Beside) -> dict[str, float]:
    """What each column tells by itself; of a date the best of its parts."""
    judged = beside.judged
    return {
        name: max(power_of(judged.answers, judged.frame.iloc[:, place]) for place in places)
        for name, places in judged.parts.items()
    }


def suspects_alone(beside: Beside, powers: dict[str, float]) -> Iterator[Suspicion]:
    """At most one suspicion of each column, and one of the order of the rows."""
    for name in beside.types:
        suspicion = _copies(beside, name, powers) or _one_sided(beside, name) or _strong(beside, name, powers)
        suspicion = suspicion or _numbered(beside, name)
        if suspicion is not None:
            yield suspicion
    told = _of_order(beside, beside.places, _ORDER[beside.metric])
    if told is not None:
        metric, power = told
        finding = found(f"leak.order_{metric}", "", "warning", value=amount(power, "metric"))
        yield Suspicion(weight=power, finding=finding)


# As good as the answer


def _copies(beside: Beside, name: str, powers: dict[str, float]) -> Suspicion | None:
    if powers[name] <= COPY:
        return None
    return Suspicion(weight=1.0, finding=found("leak.copy", name, "bad", left_out(name), target=beside.target))


def _strong(beside: Beside, name: str, powers: dict[str, float]) -> Suspicion | None:
    power, metric = powers[name], beside.metric
    others = max((other for one, other in powers.items() if one != name), default=0.0)
    if power <= _least(beside, name, others):
        return None
    severity = "bad" if power > _SURE[metric] else "warning"
    value = amount(power, "metric")
    return Suspicion(weight=power, finding=found(f"leak.alone_{metric}", name, severity, left_out(name), value=value))


def _least(beside: Beside, name: str, others: float) -> float:
    """From which power on a column is suspicious."""
    metric, column = beside.metric, beside.own(name)
    if beside.answers.amounts and column.dtype == object and column.nunique() > _MANY_WORDS:
        return _SURE_OF_WORDS
    few = not beside.answers.amounts and column.nunique() <= len(beside.labels) + _FEW_VALUES
    return _OUTSTANDING[metric] if others < _OTHERS[metric] or few else _HIGH[metric]


# One side has almost only one answer


def _one_sided(beside: Beside, name: str) -> Suspicion | None:
    """What is known of the column on a side that is the sign of one answer."""
    column, moment = beside.own(name), beside.types[name] in MOMENTS
    answers = [beside.answers.cut(cut) for cut in _CUTS] if beside.answers.amounts else [beside.answers]
    codes = [one.values.astype(np.int64) for one in answers]
    sides = list(sides_of(column, values=not moment))
    told = [(side, label) for side in sides if (label := _label(beside, codes, side)) is not None]
    if not told and not moment and column.dtype != object:
        ends = [
            end
            for one in codes
            for end in pure_ends(one, column)
            if not beside.answers.amounts or _stands_alone(beside, column, end[0])
        ]
        told = [max(ends, key=_width)] if ends else []
    return _told(beside, name, *told[0]) if told else None


def _label(beside: Beside, codes: list[Integers], side: Side) -> int | None:
    for one in codes:
        label = only_answer(one, side)
        if label is not None:
            return label
    return _told_by_gap(beside, side.rows) if side.kind in GAPS else None


def _stands_alone(beside: Beside, column: pd.Series, side: Side) -> bool:
    """Whether amounts hang together with a column beyond the limit only: where they do everywhere, ends are a sign of
    them anyway."""
    rest = ~side.rows & column.notna().to_numpy()
    given, values = column.to_numpy()[rest], beside.answers.values[rest]
    if len(given) < _GAP_FEWEST or not np.ptp(given) or not np.ptp(values):
        return False
    return abs(float(stats.spearmanr(given, values).statistic)) < _APART


def _width(end: tuple[Side, int]) -> int:
    return int(end[0].rows.sum())


def _told_by_gap(beside: Beside, rows: Booleans) -> int | None:
    """The class of which a gap says much, though it isn't the only one on its side."""
    fewest = min(int(rows.sum()), int((~rows).sum()))
    answers = beside.answers.bands
    if fewest < _GAP_FEWEST or power_of_side(answers, rows) <= _GAP[beside.metric]:
        return None
    codes = answers.values.astype(np.int64)
    there, rest = (np.bincount(codes[r], minlength=int(codes.max()) + 1) / r.sum() for r in (rows, ~rows))
    return int((there - rest).argmax()) if (there - rest).max() > _MOSTLY else None


def _told(beside: Beside, name: str, side: Side, label: int) -> Suspicion:
    values, code = beside.answers.values, f"leak.{side.kind}"
    said: Said = {"n": int(side.rows.sum()), "value": side.value}
    if beside.answers.amounts:
        code = f"{code}_amount"
        there, rest = (amount(float(np.median(values[rows]))) for rows in (side.rows, ~side.rows))
        said |= {"target": beside.target, "there": there, "rest": rest}
    else:
        hits = values.astype(np.int64) == label
        there, rest = (share(float(np.mean(hits[rows]))) for rows in (side.rows, ~side.rows))
        said |= {"label": beside.labels[label], "there": there, "rest": rest}
    weight = power_of_side(beside.answers.bands, side.rows)
    return Suspicion(weight=weight, finding=found(code, name, "warning", left_out(name), **said))


# The order of the rows, and what numbers them


def _numbered(beside: Beside, name: str) -> Suspicion | None:
    given = beside.numbered.get(name)
    told = _of_order(beside, given, _NUMBERED[beside.metric]) if given is not None else None
    if told is None:
        return None
    metric, power = told
    finding = found(f"leak.numbered_{metric}", name, "warning", left_out(name), value=amount(power, "metric"))
    return Suspicion(weight=power, finding=finding)


def _of_order(beside: Beside, given: Floats, least: float) -> tuple[str, float] | None:
    """What numbers or places tell: of amounts R², or the AUC of low or high ones."""
    power = _power_of_order(beside.answers, given)
    if power > least:
        return beside.metric, power
    power = _power_of_order(beside.answers.bands, given) if beside.answers.amounts else 0.0
    return ("auc", power) if power > _ORDER_OF_BANDS else None


def _power_of_order(answers: Answers, given: Floats) -> float:
    return float(power_of_cells(answers, *binned(given, _STRETCHES)).max(initial=0.0))
