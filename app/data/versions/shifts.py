"""How the distribution of a column moved between two versions: effect sizes, words for them, and a chart of both."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from app.data.versions.cells import Cells
from app.data.versions.records import ColumnShift, NumberShift, ShiftChart, Size, WordShift
from app.statistics import shift as effects

_SIZES = tuple(Size)
_BINS, _BARS, _LISTED = 30, 12, 50
_TAIL = 0.005
Floats = NDArray[np.float64]


def column_shift(before: Cells, after: Cells) -> ColumnShift | None:
    """How a column moved; None where one of the versions has no rows.

    The effect is the largest difference of a probability (Kolmogorov-Smirnov of numbers, total variation of words), or
    the change of the missing share where that is larger; the words for its size are those of
    :data:`app.statistics.shift.DISTANCE` and, for the missing share, Cohen's h.
    """
    rows = (len(before.hashes), len(after.hashes))
    if not all(rows):
        return None
    missing = (before.missing / rows[0], after.missing / rows[1])
    by_missing = effects.magnitude(effects.cohens_h(*missing), effects.COHEN)
    shift, chart, effect, chance, of_length = _distribution(before, after)
    gap = abs(missing[1] - missing[0])
    size = max(by_missing, effects.magnitude(effect, effects.DISTANCE))
    counts = [np.array([m, n - m]) for m, n in zip((before.missing, after.missing), rows, strict=True)]
    return ColumnShift(
        effect=max(effect, gap),
        size=_SIZES[size],
        perhaps_chance=chance and effects.counts_may_be_chance(*counts),
        missing=missing,
        of_length=of_length,
        shift=shift,
        chart=chart,
    )


_Found = tuple[NumberShift | WordShift | None, ShiftChart | None, float, bool, bool]


def _distribution(before: Cells, after: Cells) -> _Found:
    """Shift, chart, effect, whether it may be chance, whether it is about the length of words."""
    if before.numbers is not None and after.numbers is not None:
        return *_numbers(before.numbers, after.numbers), False
    if before.words is not None and after.words is not None:
        return *_words(before.words, after.words), False
    if before.lengths is not None and after.lengths is not None:
        return *_numbers(before.lengths, after.lengths), True
    return None, None, 0.0, True, False


def _numbers(before: Floats, after: Floats) -> tuple[NumberShift | None, ShiftChart | None, float, bool]:
    before, after = before[np.isfinite(before)], after[np.isfinite(after)]
    if not len(before) or not len(after):
        return None, None, 0.0, True
    before.sort()
    after.sort()
    statistic, moved = effects.distances(before, after)
    spread = float(before.std(ddof=1)) if len(before) > 1 else 0.0
    shift = NumberShift(
        ks=statistic,
        smd=effects.mean_difference(before, after),
        psi=effects.tenths_index(before, after),
        wasserstein=moved / spread if spread > 0 else None,
        means=(float(before.mean()), float(after.mean())),
    )
    chance = effects.ks_may_be_chance(statistic, len(before), len(after))
    return shift, _histogram(before, after), statistic, chance


def _histogram(before: Floats, after: Floats) -> ShiftChart:
    edges = _edges(before, after)
    shares = []
    for ordered in (before, after):
        ends = np.searchsorted(ordered, edges[1:-1], side="left")
        counts = np.diff(np.concatenate([[0], ends, [len(ordered)]]))
        shares.append(tuple((counts / len(ordered)).tolist()))
    return ShiftChart(before=shares[0], after=shares[1], edges=tuple(edges.tolist()))


def _edges(before: Floats, after: Floats) -> Floats:
    """One bin for each whole number where they are few; far tails are counted in the outermost bins."""
    low, high = float(min(before[0], after[0])), float(max(before[-1], after[-1]))
    sample = np.concatenate([part[:: max(1, len(part) // 1000)] for part in (before, after)])
    if high - low < _BINS and bool((sample == np.round(sample)).all()):
        return np.arange(round(low), round(high) + 2).astype(np.float64) - 0.5
    ends = [part[[int(_TAIL * (len(part) - 1)), int((1 - _TAIL) * (len(part) - 1))]] for part in (before, after)]
    near, far = float(min(e[0] for e in ends)), float(max(e[1] for e in ends))
    if high - low > 3 * (far - near) > 0:
        low, high = near, far
    return np.linspace(low, high if high > low else low + 1, _BINS + 1)


def _words(before: Counter[str], after: Counter[str]) -> tuple[WordShift | None, ShiftChart | None, float, bool]:
    known = list(before.keys() | after.keys())
    old = np.array([before[word] for word in known], np.int64)
    new = np.array([after[word] for word in known], np.int64)
    if not old.sum() or not new.sum():
        return None, None, 0.0, True
    distance = effects.total_variation(old, new)
    arrived, gone = after.keys() - before.keys(), before.keys() - after.keys()
    shift = WordShift(
        tv=distance,
        psi=effects.stability_index(old, new),
        cramers_v=effects.cramers_v(old, new),
        new=_listed(after, arrived),
        vanished=_listed(before, gone),
        new_count=len(arrived),
        vanished_count=len(gone),
    )
    return shift, _bars(before, after), distance, effects.counts_may_be_chance(old, new)


def _listed(counts: Counter[str], words: set[str]) -> tuple[tuple[str, int], ...]:
    ordered = sorted(words, key=lambda word: (-counts[word], word))
    return tuple((word[:80], counts[word]) for word in ordered[:_LISTED])


def _bars(before: Counter[str], after: Counter[str]) -> ShiftChart:
    totals = before.total(), after.total()
    shares = {w: (before[w] / totals[0], after[w] / totals[1]) for w in before.keys() | after.keys()}
    shown = sorted(shares, key=lambda word: (-max(shares[word]), word))[:_BARS]
    old, new = [shares[w][0] for w in shown], [shares[w][1] for w in shown]
    rest = (max(0.0, 1 - sum(old)), max(0.0, 1 - sum(new))) if len(shares) > len(shown) else (0.0, 0.0)
    return ShiftChart(before=tuple(old), after=tuple(new), labels=tuple(w[:80] for w in shown), rest=rest)
