"""The rows that one fit learns from, balanced. The rows that it is judged on never come here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.learning.matrix import FrameColumn
from app.learning.records import Balance

if TYPE_CHECKING:
    from imblearn.base import BaseSampler

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NEIGHBOURS = 5
"""Of a rare row, between which and the row SMOTE makes up others."""
MOST_TIMES = 4
"""A class is brought to the size of the largest, but all of them together to no more rows than this times as many."""
_MISSING = "\x00missing"


@dataclass(frozen=True, kw_only=True)
class Balanced:
    """What a fit learns from.

    Attributes
    ----------
    weights
        Shape (n,): how much each row counts; None where all count alike.
    factors
        Shape (classes,): the share of each class before, by its share now. A class without a row has 1.
    """

    frame: pd.DataFrame
    target: Integers
    weights: Floats | None
    factors: Floats


def balanced_rows(
    frame: pd.DataFrame,
    target: Integers,
    columns: tuple[FrameColumn, ...],
    *,
    how: Balance,
    classes: int,
    seed: int,
) -> Balanced:
    """The rows of a fit, so that no class is drowned by another.

    Notes
    -----
    Rows are made up by SMOTE (N. Chawla et al., "SMOTE: Synthetic Minority Over-sampling Technique", JAIR 16, 2002),
    with words as SMOTE-NC has them. Numbers are compared on one scale, where a missing one counts as the median; rows
    that are there keep their gaps.
    """
    before = np.bincount(target, minlength=classes).astype(np.float64)
    if how is Balance.WEIGHTS:
        present = np.count_nonzero(before)
        weights = len(target) / (present * before[target])
        now = np.where(before > 0, len(target) / present, 0.0)
        return Balanced(frame=frame, target=target, weights=weights, factors=_factors(before, now))
    made = _resampled(frame, target, columns, how, seed)
    now = np.bincount(made.target, minlength=classes).astype(np.float64)
    return replace(made, factors=_factors(before, now))


def _factors(before: Floats, now: Floats) -> Floats:
    here = (before > 0) & (now > 0)
    found: Floats = np.ones(len(before))
    found[here] = (before[here] / before.sum()) / (now[here] / now.sum())
    return found


def _resampled(
    frame: pd.DataFrame, target: Integers, columns: tuple[FrameColumn, ...], how: Balance, seed: int
) -> Balanced:
    from imblearn.over_sampling import RandomOverSampler
    from imblearn.under_sampling import RandomUnderSampler

    nothing = np.ones(0)
    if how is Balance.SMOTE:
        more, labels = _made_up(frame, target, columns, seed)
        whole = pd.concat([frame, more], axis="index", ignore_index=True)
        return Balanced(frame=whole, target=np.concatenate([target, labels]), weights=None, factors=nothing)
    sampler = RandomUnderSampler(random_state=seed)
    if how is Balance.OVER:
        sampler = RandomOverSampler(random_state=seed, sampling_strategy=_wanted(target))
    sampler.fit_resample(np.arange(len(target)).reshape(-1, 1), target)
    places = np.sort(sampler.sample_indices_)
    return Balanced(frame=frame.iloc[places], target=target[places], weights=None, factors=nothing)


def _wanted(target: Integers) -> dict[int, int]:
    """How many rows each class gets."""
    counts = np.bincount(target)
    present = np.flatnonzero(counts)
    fair = MOST_TIMES * len(target) // len(present)
    return {int(code): int(max(counts[code], min(counts.max(), fair))) for code in present}


def _made_up(
    frame: pd.DataFrame, target: Integers, columns: tuple[FrameColumn, ...], seed: int
) -> tuple[pd.DataFrame, Integers]:
    """New rows of the rarer classes, and what they are. A class of one row has no neighbour, and stays as it is."""
    counts = np.bincount(target)
    wanted = {code: size for code, size in _wanted(target).items() if counts[code] > 1 or size == counts[code]}
    rarest = min((int(counts[code]) for code, size in wanted.items() if size > counts[code]), default=0)
    if not rarest:
        return frame.iloc[:0], np.empty(0, dtype=np.int64)
    middle, spread = _scale(frame, columns)
    sampler = _smote(columns, wanted, neighbours=min(NEIGHBOURS, rarest - 1), seed=seed)
    made, labels = sampler.fit_resample(_comparable(frame, columns, middle, spread), target)
    new = made.iloc[len(target) :]
    series = {}
    for place, column in enumerate(columns):
        cells = new.iloc[:, place].to_numpy()
        if column.numeric:
            series[place] = pd.Series(cells.astype(np.float64) * spread[place] + middle[place])
        else:
            series[place] = pd.Series([None if cell == _MISSING else cell for cell in cells], dtype=object)
    found = pd.DataFrame(series)
    found.columns = frame.columns
    return found, np.asarray(labels[len(target) :], dtype=np.int64)


def _smote(columns: tuple[FrameColumn, ...], wanted: dict[int, int], *, neighbours: int, seed: int) -> BaseSampler:
    from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC

    words = [str(place) for place, column in enumerate(columns) if not column.numeric]
    told = {"sampling_strategy": wanted, "random_state": seed, "k_neighbors": neighbours}
    if not words:
        return SMOTE(**told)
    return SMOTEN(**told) if len(words) == len(columns) else SMOTENC(words, **told)


def _scale(frame: pd.DataFrame, columns: tuple[FrameColumn, ...]) -> tuple[Floats, Floats]:
    """The median and the deviation of each column of numbers, shape (columns,); 0 and 1 for the others."""
    middle, spread = np.zeros(len(columns)), np.ones(len(columns))
    for place, column in enumerate(columns):
        if column.numeric:
            cells = frame.iloc[:, place].to_numpy()
            known = cells[~np.isnan(cells)]
            if len(known):
                middle[place], spread[place] = np.median(known), known.std() or 1.0
    return middle, spread


def _comparable(frame: pd.DataFrame, columns: tuple[FrameColumn, ...], middle: Floats, spread: Floats) -> pd.DataFrame:
    """Numbers on one scale, and nothing missing."""
    series: dict[str, pd.Series] = {}
    for place, column in enumerate(columns):
        cells = frame.iloc[:, place].to_numpy()
        if column.numeric:
            series[str(place)] = pd.Series(
                (np.where(np.isnan(cells), middle[place], cells) - middle[place]) / spread[place]
            )
        else:
            series[str(place)] = pd.Series([_MISSING if cell is None else cell for cell in cells], dtype=object)
    return pd.DataFrame(series)
