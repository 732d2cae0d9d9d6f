from __future__ import annotations

import numpy as np
import onnx
import pytest

from app.deployment.onnx.graph import ROWS, Graph
from app.deployment.onnx.parity import open_session
from app.deployment.onnx.tree import Term, Tree, add_trees, stump
from app.deployment.onnx.writer import Matrix


def _lopsided() -> Tree:
    """A tree whose root has a leaf on its left."""
    return Tree(
        feature=np.array([0, -1, 0, -1, -1]),
        threshold=np.array([1.0, 0.0, 2.0, 0.0, 0.0]),
        left=np.array([1, -1, 3, -1, -1]),
        right=np.array([2, -1, 4, -1, -1]),
        missing_left=np.array([True, False, False, False, False]),
        value=np.array([[0.0], [1.0], [0.0], [2.0], [3.0]]),
    )


def _members() -> Tree:
    categories = np.array([0.0, 3.0, 31.0, 32.0, 63.0, 64.0, 70.0, 200.0])
    return Tree(
        feature=np.array([0, -1, -1]),
        threshold=np.zeros(3),
        left=np.array([1, -1, -1]),
        right=np.array([2, -1, -1]),
        missing_left=np.array([True, False, False]),
        value=np.array([[0.0], [10.0], [20.0]]),
        members={0: categories},
    )


def _file(trees: list[Tree]) -> bytes:
    graph = Graph()
    given = Matrix(name=graph.input("x", words=False), width=1)
    made = add_trees(graph, given, [Term(tree=tree) for tree in trees], targets=1)
    graph.output(made.name, "sum", words=False, shape=(ROWS, 1))
    return graph.model(name="trees", producer="", version="", metadata={})


VALUES = np.array([[0.0], [1.0], [np.nextafter(1, 2)], [2.0], [3.0], [31.0], [64.0], [65.0], [200.0], [np.nan], [-1.0]])


def test_that_members_and_gaps_go_their_way() -> None:
    found = open_session(_file([_members()])).run(None, {"x": VALUES})[0].ravel()
    assert found.tolist() == [10, 20, 20, 20, 10, 10, 10, 20, 10, 10, 20]


@pytest.mark.parametrize("before", range(5))
def test_that_no_root_is_taken_for_a_leaf(before: int) -> None:
    """onnxruntime 1.21 and 1.22 do where a node and a leaf beneath a root have the same number (its #24679)."""
    data = _file([*([stump(100.0)] * before), _lopsided(), _lopsided(), stump(7.0)])
    node = next(node for node in onnx.load_model_from_string(data).graph.node if node.op_type == "TreeEnsemble")
    told = {attribute.name: list(attribute.ints) for attribute in node.attribute}
    for root in told["tree_roots"]:
        left = told["nodes_truenodeids"][root], told["nodes_trueleafs"][root]
        right = told["nodes_falsenodeids"][root], told["nodes_falseleafs"][root]
        assert left[0] != right[0]
    found = open_session(data).run(None, {"x": np.array([[0.5], [2.0], [9.0], [np.nan]])})[0].ravel()
    assert found.tolist() == [100 * before + 7 + 2 * leaf for leaf in (1, 2, 3, 1)]
