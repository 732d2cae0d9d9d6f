"""Numbers that mean something else: codes for missing, values far beyond all others, a unit that changes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from app.data.quality.looked import Looked, finding
from app.data.recipe.steps import Blank, Clip
from app.data.records import Finding
from app.data.types import NUMBERS
from app.text.message import amount

Floats = NDArray[np.float64]

_NINES = (99.0, 999.0, 9_999.0, 99_999.0, 999_999.0, 9_999_999.0, 99_999_999.0, 999_999_999.0)
_HIGH = frozenset((*_NINES, *(code - 1 for code in _NINES), *(code - 2 for code in _NINES), 9.0, 8.0))
_LOW = frozenset((-1.0, *(-code for code in _NINES), -9.0, -8.0, -7.0, -2.0))
_OFTEN, _SHARE = 3, 0.001
_GAP = 0.5
"""Of the range of all other values, as far as a code lies from them."""
_PEAK, _PEAK_SHARE, _NEIGHBOURS = 8, 0.01, 10
_LEAST_DISTINCT, _MANY_DISTINCT = 3, 20
_ZERO_NEXT, _ZERO_SHARE, _ZERO_SPREAD = 0.25, 0.3, 0.5

_FAR = 9.0
"""How many times as far from the median as the last of the others."""
_FEW = 0.001
_TAIL_LEAST = 50

_BLOCKS, _BLOCK_LEAST = 20, 10
_CLEAR = 6.0
_FACTORS = (10.0, 100.0, 1_000.0, 1e6, 60.0, 3_600.0, 24.0, 7.0, 12.0, 2.2046, 2.54, 25.4, 1.609, 3.2808, 4.184, 28.35)
_NEAR = 0.04
"""Of a decimal logarithm: ten percent."""


def check_codes(column: Looked) -> Iterator[Finding]:
    """Numbers such as -1 and 999 that stand for a missing value: repeated, and apart from all other values."""
    if column.type not in NUMBERS or len(column.numbers) < _TAIL_LEAST:
        return
    values, counts = column.distinct
    found = [*_codes(values, counts, _HIGH, high=True), *_codes(values, counts, _LOW, high=False)]
    found += [] if found else _zeros(values, counts)
    if found:
        held = int(sum(counts[np.searchsorted(values, code)] for code in found))
        listed = ", ".join(f"{code:.0f}" for code in found)
        remedy = Blank(column=column.name, values=tuple(map(_plain, found)))
        yield finding(
            "disguised_number", column.name, "warning", remedy, share=held / len(column.numbers), values=listed
        )


def _plain(code: float) -> int | float:
    return int(code) if code.is_integer() else code


def _codes(values: Floats, counts: NDArray[np.intp], known: frozenset[float], *, high: bool) -> list[float]:
    """The codes at one end, those furthest out first: as many as lie apart from the rest together."""
    if not high:
        return [-code for code in _codes(-values[::-1], counts[::-1], frozenset(-k for k in known), high=True)]
    often = max(_OFTEN, _SHARE * counts.sum())
    start = len(values)
    while start > _LEAST_DISTINCT and values[start - 1] in known and counts[start - 1] >= often:
        start -= 1
    for first in range(start, len(values)):
        alone = values[0] < 0 and values[first - 1] <= 0 < values[first]  # the only ones of their sign
        if alone or _apart(values[first], counts[first], values[:first], counts[:first]):
            return [float(code) for code in values[first:][::-1]]
    return []


def _apart(code: float, count: int, others: Floats, many: NDArray[np.intp]) -> bool:
    """Whether a value lies apart from those below it, or is a peak at their end."""
    if code - others[-1] >= _GAP * (others[-1] - others[0]):
        return True
    before = many[-_NEIGHBOURS:]
    peak = len(before) == _NEIGHBOURS and count >= _PEAK * before.mean()
    return bool(peak and count >= _PEAK_SHARE * (many.sum() + count))


def _zeros(values: Floats, counts: NDArray[np.intp]) -> list[float]:
    """Zero among amounts that never come near it, as a weight or a pressure of 0 is."""
    if values[0] != 0 or len(values) < _MANY_DISTINCT or counts[0] < _OFTEN:
        return []
    rest, many = values[1:], counts[1:]
    middle = float(np.repeat(rest, many)[many.sum() // 2])
    mean = float(np.average(rest, weights=many))
    spread = float(np.sqrt(np.average((rest - mean) ** 2, weights=many)))
    apart = rest[0] >= _ZERO_NEXT * middle and counts[0] <= _ZERO_SHARE * counts.sum()
    return [0.0] if apart and spread <= _ZERO_SPREAD * mean else []


def check_far(column: Looked) -> Iterator[Finding]:
    """A few values many times as far from the middle as all others, as a slipped decimal mark makes them."""
    if column.type not in NUMBERS or len(column.numbers) < _TAIL_LEAST:
        return
    values, counts = column.distinct
    middle = float(np.median(column.numbers))
    for sign in (1.0, -1.0):
        away = (values - middle) * sign
        order = np.argsort(away)
        reach, many = away[order], counts[order]
        most = max(1, int(_FEW * counts.sum()))
        beyond = np.cumsum(many[::-1])
        for out in range(1, min(len(reach) - 1, most) + 1):
            last = reach[-out - 1]
            if beyond[out - 1] > most or last <= 0:
                break
            if reach[-out] - last > _FAR * last:
                far, usual = (float(middle + sign * end) for end in (reach[-1], last))
                n = int(beyond[out - 1])
                low, high = (None, usual) if sign > 0 else (usual, None)
                remedy = Clip(column=column.name, low=low, high=high, blank=True)
                yield finding("far", column.name, "warning", remedy, n=n, far=amount(far), usual=amount(usual))
                break


def check_unit(column: Looked) -> Iterator[Finding]:
    """Whether all values become larger or smaller by a factor between units, from some row on."""
    if column.type not in NUMBERS or len(column.numbers) < _BLOCKS * _BLOCK_LEAST:
        return
    numbers = column.numbers
    if (numbers > 0).mean() < 0.95 or len(column.distinct[0]) < _MANY_DISTINCT:
        return
    logs = np.log10(np.where(numbers > 0, numbers, np.nan))
    middles = np.array([np.nanmedian(part) for part in np.array_split(logs, _BLOCKS)])
    split = max(range(2, _BLOCKS - 1), key=lambda at: abs(middles[at:].mean() - middles[:at].mean()))
    shift = float(middles[split:].mean() - middles[:split].mean())
    inside = np.concatenate([middles[:split] - middles[:split].mean(), middles[split:] - middles[split:].mean()])
    factor = min(_FACTORS, key=lambda known: abs(abs(shift) - np.log10(known)))
    if abs(shift) < _CLEAR * max(inside.std(), 1e-6) or abs(abs(shift) - np.log10(factor)) > _NEAR:
        return
    before, after = (float(10 ** part.mean()) for part in (middles[:split], middles[split:]))
    share = 1 - split / _BLOCKS
    yield finding(
        "unit", column.name, "warning", share=share, before=amount(before), after=amount(after), factor=factor
    )
