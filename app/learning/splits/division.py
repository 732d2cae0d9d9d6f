"""Where each row goes: learned from, left out, or set aside to judge; and the folds among those learned from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.data.records import Column, ColumnType
from app.errors import CicloError
from app.learning.matrix import MOMENTS, NUMBERS, moments, numbers
from app.learning.source import Source, read_table
from app.learning.splits import splitting
from app.learning.splits.grouping import count_groups, deal_groups, hold_groups
from app.learning.splits.scheme import Scheme, read_scheme
from app.learning.splits.splitting import Hashes
from app.learning.splits.stratifying import crossed, held_out_exactly, quantile_bins
from app.learning.splits.timeline import Fold, forward_folds, last_part
from app.learning.target import Target

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
_TRAIN, _HOLDOUT, _GAP, _UNDATED, _RECURRING = range(5)
_LARGE_ROWS = 50_000
_FEWEST_UNITS = 3
"""Groups of rows that stay together (equal rows, or those of a group): one to be kept apart, two for the folds."""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of a training, by where they go: each row that has a target is in exactly one of the five.

    Attributes
    ----------
    train, holdout, gap, undated, recurring
        Positions in the table, ascending: learned from; set aside; between the two in time; without a moment in a
        split by time; the same as one that is set aside.
    units
        Shape (len(train),): hash of what stays together in a fold (equal rows, or the group).
    strata
        Shape (len(train),): what each fold gets its share of.
    order
        Shape (len(train),): seconds, for a split by time; empty otherwise.
    alike
        Shape (len(train),): the same for rows that are alike, where no such row may stand on both sides of a fold
        but can't go to the other side either; empty otherwise.
    """

    scheme: Scheme
    train: Integers
    holdout: Integers
    gap: Integers
    undated: Integers
    recurring: Integers
    units: Hashes
    strata: Integers
    order: Floats
    alike: Hashes

    @property
    def closed(self) -> Integers:
        """The rows that no fit may see."""
        return np.concatenate([self.holdout, self.gap, self.recurring])

    def hashes(self) -> tuple[str, str]:
        """SHA-256 of the row numbers learned from and set aside, each as 64-bit little-endian integers."""
        sides = (self.train, self.holdout)
        first, second = (hashlib.sha256(rows.astype("<i8").tobytes()).hexdigest() for rows in sides)
        return first, second


@dataclass(frozen=True, kw_only=True)
class _Keys:
    """What decides about each row that has a target, shape (n,) each."""

    units: Hashes
    strata: Integers
    order: Floats
    alike: Hashes | None


def examine_scheme(source: Source, scheme: Scheme, *, target: str) -> Scheme:
    """The split of a request, its column checked."""
    if scheme.column:
        column = source.column(scheme.column)
        if scheme.column == target:
            raise CicloError("learning.split_by_target", column=target)
        if scheme.kind == "time" and column.type not in MOMENTS | {ColumnType.INTEGER, ColumnType.NUMBER}:
            raise CicloError("learning.not_a_time", column=scheme.column)
    if scheme.gap.seconds and (not scheme.column or source.column(scheme.column).type not in MOMENTS):
        raise CicloError("learning.gap_of_days", column=scheme.column)
    return scheme


def asked_scheme(source: Source, split: str, *, gap: str, keep_together: str, target: str) -> Scheme:
    """The split that a request writes down, checked against the data."""
    return examine_scheme(source, read_scheme(split, gap=gap, keep_together=keep_together), target=target)


def divide(
    source: Source,
    target: Target,
    *,
    target_name: str,
    scheme: Scheme,
    fraction: float,
    seed: int,
    alike: Hashes | None = None,
    other: Hashes | None = None,
) -> Rows:
    """Set the hold-out aside; nothing, where another dataset is the test.

    Parameters
    ----------
    alike
        Shape (rows of the table,): rows of equal hash are the same in all but their identifier. Needed where the
        scheme keeps such rows together.
    other
        The same hashes of the rows of the test dataset, where there is one.

    Raises
    ------
    CicloError
        ``learning.bad_holdout`` for a share that isn't between 0.01 and 0.9, ``learning.holdout_takes_class``,
        ``learning.holdout_takes_amounts``, ``learning.one_moment``, ``learning.too_few_units``.
    """
    if other is None and not 0.01 <= fraction <= 0.9:
        raise CicloError("learning.bad_holdout", fraction=fraction)
    keys = _keys(source, target, target_name=target_name, scheme=scheme, seed=seed)
    keys = replace(keys, alike=None if alike is None else alike[target.rows])
    if keys.alike is not None and scheme.kind in {"random", "stratified"}:
        keys = replace(keys, units=_least(keys.units, keys.alike))
    place = _places(keys, scheme, fraction, other)
    _check_units(keys.units, place)
    _check_classes(target, place, given=other is not None)
    at = [target.rows[place == role] for role in range(5)]
    learned = place == _TRAIN
    return Rows(
        scheme=scheme,
        train=at[_TRAIN],
        holdout=at[_HOLDOUT],
        gap=at[_GAP],
        undated=at[_UNDATED],
        recurring=at[_RECURRING],
        units=keys.units[learned],
        strata=keys.strata[learned],
        order=keys.order[learned] if len(keys.order) else keys.order,
        alike=np.zeros(0, dtype=np.uint64) if keys.alike is None else keys.alike[learned],
    )


def _places(keys: _Keys, scheme: Scheme, fraction: float, other: Hashes | None) -> Integers:
    """Where each row goes, shape (n,)."""
    place = np.full(len(keys.units), _TRAIN, dtype=np.int64)
    if len(keys.order):
        place[np.isnan(keys.order)] = _UNDATED
    if other is None:
        dated = place == _TRAIN
        out, between = _sides(keys, dated, scheme, fraction)
        place[out], place[between] = _HOLDOUT, _GAP
    if keys.alike is not None:
        judged = keys.alike[place == _HOLDOUT] if other is None else other
        place[(place == _TRAIN) & np.isin(keys.alike, judged)] = _RECURRING
    if scheme.gap and not (place == _TRAIN).any():
        raise CicloError("learning.gap_too_wide")
    return place


def _least(units: Hashes, alike: Hashes) -> Hashes:
    """For each row the least hash of those that are alike, so that they share it."""
    known, codes = np.unique(alike, return_inverse=True)
    least = np.full(len(known), np.iinfo(np.uint64).max, dtype=np.uint64)
    np.minimum.at(least, codes, units)
    found: Hashes = least[codes]
    return found


def _keys(source: Source, target: Target, *, target_name: str, scheme: Scheme, seed: int) -> _Keys:
    columns = splitting.hashed_columns(source.version.columns, target_name)
    wanted = {c.name: None for c in columns} | ({scheme.column: None} if scheme.column else {})
    table = read_table(source, tuple(wanted))
    units = splitting.row_hashes(table, columns, seed=seed)[target.rows]
    order, strata = np.empty(0), target.codes
    if scheme.kind == "group":
        units = splitting.group_hashes(table.column(scheme.column), seed=seed)[target.rows]
    elif scheme.kind == "time":
        order = row_order(source, table, scheme)[target.rows]
    elif scheme.kind == "stratified":
        strata = _strata(source, table, target, scheme)
    return _Keys(units=units, strata=strata, order=order, alike=None)


def row_order(source: Source, table: pa.Table, scheme: Scheme) -> Floats:
    """When each row of the table happened: seconds, the number that its column holds, or its place in the file."""
    if not scheme.column:
        return np.arange(table.num_rows, dtype=np.float64)
    values = table.column(scheme.column)
    return moments(values) if source.column(scheme.column).type in MOMENTS else numbers(values)


def _strata(source: Source, table: pa.Table, target: Target, scheme: Scheme) -> Integers:
    own = target.codes if target.labels else quantile_bins(target.values)
    if not scheme.column:
        return own
    return crossed(_codes(table.column(scheme.column), source.column(scheme.column))[target.rows], own)


def _codes(values: pa.ChunkedArray, column: Column) -> Integers:
    if column.type in NUMBERS:
        return quantile_bins(numbers(values))
    if column.type in MOMENTS:
        return quantile_bins(moments(values))
    hashes = splitting.word_hashes(values.cast(pa.string()))
    codes: Integers = np.unique(hashes, return_inverse=True)[1].astype(np.int64)
    return codes


def _sides(keys: _Keys, dated: Booleans, scheme: Scheme, fraction: float) -> tuple[Booleans, Booleans]:
    """Which rows are set aside, and which are left out between the sides."""
    nowhere = np.zeros(len(dated), dtype=bool)
    if scheme.kind == "time":
        late, between = nowhere, nowhere.copy()
        late[dated], between[dated] = last_part(keys.order[dated], fraction=fraction, gap=scheme.gap)
        return late, between
    if scheme.kind == "group" or scheme.together:
        return hold_groups(count_groups(keys.units, keys.strata), fraction=fraction), nowhere
    choose = held_out_exactly if scheme.kind == "stratified" else splitting.held_out
    return choose(keys.units, keys.strata, fraction=fraction), nowhere


def _check_units(units: Hashes, place: Integers) -> None:
    whole, learned = splitting.count_units(units), units[place == _TRAIN]
    if whole < _FEWEST_UNITS or not len(learned) or bool((learned == learned[0]).all()):
        raise CicloError("learning.too_few_units", n=whole, minimum=_FEWEST_UNITS)


def _check_classes(target: Target, place: Integers, *, given: bool) -> None:
    if not given and not (place == _HOLDOUT).any():
        raise CicloError("learning.empty_holdout")
    train = place == _TRAIN
    left = int(train.sum())
    if left < 10:
        raise CicloError("learning.too_few_left", n=left)
    if target.labels and np.count_nonzero(np.bincount(target.codes[train])) < 2:
        raise CicloError("learning.holdout_takes_class")
    if not target.labels and np.ptp(target.values[train]) == 0:
        raise CicloError("learning.holdout_takes_amounts")


def usual_folds(rows: int) -> int:
    """How many folds so many training rows are cut into, where their classes allow it."""
    return 3 if rows > _LARGE_ROWS else 5


def make_folds(rows: Rows, codes: Integers) -> tuple[Fold, ...]:
    """Pairs of positions among the training rows: fitted on, scored on.

    Rows that belong together share a fold; with a split by time each fold learns from what came before it.

    Parameters
    ----------
    codes
        Shape (len(train),): the class of each row, zeros for regression.

    Raises
    ------
    CicloError
        ``learning.too_few_units``, and what :func:`telling_folds` and
        :func:`app.learning.splits.timeline.forward_folds` refuse.
    """
    return telling_folds(_without_twins(_deal(rows, codes), rows), codes)


def telling_folds(folds: tuple[Fold, ...], codes: Integers) -> tuple[Fold, ...]:
    """The folds that learn from two classes at least; of those, where two are left, the ones that are judged on both of
    two classes. Of amounts all.

    Raises
    ------
    CicloError
        ``learning.classes_apart`` where fewer than two are left.
    """
    if not codes.any():
        return folds
    several = tuple(fold for fold in folds if len(np.unique(codes[fold[0]])) > 1)
    if len(several) < 2:
        raise CicloError("learning.classes_apart")
    both = tuple(fold for fold in several if len(np.unique(codes[fold[1]])) > 1)
    return both if codes.max() == 1 and len(both) > 1 else several


def _without_twins(folds: tuple[Fold, ...], rows: Rows) -> tuple[Fold, ...]:
    if not len(rows.alike):
        return folds
    apart = tuple((fitted[~np.isin(rows.alike[fitted], rows.alike[scored])], scored) for fitted, scored in folds)
    if min(len(fitted) for fitted, _ in apart) < _FEWEST_UNITS:
        raise CicloError("learning.too_few_units", n=splitting.count_units(rows.alike), minimum=_FEWEST_UNITS)
    return apart


def _deal(rows: Rows, codes: Integers) -> tuple[Fold, ...]:
    wanted = usual_folds(len(rows.train))
    if len(rows.order):
        return forward_folds(rows.order, folds=wanted, gap=rows.scheme.gap)
    if rows.scheme.kind == "group" or rows.scheme.together:
        groups = count_groups(rows.units, codes if rows.scheme.kind == "group" else rows.strata)
        folds = _possible(wanted, (groups.counts > 0).sum(axis=0), len(groups.sizes))
        fold = deal_groups(groups, folds=folds)
    else:
        folds = _possible(wanted, np.bincount(codes), splitting.count_units(rows.units))
        fold = splitting.deal_folds(rows.units, rows.strata, folds=folds)
    return tuple((np.flatnonzero(fold != f), np.flatnonzero(fold == f)) for f in range(folds))


def _possible(wanted: int, counts: Integers, units: int) -> int:
    """As many folds as the second most frequent class can be spread over, and no more than there are units."""
    usual = np.sort(counts)[-2] if np.count_nonzero(counts) > 1 else units
    return int(max(2, min(wanted, usual, units)))
