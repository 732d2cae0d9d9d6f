"""Ways to part rows by one column, and whether a side has almost only one answer: filled in, empty, a word or the usual
number, beyond a limit. What is written down only afterwards shows so (S. Kaufman et al., Leakage in Data Mining, ACM
TKDD 6, 2012)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

_FEWEST = 20
_TIMES, _HELD = 30.0, 0.35
"""A side is so many times as frequent with one answer as with all others, and holds so much of that answer."""
_TIMES_OF_GAP = 15.0
"""Where the column is filled in or empty there: seldom by chance."""
_COMMON, _HELD_OF_COMMON = 0.65, 0.85
"""Of an answer that most rows have anyway, so much must be held."""
_CHANCE = 1e-6
_MOST_WORDS = 20
_USUAL = 0.05
"""A number that so many rows have may mean "none" or "not yet"."""


GAPS = ("filled", "empty")


@dataclass(frozen=True, kw_only=True)
class Side:
    """Some rows: those where a column is ``filled``, ``empty``, has a ``value`` or any ``other``, or lies ``above`` or
    ``below`` a limit that is itself on the side."""

    kind: str
    value: str
    rows: Booleans


def sides_of(column: pd.Series, *, values: bool = True) -> Iterator[Side]:
    """By what rows are parted: filled or empty; with ``values`` by the most frequent words or the usual number too."""
    empty = column.isna().to_numpy()
    if empty.any():
        yield Side(kind="filled", value="", rows=~empty)
        yield Side(kind="empty", value="", rows=empty)
    known = column[~empty]
    if not values or not len(known):
        return
    if column.dtype == object:
        for word in known.value_counts().index[:_MOST_WORDS]:
            yield Side(kind="value", value=str(word), rows=(column == word).to_numpy())
        return
    usual = _usual(known.to_numpy(dtype=np.float64))
    if usual is not None:
        rows = (column == usual).to_numpy()
        yield Side(kind="other", value=f"{usual:g}", rows=~rows & ~empty)
        yield Side(kind="value", value=f"{usual:g}", rows=rows)


def _usual(values: Floats) -> float | None:
    """The most frequent number, where it is frequent: then it stands in sorted values for a while."""
    ordered = np.sort(values)
    reach = max(1, int(np.ceil(_USUAL * len(ordered))))
    often = np.unique(ordered[reach - 1 :][ordered[reach - 1 :] == ordered[: len(ordered) - reach + 1]])
    if not len(often):
        return None
    counts = np.searchsorted(ordered, often, side="right") - np.searchsorted(ordered, often, side="left")
    return float(often[counts.argmax()])


def only_answer(codes: Integers, side: Side) -> int | None:
    """The class of which a side is a sign: it has hardly any rows of other classes, and many of that one."""
    rows = int(side.rows.sum())
    if not _FEWEST <= rows <= len(codes) - _FEWEST:
        return None
    counts = np.bincount(codes[side.rows])
    label = int(counts.argmax())
    members = int(np.sum(codes == label))
    times = _TIMES_OF_GAP if side.kind in GAPS else _TIMES
    told = _tells(counts[label : label + 1], np.array([rows]), members, len(codes), times)
    return label if told[0] else None


def _tells(hits: Integers, rows: Integers, members: int, n: int, times: float) -> Booleans:
    """Which sides with so many rows and hits, shape (k,), are a sign of a class with ``members`` of n rows."""
    share, others = members / n, n - members
    held = hits / members
    beside = (rows - hits + 0.5) / (others + 1)
    no_chance = rows * np.log(share) <= np.log(_CHANCE)
    told: Booleans = (held >= times * beside) & (held >= (_HELD_OF_COMMON if share > _COMMON else _HELD)) & no_chance
    return told


def pure_ends(codes: Integers, column: pd.Series) -> Iterator[tuple[Side, int]]:
    """The rows beyond a limit of a column of numbers that are a sign of one class, with that class: as many as it is
    true of, from either end."""
    given = column.to_numpy(dtype=np.float64)
    known = np.flatnonzero(~np.isnan(given))
    members = np.bincount(codes)
    for kind, sign in (("below", 1.0), ("above", -1.0)):
        order = known[np.argsort(sign * given[known], kind="stable")]
        ordered = given[order]
        lasts = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True)) if len(order) else np.zeros(0, np.int64)
        lasts = lasts[(lasts + 1 >= _FEWEST) & (lasts + 1 <= len(codes) - _FEWEST)]
        for label in np.flatnonzero(members >= _FEWEST).tolist():
            hits = np.cumsum(codes[order] == label)[lasts]
            told = np.flatnonzero(_tells(hits, lasts + 1, int(members[label]), len(codes), _TIMES))
            if len(told):
                limit = float(ordered[lasts[told[-1]]])
                rows = given <= limit if sign > 0 else given >= limit
                yield Side(kind=kind, value=f"{limit:g}", rows=rows), label
