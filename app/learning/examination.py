"""What planning and training share: the target, the columns and the hold-out of a request, checked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.data.records import ColumnType
from app.errors import CicloError
from app.learning import splitting
from app.learning.matrix import MOMENTS, moments, numbers
from app.learning.records import PlannedColumn
from app.learning.source import Source, read_table
from app.learning.splitting import Scheme
from app.learning.target import Target, read_target
from app.text.message import Text

Integers = NDArray[np.int64]
_LARGE_ROWS = 50_000
_FEWEST_UNITS = 3
"""Groups of rows that stay together (equal rows, or those of a group): one to be kept apart, two for the folds."""


def examine_target(source: Source, name: str, *, task: str, positive: str) -> Target:
    """The target of a request."""
    column = source.column(name)
    values = read_table(source, (name,)).column(0)
    return read_target(values, name, column.type, task=task, positive=positive)


def examine_scheme(source: Source, text: str, *, target: str) -> Scheme:
    """The split of a request, its column checked."""
    scheme = splitting.read_scheme(text)
    if scheme.column:
        column = source.column(scheme.column)
        if scheme.column == target:
            raise CicloError("learning.split_by_target", column=target)
        if scheme.kind == "time" and column.type not in MOMENTS | {ColumnType.INTEGER, ColumnType.NUMBER}:
            raise CicloError("learning.not_a_time", column=scheme.column)
    return scheme


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of a training: which are learned from, which are set aside, and how folds keep them together.

    Attributes
    ----------
    train, holdout
        Positions in the table, ascending.
    units
        Shape (len(train),): hash of what stays together in a fold (equal rows, or the group).
    order
        Shape (len(train),): seconds, for a split by time; empty otherwise.
    """

    train: Integers
    holdout: Integers
    units: splitting.Hashes
    order: NDArray[np.float64]


def set_aside(
    source: Source, target: Target, *, target_name: str, scheme: Scheme, fraction: float, seed: int, keep_all: bool
) -> Rows:
    """Set the hold-out aside; nothing, where another dataset is the test (``keep_all``).

    Raises
    ------
    CicloError
        ``learning.bad_holdout`` for a share that isn't between 0.01 and 0.9, ``learning.holdout_takes_class``,
        ``learning.one_moment``.
    """
    if not keep_all and not 0.01 <= fraction <= 0.9:
        raise CicloError("learning.bad_holdout", fraction=fraction)
    columns = splitting.hashed_columns(source.version.columns, target_name)
    table = read_table(
        source, tuple({c.name: None for c in columns} | ({scheme.column: None} if scheme.column else {}))
    )
    units = splitting.row_hashes(table, columns, seed=seed)[target.rows]
    order = np.empty(0)
    if scheme.kind == "group":
        units = splitting.group_hashes(table.column(scheme.column), seed=seed)[target.rows]
    if scheme.kind == "time":
        values = table.column(scheme.column)
        as_time = source.column(scheme.column).type in MOMENTS
        order = (moments(values) if as_time else numbers(values))[target.rows]
    if keep_all:
        out = np.zeros(len(target.rows), dtype=bool)
    elif scheme.kind == "time":
        out = splitting.last_part(order, fraction=fraction)
    else:
        out = splitting.held_out(units, target.codes, fraction=fraction)
    if len(np.unique(units)) < _FEWEST_UNITS or len(np.unique(units[~out])) < 2:
        raise CicloError("learning.too_few_units", n=len(np.unique(units)), minimum=_FEWEST_UNITS)
    _check_classes(target, out, keep_all)
    return Rows(
        train=target.rows[~out],
        holdout=target.rows[out],
        units=units[~out],
        order=order[~out] if len(order) else order,
    )


def _check_classes(target: Target, out: NDArray[np.bool_], keep_all: bool) -> None:
    if not keep_all and not out.any():
        raise CicloError("learning.empty_holdout")
    left = np.count_nonzero(~out)
    if left < 10:
        raise CicloError("learning.too_few_left", n=int(left))
    if target.labels and len(np.unique(target.codes[~out])) < 2:
        raise CicloError("learning.holdout_takes_class")


def usual_folds(rows: int) -> int:
    """How many folds so many training rows are cut into, where their classes allow it."""
    return 3 if rows > _LARGE_ROWS else 5


def make_folds(rows: Rows, codes: Integers) -> tuple[tuple[Integers, Integers], ...]:
    """Pairs of positions among the training rows: fitted on, scored on.

    Rows that belong together share a fold; with a split by time each fold learns from what came before it.
    """
    wanted = usual_folds(len(rows.train))
    if len(rows.order):
        return _forward(np.argsort(rows.order, kind="stable"), wanted)
    counts = np.bincount(codes)
    usual = np.sort(counts)[-2] if np.count_nonzero(counts) > 1 else len(codes)
    folds = int(max(2, min(wanted, usual, len(np.unique(rows.units)))))
    fold = splitting.deal_folds(rows.units, codes, folds=folds)
    return tuple((np.flatnonzero(fold != f), np.flatnonzero(fold == f)) for f in range(folds))


def _forward(order: Integers, folds: int) -> tuple[tuple[Integers, Integers], ...]:
    parts = np.array_split(order, folds + 1)
    return tuple((np.sort(np.concatenate(parts[:f])), np.sort(parts[f])) for f in range(1, folds + 1))


def notes_on(target: Target, columns: tuple[PlannedColumn, ...]) -> tuple[Text, ...]:
    """What the analyst should know about rows and columns before training."""
    notes = []
    if target.dropped:
        notes.append(Text("learning.note.dropped", {"n": target.dropped}))
    rare = [label for label, count in target.counts() if count < 10]
    if rare:
        notes.append(Text("learning.note.rare_classes", {"labels": ", ".join(rare[:10])}))
    unread = [c.name for c in columns if not c.used and c.reason and c.reason.id == "learning.column.text"]
    if unread:
        notes.append(Text("learning.note.text", {"columns": ", ".join(unread[:10])}))
    return tuple(notes)
