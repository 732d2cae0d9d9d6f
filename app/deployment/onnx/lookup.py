"""Which range a number lies in: trees that halve the ranges, as quick as a search and exact at every end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.deployment.onnx.tree import Term, Tree, add_trees
from app.deployment.onnx.writer import Matrix, Writer

Floats = NDArray[np.float64]


def before(ends: Floats) -> Floats:
    """The largest numbers that are less: what is at most those is less than ``ends``."""
    found: Floats = np.nextafter(ends, -np.inf)
    return found


def places(writer: Writer, values: Matrix, lasts: Sequence[Floats]) -> str:
    """For each column the number of its range, counted on over the columns, as whole numbers of shape (rows, columns).

    Parameters
    ----------
    lasts
        For each column, in rising order, the last number of each range but the last range; of equal ones, the ranges
        between them are empty.
    """
    terms, begin = [], 0
    for column, ends in enumerate(lasts):
        tree, ranges = search_tree(ends, column)
        terms.append(Term(tree=_saying(tree, ranges + begin), target=column))
        begin += len(ends) + 1
    found = add_trees(writer.graph, values, terms, targets=len(lasts))
    return writer.graph.places(found.name)


def flags(writer: Writer, values: Matrix, lasts: Sequence[Floats]) -> Matrix:
    """A column for each range of each column, 1 where a number lies in it."""
    terms, begin = [], 0
    for column, ends in enumerate(lasts):
        tree, ranges = search_tree(ends, column)
        ones = _saying(tree, np.ones(len(ranges)))
        terms.append(Term(tree=ones, places_of_targets=(ranges + begin).astype(np.int64)))
        begin += len(ends) + 1
    return add_trees(writer.graph, values, terms, targets=begin)


def _saying(tree: Tree, values: Floats) -> Tree:
    return Tree(
        feature=tree.feature,
        threshold=tree.threshold,
        left=tree.left,
        right=tree.right,
        missing_left=tree.missing_left,
        value=values.reshape(-1, 1),
    )


def search_tree(lasts: Floats, column: int) -> tuple[Tree, Floats]:
    """A tree that halves the ranges, and for each of its nodes the number of the range that it stands for."""
    ends, counts = np.unique(lasts, return_counts=True)
    numbers = np.concatenate([[0], np.cumsum(counts)])  # of the range before each end, and of the last one
    nodes: list[tuple[int, float, int, int, int]] = []

    def grow(low: int, high: int) -> int:
        """The node of the ranges from ``low`` to ``high``."""
        place = len(nodes)
        nodes.append((-1, 0.0, -1, -1, int(numbers[low])))
        if low < high:
            middle = (low + high) // 2
            left, right = grow(low, middle), grow(middle + 1, high)
            nodes[place] = (column, float(ends[middle]), left, right, 0)
        return place

    grow(0, len(ends))
    feature, threshold, left, right, ranges = (np.array(values) for values in zip(*nodes, strict=True))
    tree = Tree(
        feature=feature,
        threshold=threshold,
        left=left,
        right=right,
        missing_left=np.zeros(len(nodes), dtype=bool),
        value=ranges.reshape(-1, 1).astype(np.float64),
    )
    return tree, ranges.astype(np.float64)


def lines(
    writer: Writer, values: Matrix, lasts: Sequence[Floats], pieces: Sequence[tuple[Floats, Floats, Floats]]
) -> str:
    """Straight pieces: for each range its origin, the value there and the slope; shape (rows, columns)."""
    graph = writer.graph
    found = places(writer, values, lasts)
    origin, level, slope = (
        graph.add("Gather", graph.constant(np.concatenate([piece[part] for piece in pieces])), found)
        for part in range(3)
    )
    return graph.add("Add", graph.add("Mul", slope, graph.add("Sub", values.name, origin)), level)


def interpolation(known: Floats, told: Floats) -> tuple[Floats, tuple[Floats, Floats, Floats]]:
    """As ``numpy.interp``: the ranges and their straight pieces; of equal places, the last one counts."""
    slopes = _slopes(known, told)
    origin = np.concatenate([known[:1], known])
    return before(known), (origin, np.concatenate([told[:1], told]), np.concatenate([[0.0], slopes, [0.0]]))


def interpolation_from_above(known: Floats, told: Floats) -> tuple[Floats, tuple[Floats, Floats, Floats]]:
    """As ``-numpy.interp(-x, -known[::-1], -told[::-1])``: of equal places, the first one counts."""
    slopes = _slopes(known, told)
    origin = np.concatenate([known, known[-1:]])
    return known, (origin, np.concatenate([told, told[-1:]]), np.concatenate([[0.0], slopes, [0.0]]))


def _slopes(known: Floats, told: Floats) -> Floats:
    wide = np.diff(known)
    slopes: Floats = np.divide(np.diff(told), wide, out=np.zeros(len(wide)), where=wide > 0)
    return slopes
