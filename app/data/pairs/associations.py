"""How much the columns of a table go together, each with each or one with all others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path

import numpy as np

from app.data.pairs.coded import Coded, Sample, sample_of
from app.data.pairs.records import Association
from app.data.quality.looked import MOST_ROWS
from app.data.types import ColumnType
from app.statistics.association import missing_together, strength

_MOST_CELLS, _LEAST_ROWS = 60_000_000, 5_000
_SELDOM = 0.05
"""Among all the pairs that were looked at, how often the strongest of what is said would be chance."""


def rows_for(columns: int) -> int:
    """As many rows as are looked at where each of so many columns is compared with each."""
    pairs = max(1, columns * (columns - 1) // 2)
    return max(_LEAST_ROWS, min(MOST_ROWS, _MOST_CELLS // pairs))


def associations(path: Path, types: Mapping[str, ColumnType]) -> tuple[list[Association], Sample]:
    """Each column of a stored table with each other one, the strongest first, and the rows that were looked at."""
    sample = sample_of(path, types, most=rows_for(len(types)))
    pairs = list(combinations(sample.columns.values(), 2))
    return in_order(_of_pairs(pairs)), sample


def associations_of(sample: Sample, column: str) -> list[Association]:
    """One column with all others, the strongest first; none where it says nothing but which row it is."""
    one = sample.columns.get(column)
    if one is None:
        return []
    return in_order(_of_pairs([(one, other) for other in sample.columns.values() if other is not one]))


def association(one: Coded, other: Coded, *, looked_at: int = 1) -> Association | None:
    """How much two columns go together; None where one has no more than one value in rows that have both.

    ``looked_at`` pairs were looked at to find this one.
    """
    here, there = one.filled, other.filled
    both = here & there
    a, b = (one.codes, other.codes) if both.all() else (one.codes[both], other.codes[both])
    found = strength(a, b, ordered=(one.ordered, other.ordered))
    if found is None:
        return None
    rows = len(a)
    only_one, only_other = int(np.sum(~here & there)), int(np.sum(here & ~there))
    neither = len(here) - rows - only_one - only_other
    return Association(
        column=one.name,
        other=other.name,
        measure=str(found.measure),
        value=found.value,
        sign=found.sign,
        rows=rows,
        chance=found.chance * looked_at > _SELDOM,
        missing_column=only_one,
        missing_other=only_other,
        missing_both=neither,
        missing_together=missing_together(only_one, only_other, neither, len(here)),
    )


def in_order(found: Iterable[Association]) -> list[Association]:
    """The strongest first."""
    return sorted(found, key=lambda one: (-one.value, one.column, one.other))


def _of_pairs(pairs: list[tuple[Coded, Coded]]) -> Iterator[Association]:
    for one, other in pairs:
        made = association(one, other, looked_at=len(pairs))
        if made is not None:
            yield made
