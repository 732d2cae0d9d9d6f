"""Cells that bring a row to either side of a tree's node, and as far as can be to another answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.deployment.onnx.changes import Change, Value, moved, parts_of
from app.deployment.onnx.origins import Grown, Origin
from app.deployment.onnx.tree import Path, Tree, comes, fallen, reached
from app.deployment.onnx.words import UNSEEN
from app.learning.matrix import FrameColumn

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

ABSENT = UNSEEN[1:]
"""A word that no column holds, as people write words."""
_CANDIDATES, _CELLS = 24, 400
"""Rows that are looked at for a node, and how many with any of the values."""
_STEPS = 60
"""So many days, or sixths of days, away from a threshold, one is looked for that fits the date's other parts."""
_LARGEST = float(np.finfo(np.float32).max)
_MICROSECOND = 1 / 86_400e6


@dataclass(frozen=True, kw_only=True)
class Sides:
    """Changes that bring a row to either side of a node's threshold, and others near it."""

    both: list[Change]
    near: list[Change]


@dataclass(frozen=True, kw_only=True)
class Base:
    """The rows to begin from: the columns of their frame, which cells aren't missing, shape (n, columns), and the cells
    of columns of dates."""

    columns: tuple[FrameColumn, ...]
    known: NDArray[np.bool_]
    moments: Mapping[str, Sequence[datetime | None]]

    def timed(self, feature: str) -> bool:
        """Whether a column of dates has times."""
        return any(column.feature == feature and column.part == "hour" for column in self.columns)


def beside(value: float) -> tuple[float, float, float]:
    """A number and its neighbours in double precision."""
    return float(np.nextafter(value, -np.inf)), value, float(np.nextafter(value, np.inf))


def evenly(count: int, most: int) -> Places:
    """Places of at most so many of ``count`` things, evenly spread."""
    if count <= most:
        return np.arange(count)
    return np.linspace(0, count - 1, max(0, most)).round().astype(np.int64)


def sides(trees: Grown, base: Base, *, most: int) -> Iterator[Sides]:
    """For each node of the trees, or of evenly spread trees that have about ``most`` nodes."""
    places = _places_of(trees, base)
    share = max(1, round(len(trees.trees) * min(1.0, most / max(1, nodes_of(trees)))))
    for place in evenly(len(trees.trees), share):
        tree = trees.trees[int(place)]
        for node, path, rows in reached(tree, trees.rows):
            origin = trees.origins[tree.feature[node]]
            if origin.known:
                feature = base.columns[origin.column].feature
                yield _Node(trees, base, tree, node, path, places[feature]).sides(
                    _able(rows, base.known[:, origin.column])
                )


def nodes_of(trees: Grown) -> int:
    """How many questions the trees ask."""
    return sum(len(tree.inner) for tree in trees.trees)


def _places_of(trees: Grown, base: Base) -> dict[str, list[int]]:
    """For each feature, the columns of the trees that are made of it."""
    found: dict[str, list[int]] = {column.feature: [] for column in base.columns}
    for place, origin in enumerate(trees.origins):
        if origin.known:
            found[base.columns[origin.column].feature].append(place)
    return found


def _able(rows: Places, known: NDArray[np.bool_]) -> Places:
    """Rows that come to a node, best those whose value isn't missing: a gap may have come another way."""
    able = rows[known[rows]]
    found = able if len(able) else rows if len(rows) else np.zeros(1, dtype=np.int64)
    return found[evenly(len(found), _CANDIDATES)]


class _Node:
    """What a node asks, in terms of the caller's columns."""

    def __init__(self, trees: Grown, base: Base, tree: Tree, node: int, path: Path, places: list[int]) -> None:
        self._places = places
        self._trees, self._base, self._tree, self._node, self._path = trees, base, tree, node, path
        self._origin = trees.origins[tree.feature[node]]
        self._column = base.columns[self._origin.column]
        self._threshold = float(tree.threshold[node])

    def sides(self, rows: Places) -> Sides:
        """Of ``rows``, those that show best where this node sends each value."""
        values, near = self._values()
        best: list[Change] = []
        for place, value in enumerate(values):
            steps, given, apart = self._tried(rows, [value], most=_CELLS // len(values))
            further = self._ladder(value, -1 if place == 0 else 1)
            if further and not apart.any():
                steps, given, apart = self._tried(rows, further, most=_CELLS)
            fits = np.flatnonzero(apart.max(axis=(1, 2)) > 0)
            step = int(fits[0]) if len(fits) else 0
            best += [self._change(int(given[row]), steps[step]) for row in self._farthest(apart[step])]
        return Sides(both=best, near=[self._change(best[0].row, value) for value in near])

    def _ladder(self, value: Value, step: int) -> list[Value]:
        """Of a date, values farther away: near a threshold there may be none that fits its other parts."""
        if not self._column.part or not isinstance(value, float):
            return []
        if self._column.part != "day":
            return [value + step, value + 2 * step]
        far = step / 6 if self._base.timed(self._column.feature) else step  # an hour may have been asked, too
        return [value + far * count for count in range(1, _STEPS)]

    def _tried(self, rows: Places, values: Sequence[Value], *, most: int) -> tuple[Sequence[Value], Places, Floats]:
        """Values, the rows that they were tried with, and how far answers lie apart: shape (values, rows, answers)."""
        given = rows[evenly(len(rows), max(2, most // len(values)))]
        return values, given, self._apart(self._seen(given, values)).reshape(len(values), len(given), -1)

    def _farthest(self, apart: Floats) -> list[int]:
        """The rows that differ most, for each of the answers: a file has a tree for each."""
        count = len(apart) if self._trees.stepped else 1
        orders = np.argsort(-apart, axis=0, kind="stable")[:count]
        return list(dict.fromkeys(orders.ravel().tolist()))

    def _apart(self, rows: Floats) -> Floats:
        """How far the tree's answers lie apart if a row went to the other side, shape (rows, answers); nothing where it
        doesn't come here."""
        left, right = (fallen(self._tree, int(side[self._node]), rows) for side in (self._tree.left, self._tree.right))
        found: Floats = np.abs(left - right) * comes(self._tree, self._path, rows)[:, np.newaxis]
        return found

    def _change(self, row: int, value: Value) -> Change:
        told = ABSENT if value == UNSEEN else value
        return Change(row=row, feature=self._column.feature, value=told, part=self._column.part)

    def _values(self) -> tuple[list[Value], list[Value]]:
        """Values on either side of the threshold, and others near it."""
        if self._origin.told is not None:
            return self._words(self._origin.told), []
        if self._origin.gap or abs(self._threshold) > _LARGEST:
            return [None, 0.0], []
        if self._column.part:
            return list(self._parts()), [None]
        left, right, near = self._numbers()
        return [left, right], [None, *near]

    def _numbers(self) -> tuple[float, float, list[float]]:
        """The largest number that goes left, one that goes right, and others near the threshold."""
        below, threshold, above = beside(self._threshold)
        if not self._trees.single:
            return threshold, above, [below]
        nearest = np.float32(threshold)
        left = nearest if float(nearest) <= threshold else np.nextafter(nearest, np.float32(-np.inf))
        right = np.nextafter(left, np.float32(np.inf))
        # what lies between is rounded to one of both: at the middle, to the one whose last bit is 0
        middle = (float(left) + float(right)) / 2
        return float(left), float(right), [below, threshold, above, *beside(middle)]

    def _parts(self) -> tuple[float, float]:
        """Values of a date's part on either side: whole ones, but the days of a datetime."""
        if self._column.part != "day" or not self._base.timed(self._column.feature):
            whole = float(np.floor(self._threshold))
            return whole, whole + 1
        left, right, _ = self._numbers()
        return left - _MICROSECOND, right + _MICROSECOND

    def _words(self, told: Floats) -> list[Value]:
        """The words next to the threshold on either side; all of them where the node asks for members."""
        order = np.argsort(told, kind="stable")
        words: list[Value] = [self._origin.words[int(place)] for place in order]
        if self._node in self._tree.members:
            return words
        left = self._tree.goes_left(self._node, told[order])
        borders = {place for pair in pairwise(range(len(words))) if left[pair[0]] != left[pair[1]] for place in pair}
        return [words[place] for place in sorted(borders)] or words[:1]

    def _seen(self, rows: Places, values: Sequence[Value]) -> Floats:
        """Rows as trees see them, with the cell of this node's feature changed, once for each value: shape
        (values * rows, columns)."""
        found = np.tile(self._trees.rows[rows], (len(values), 1))
        parts = [self._parts_of(int(row), value) for value in values for row in rows] if self._column.part else None
        for place in self._places:
            origin = self._trees.origins[place]
            column = self._base.columns[origin.column]
            if parts is not None:
                told = [value for value in values for _ in rows]
                cells = [_cell(origin, column, value, own) for value, own in zip(told, parts, strict=True)]
            else:  # the same in every row
                cells = np.repeat([_cell(origin, column, value, {}) for value in values], len(rows)).tolist()
            found[:, place] = np.array(cells, dtype=np.float32 if self._trees.single else np.float64)
        return found

    def _parts_of(self, row: int, value: Value) -> dict[str, float]:
        feature, part = self._column.feature, self._column.part
        if not part or not isinstance(value, float):
            return {}
        moment = self._base.moments[feature][row]
        return parts_of(moved(moment, part, value, timed=self._base.timed(feature)))


def _cell(origin: Origin, column: FrameColumn, value: Value, parts: Mapping[str, float]) -> float:
    """What a cell's value becomes in one of the columns that are made of it."""
    if origin.told is not None:
        return float(origin.told[origin.words.index(value if isinstance(value, str) else None)])
    if origin.gap or value is None:
        return float(value is None) if origin.gap else origin.filled
    return parts[column.part] if column.part else float(value)
