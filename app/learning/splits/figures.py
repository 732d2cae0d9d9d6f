"""A split in figures: how many rows are where, what their target is like, and from when to when they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.records import ColumnType
from app.learning.matrix import MOMENTS
from app.learning.records import Task
from app.learning.source import Source, read_table
from app.learning.splits.division import Rows, row_order
from app.learning.splits.records import Fold, Part, SplitFigures
from app.learning.splits.splitting import Hashes, word_hashes
from app.learning.splits.timeline import Fold as Positions
from app.learning.target import Target

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
ROLES = ("train", "gap", "holdout", "undated", "recurring")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The rows of a test dataset: how many have a target, and it as codes or amounts, shape (n,)."""

    values: Floats


def describe_split(
    source: Source,
    target: Target,
    rows: Rows,
    folds: Sequence[Positions],
    *,
    asked: float,
    test: Judged | None = None,
) -> SplitFigures:
    """The figures of a split, without notes.

    Parameters
    ----------
    folds
        Pairs of positions among the training rows.
    test
        The rows of the test dataset, where there is one; ``rows.holdout`` is empty then.
    """
    scheme = rows.scheme
    table = read_table(source, (scheme.column,)) if scheme.column else None
    judged = test.values if test is not None else _values(target, rows.holdout)
    label = telling_label(target, _values(target, rows.train), judged)
    count = _Count(target, label, _order(source, table, rows), _groups(table, rows))
    parts = [count.part(role, getattr(rows, role)) for role in ROLES]
    if test is not None:
        parts[ROLES.index("holdout")] = count.of_values("holdout", test.values)
    placed = len(rows.train) + len(rows.holdout)
    return SplitFigures(
        kind=scheme.kind,
        column=scheme.column,
        parts=tuple(part for part in parts if part.rows or part.role in {"train", "holdout"}),
        folds=tuple(_fold(count, rows, fold) for fold in folds),
        asked=0.0 if test is not None else asked,
        got=0.0 if test is not None else len(rows.holdout) / placed,
        label=target.labels[label] if label >= 0 else "",
        axis=_axis(source, rows),
        groups=count.groups_of(np.concatenate([rows.train, rows.holdout])),
        largest=_largest(table, rows) if scheme.kind == "group" and table is not None else None,
    )


def telling_label(target: Target, train: Floats, judged: Floats) -> int:
    """The class that shares are given of: the positive one, else the one whose share differs most; -1 for amounts."""
    if target.task is Task.REGRESSION:
        return -1
    if target.positive:
        return target.labels.index(target.positive)
    counts = [np.bincount(part.astype(np.int64), minlength=len(target.labels)) for part in (train, judged)]
    shares = [count / max(1, count.sum()) for count in counts]
    return int(np.abs(shares[0] - shares[1]).argmax())


def _values(target: Target, rows: Integers) -> Floats:
    found: Floats = target.values[np.searchsorted(target.rows, rows)]
    return found


def _order(source: Source, table: pa.Table | None, rows: Rows) -> Floats | None:
    if rows.scheme.kind != "time":
        return None
    return row_order(source, table if table is not None else read_table(source), rows.scheme)


def _groups(table: pa.Table | None, rows: Rows) -> Hashes | None:
    if rows.scheme.kind != "group" or table is None:
        return None
    return word_hashes(table.column(0).cast(pa.string()))


class _Count:
    """Counts parts of the rows."""

    def __init__(self, target: Target, label: int, order: Floats | None, groups: Hashes | None) -> None:
        self._target, self._label, self._order, self._groups = target, label, order, groups

    def part(self, role: str, rows: Integers) -> Part:
        """The figures of some rows, by their positions in the table."""
        part = self.of_values(role, _values(self._target, rows))
        order = self._order[rows] if self._order is not None and role != "undated" else np.zeros(0)
        ends = (float(order.min()), float(order.max())) if len(order) else (None, None)
        return Part(
            role=role,
            rows=part.rows,
            target=part.target,
            positives=part.positives,
            start=ends[0],
            end=ends[1],
            groups=self.groups_of(rows),
        )

    def of_values(self, role: str, values: Floats) -> Part:
        """The figures of rows of which only the target is known."""
        hits = values == self._label
        figure = values if self._label < 0 else hits
        return Part(
            role=role,
            rows=len(values),
            target=float(figure.mean()) if len(values) else None,
            positives=int(hits.sum()) if self._label >= 0 else 0,
        )

    def groups_of(self, rows: Integers) -> int:
        """How many groups some rows are of; 0 where rows aren't split by group."""
        return 0 if self._groups is None else len(np.unique(self._groups[rows]))


def _fold(count: _Count, rows: Rows, fold: Positions) -> Fold:
    fitted, scored = fold
    left_out = 0
    if len(rows.order):
        left_out = int((rows.order < rows.order[scored].min()).sum()) - len(fitted)
    return Fold(
        fitted=count.part("train", rows.train[fitted]), scored=count.part("holdout", rows.train[scored]), gap=left_out
    )


def _axis(source: Source, rows: Rows) -> str:
    if rows.scheme.kind != "time":
        return ""
    if not rows.scheme.column:
        return "row"
    kind = source.column(rows.scheme.column).type
    if kind not in MOMENTS:
        return "number"
    return "date" if kind is ColumnType.DATE else "datetime"


def _largest(table: pa.Table, rows: Rows) -> tuple[str, int] | None:
    placed = np.sort(np.concatenate([rows.train, rows.holdout]))
    counts = table.column(0).take(pa.array(placed)).drop_null().cast(pa.string()).value_counts()
    if not len(counts):
        return None
    most = int(pc.index(counts.field("counts"), pc.max(counts.field("counts"))).as_py())
    return str(counts.field("values")[most].as_py()), int(counts.field("counts")[most].as_py())
