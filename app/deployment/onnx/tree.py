"""Trees in one form, whichever library grew them, and the node of the graph that holds many of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.deployment.onnx.graph import ML, Graph
from app.deployment.onnx.writer import Matrix

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

_LEQ, _MEMBER = 0, 6
_SUM, _NONE = 1, 0


@dataclass(frozen=True, kw_only=True)
class Tree:
    """A tree of n nodes, the first of which is its root. What is at most the threshold, or a member, goes left.

    Attributes
    ----------
    feature, left, right
        Shape (n,): which column a node looks at, where it sends a row; -1 at a leaf.
    threshold
        Shape (n,).
    missing_left
        Shape (n,): whether NaN goes left.
    members
        For nodes that look at categories, those that go left.
    value
        Shape (n, k): what a leaf says.
    """

    feature: Places
    threshold: Floats
    left: Places
    right: Places
    missing_left: Flags
    value: Floats
    members: Mapping[int, Floats] = field(default_factory=dict)

    @cached_property
    def inner(self) -> Places:
        """Numbers of the nodes that aren't leaves."""
        return np.flatnonzero(self.left >= 0)

    @cached_property
    def special(self) -> Flags:
        """Which nodes ask for members instead of a threshold."""
        found = np.zeros(len(self.left), dtype=bool)
        found[list(self.members)] = True
        return found

    def goes_left(self, node: int, values: Floats) -> Flags:
        """Which of a column's values, shape (n,), this node sends to the left."""
        chosen = self.members.get(node)
        left: Flags = np.isin(values, chosen) if chosen is not None else values <= self.threshold[node]
        return np.where(np.isnan(values), self.missing_left[node], left)


def stump(value: float) -> Tree:
    """A tree that says the same of every row."""
    return Tree(
        feature=np.array([0, -1, -1]),
        threshold=np.zeros(3),
        left=np.array([1, -1, -1]),
        right=np.array([2, -1, -1]),
        missing_left=np.zeros(3, dtype=bool),
        value=np.full((3, 1), value),
    )


@dataclass(frozen=True, kw_only=True)
class Term:
    """A tree that is added to a sum.

    Attributes
    ----------
    place
        Which of a leaf's values is added.
    target
        To which sum.
    places_of_targets
        Shape (n,): for each node its own sum instead.
    """

    tree: Tree
    place: int = 0
    target: int = 0
    places_of_targets: Places | None = None

    def targets(self) -> Places:
        """For each node, the sum that it is added to."""
        if self.places_of_targets is not None:
            return self.places_of_targets
        return np.full(len(self.tree.left), self.target)


def add_trees(graph: Graph, values: Matrix, terms: Sequence[Term], *, targets: int) -> Matrix:
    """The sums of what trees say, added up in their order: shape (rows, targets)."""
    made = _Nodes()
    for term in terms:
        made.take(term)
    name = graph.add("TreeEnsemble", values.name, domain=ML, n_targets=targets, **made.attributes())
    return Matrix(name=name, width=targets)


class _Nodes:
    """The nodes of all trees in one row, with their leaves in another."""

    def __init__(self) -> None:
        self._parts: dict[str, list[Places | Floats]] = {}
        self._members: list[Floats] = []
        self._nodes = self._leaves = 0

    def take(self, term: Term) -> None:
        if not len(term.tree.inner):  # a root must be a node that asks
            term = _with_question(term)
        tree = term.tree
        inner, leaves = tree.inner, np.flatnonzero(tree.left < 0)
        new = self._numbers(tree, inner, leaves)
        if new[tree.left[0]] == new[tree.right[0]]:
            # onnxruntime 1.21 and 1.22 take such a root for a leaf, though one is a node and one a leaf
            # (microsoft/onnxruntime#24679; may go with their support): a leaf that none comes to moves the numbers on
            self._add("leaf_weights", np.zeros(1))
            self._add("leaf_targetids", np.zeros(1, dtype=np.int64))
            self._leaves += 1
            new = self._numbers(tree, inner, leaves)
        modes = np.full(len(inner), _LEQ)
        for position, node in enumerate(inner):
            if int(node) in tree.members:
                modes[position] = _MEMBER
                self._members.append(tree.members[int(node)])
        self._add("tree_roots", np.array([self._nodes]))
        self._add("nodes_featureids", tree.feature[inner])
        self._add("nodes_splits", np.where(modes == _MEMBER, 0.0, tree.threshold[inner]))
        self._add("nodes_modes", modes)
        self._add("nodes_missing_value_tracks_true", tree.missing_left[inner].astype(np.int64))
        for side, child in (("true", tree.left[inner]), ("false", tree.right[inner])):
            self._add(f"nodes_{side}nodeids", new[child])
            self._add(f"nodes_{side}leafs", (tree.left[child] < 0).astype(np.int64))
        self._add("leaf_weights", tree.value[leaves, term.place])
        self._add("leaf_targetids", term.targets()[leaves])
        self._nodes, self._leaves = self._nodes + len(inner), self._leaves + len(leaves)

    def _numbers(self, tree: Tree, inner: Places, leaves: Places) -> Places:
        """For each node of a tree its number among all nodes, or all leaves."""
        new = np.empty(len(tree.left), dtype=np.int64)
        new[inner], new[leaves] = self._nodes + np.arange(len(inner)), self._leaves + np.arange(len(leaves))
        return new

    def _add(self, name: str, values: Places | Floats) -> None:
        self._parts.setdefault(name, []).append(values)

    def attributes(self) -> dict[str, int | Sequence[int] | NDArray[np.float64] | NDArray[np.uint8]]:
        """Those of the operator TreeEnsemble."""
        joined = {name: np.concatenate(parts) for name, parts in self._parts.items()}
        made: dict[str, int | Sequence[int] | NDArray[np.float64] | NDArray[np.uint8]] = {
            name: values.tolist() for name, values in joined.items()
        }
        made |= {name: joined[name].astype(np.float64) for name in ("nodes_splits", "leaf_weights")}
        made |= {"nodes_modes": joined["nodes_modes"].astype(np.uint8)}
        made |= {"aggregate_function": _SUM, "post_transform": _NONE}
        if self._members:  # each node's members end with NaN
            made["membership_values"] = np.concatenate([np.append(members, np.nan) for members in self._members])
        return made


def _with_question(term: Term) -> Term:
    """A tree of one leaf, as a node that sends every row to two leaves that say the same."""
    leaf = float(term.tree.value[0, term.place])
    return Term(tree=stump(leaf), target=int(term.targets()[0]))


Path = tuple[tuple[int, bool], ...]
"""The nodes above a node, and whether they send to the left what comes to it."""


def reached(tree: Tree, values: Floats) -> Iterator[tuple[int, Path, Places]]:
    """Each inner node with the way to it, and the numbers of the rows of ``values``, shape (n, columns), that come to
    it."""
    waiting: list[tuple[int, Path, Places]] = [(0, (), np.arange(len(values)))]
    while waiting:
        node, path, rows = waiting.pop()
        if tree.left[node] < 0:
            continue
        yield node, path, rows
        left = tree.goes_left(node, values[rows, tree.feature[node]])
        waiting.append((int(tree.left[node]), (*path, (node, True)), rows[left]))
        waiting.append((int(tree.right[node]), (*path, (node, False)), rows[~left]))


def comes(tree: Tree, path: Path, values: Floats) -> Flags:
    """Which rows of ``values``, shape (n, columns), take a way."""
    found = np.ones(len(values), dtype=bool)
    for node, left in path:
        found &= tree.goes_left(node, values[:, tree.feature[node]]) == left
    return found


def fallen(tree: Tree, node: int, values: Floats) -> Floats:
    """What the leaves say that rows of ``values``, shape (n, columns), come to from a node on: shape (n, k)."""
    places = np.full(len(values), node)
    rows = np.arange(len(values))
    while len(rows):
        rows = rows[tree.left[places[rows]] >= 0]
        at = places[rows]
        seen = values[rows, tree.feature[at]]
        left = np.where(np.isnan(seen), tree.missing_left[at], seen <= tree.threshold[at])
        if tree.members:
            for special in np.unique(at[tree.special[at]]):
                own = at == special
                left[own] = tree.goes_left(int(special), seen[own])
        places[rows] = np.where(left, tree.left[at], tree.right[at])
    found: Floats = tree.value[places]
    return found
