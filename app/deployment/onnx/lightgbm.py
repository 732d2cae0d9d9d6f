"""Trees of LightGBM, which is an extra: nothing here imports it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from sklearn.base import BaseEstimator

from app.deployment.onnx.linear import shares
from app.deployment.onnx.tree import Term, Tree, add_trees
from app.deployment.onnx.writer import Matrix, Writer, no_converter

CLASSES = "lightgbm.sklearn.LGBMClassifier", "lightgbm.sklearn.LGBMRegressor"
_SCORES = ("binary sigmoid:1", "multiclass num_class")
_AMOUNTS = ("regression", "regression_l1")
SPECK = float(np.float32(1e-35))
"""LightGBM takes what is as near to 0 as this for 0, and cuts there."""
Json = Mapping[str, object]


def boosting(writer: Writer, fitted: BaseEstimator, values: Matrix) -> Matrix:
    """Trees added up: amounts, or the scores of probabilities."""
    scores, targets = objective_of(fitted)
    trees = [Term(tree=tree, target=place % targets) for place, tree in enumerate(grown_trees(fitted))]
    sums = add_trees(writer.graph, _without_specks(writer, values), trees, targets=targets)
    return shares(writer, sums) if scores else sums


def objective_of(fitted: BaseEstimator) -> tuple[bool, int]:
    """Whether the trees add up to scores of probabilities, and to how many sums.

    Raises
    ------
    CicloError
        ``deployment.onnx.no_converter`` naming the objective.
    """
    told = fitted.booster_.dump_model()
    objective = str(told["objective"])
    scores = objective.startswith(_SCORES)
    if not (scores or objective in _AMOUNTS) or told["average_output"]:
        raise no_converter(f"LightGBM ({objective})")
    return scores, int(told["num_tree_per_iteration"])


def _without_specks(writer: Writer, values: Matrix) -> Matrix:
    graph = writer.graph
    speck = graph.add("LessOrEqual", graph.add("Abs", values.name), graph.number(SPECK))
    return Matrix(name=graph.add("Where", speck, graph.number(0.0), values.name), width=values.width)


def grown_trees(fitted: BaseEstimator) -> list[Tree]:
    """The trees in the order in which they are added; of several classes, in turn."""
    return [_tree(info["tree_structure"]) for info in fitted.booster_.dump_model()["tree_info"]]


def _tree(structure: Json) -> Tree:
    nodes = list(_flat(structure, 0))
    feature, threshold, left, right, missing_left, value = (np.array(column) for column in zip(*nodes, strict=True))
    return Tree(
        feature=feature.astype(np.int64),
        threshold=threshold.astype(np.float64),
        left=left.astype(np.int64),
        right=right.astype(np.int64),
        missing_left=missing_left.astype(bool),
        value=value.astype(np.float64).reshape(-1, 1),
    )


Row = tuple[int, float, int, int, bool, float]


def _flat(node: Json, place: int) -> Iterator[Row]:
    """A node and all beneath it, each before those beneath it; ``place`` is its number."""
    if "split_feature" not in node:
        yield -1, 0.0, -1, -1, False, _number(node["leaf_value"])
        return
    first, second = node["left_child"], node["right_child"]
    if not isinstance(first, dict) or not isinstance(second, dict):
        raise no_converter("LightGBM")
    if node["decision_type"] != "<=" or node["missing_type"] == "Zero":
        raise no_converter(f"LightGBM ({node['decision_type']}, {node['missing_type']})")
    threshold = _number(node["threshold"])
    # a column that had no gaps when it was learned takes them for 0
    missing_left = bool(node["default_left"]) if node["missing_type"] == "NaN" else threshold >= 0
    left = list(_flat(first, place + 1))
    yield int(_number(node["split_feature"])), threshold, place + 1, place + 1 + len(left), missing_left, 0.0
    yield from left
    yield from _flat(second, place + 1 + len(left))


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else np.nan
