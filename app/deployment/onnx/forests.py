"""Trees of scikit-learn, alone or averaged, and boosted ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto
from sklearn.base import BaseEstimator, is_classifier

from app.deployment.onnx.linear import both, shares
from app.deployment.onnx.tree import Term, Tree, add_trees, stump
from app.deployment.onnx.writer import Matrix, Writer, ask

Floats = NDArray[np.float64]


def plain_tree(fitted: BaseEstimator) -> Tree:
    """A tree of scikit-learn's ``tree_``."""
    grown = fitted.tree_
    return Tree(
        feature=grown.feature.astype(np.int64),
        threshold=grown.threshold.astype(np.float64),
        left=grown.children_left.astype(np.int64),
        right=grown.children_right.astype(np.int64),
        missing_left=grown.missing_go_to_left.astype(bool),
        value=grown.value[:, 0, :].astype(np.float64),
    )


def tree(writer: Writer, fitted: BaseEstimator, values: Matrix) -> Matrix:
    """One tree."""
    return _averaged(writer, [plain_tree(fitted)], values, probabilities=is_classifier(fitted))


def forest(writer: Writer, fitted: BaseEstimator, values: Matrix) -> Matrix:
    """The mean of trees."""
    trees = [plain_tree(one) for one in fitted.estimators_]
    return _averaged(writer, trees, values, probabilities=is_classifier(fitted))


def _averaged(writer: Writer, trees: Sequence[Tree], values: Matrix, *, probabilities: bool) -> Matrix:
    """Summed up and then divided, as scikit-learn does: other last bits would jump where probabilities are calibrated
    by steps."""
    graph, width = writer.graph, trees[0].value.shape[1]
    seen = single(writer, values)
    if probabilities and width == 2:
        sums = add_trees(graph, seen, [Term(tree=one, place=1) for one in trees], targets=1)
    else:
        terms = [Term(tree=one, place=k, target=k) for k in range(width) for one in trees]
        sums = add_trees(graph, seen, terms, targets=width)
    mean = graph.add("Div", sums.name, graph.number(len(trees))) if len(trees) > 1 else sums.name
    found = Matrix(name=mean, width=sums.width)
    return both(writer, found) if probabilities and width == 2 else found


def single(writer: Writer, values: Matrix) -> Matrix:
    """As these trees see numbers: in single precision."""
    rounded = writer.graph.cast(values.name, TensorProto.FLOAT)
    return Matrix(name=writer.graph.double(rounded), width=values.width)


def boosted_trees(fitted: BaseEstimator) -> list[list[Tree]]:
    """Trees of histogram gradient boosting: for each output its own, in the order in which they are added."""
    rounds = fitted._predictors
    return [[_boosted_tree(turn[place]) for turn in rounds] for place in range(len(rounds[0]))]


def _boosted_tree(predictor: BaseEstimator) -> Tree:
    nodes = predictor.nodes
    leaf = nodes["is_leaf"].astype(bool)
    chosen = np.flatnonzero(~leaf & nodes["is_categorical"].astype(bool))
    bits = predictor.raw_left_cat_bitsets
    return Tree(
        feature=np.where(leaf, -1, nodes["feature_idx"].astype(np.int64)),
        threshold=nodes["num_threshold"].astype(np.float64),
        left=np.where(leaf, -1, nodes["left"].astype(np.int64)),
        right=np.where(leaf, -1, nodes["right"].astype(np.int64)),
        missing_left=nodes["missing_go_to_left"].astype(bool),
        value=nodes["value"].astype(np.float64).reshape(-1, 1),
        members={int(node): _members(bits[nodes["bitset_idx"][node]]) for node in chosen},
    )


def _members(bits: NDArray[np.uint32]) -> Floats:
    """The categories whose bits are set."""
    set_ = np.unpackbits(np.ascontiguousarray(bits).view(np.uint8), bitorder="little")
    return np.flatnonzero(set_).astype(np.float64)


def boosting(writer: Writer, fitted: BaseEstimator, values: Matrix) -> Matrix:
    """Trees added up, from the mean on: amounts, or the scores of probabilities."""
    graph, seen = writer.graph, boosting_columns(writer, fitted, values)
    begin = np.ravel(fitted._baseline_prediction).astype(np.float64)
    trees = []
    for target, own in enumerate(boosted_trees(fitted)):
        # the first summand, as in scikit-learn: the order of sums decides about last bits
        trees += [Term(tree=one, target=target) for one in (stump(begin[target]), *own)]
    sums = add_trees(graph, seen, trees, targets=len(begin))
    return shares(writer, sums) if is_classifier(fitted) else sums


def boosting_columns(writer: Writer, fitted: BaseEstimator, values: Matrix) -> Matrix:
    """Categories first, renumbered as boosting knows them, then the others."""
    if fitted._preprocessor is None:
        return values
    graph = writer.graph
    flags = np.asarray(fitted.is_categorical_, dtype=bool)
    first, others = np.flatnonzero(flags).tolist(), np.flatnonzero(~flags).tolist()
    encoder = fitted._preprocessor.named_transformers_["encoder"]
    coded = [_renumbered(writer, table, values, place) for table, place in zip(codes(encoder), first, strict=True)]
    rest = [Matrix(name=graph.columns(values.name, others), width=len(others))] if others else []
    return writer.joined([*coded, *rest])


def codes(encoder: BaseEstimator) -> list[Floats]:
    """For each column of categories, which are 0, 1, ... or NaN, their new numbers; the last is that of NaN."""
    most = [int(np.nanmax(levels, initial=0)) + 1 for levels in encoder.categories_]
    asked = np.full((max(most) + 1, len(most)), np.nan)
    for place, count in enumerate(most):
        asked[:count, place] = np.arange(count)
    made = ask(encoder, asked)
    return [np.append(made[:count, place], made[-1, place]) for place, count in enumerate(most)]


def _renumbered(writer: Writer, table: Floats, values: Matrix, place: int) -> Matrix:
    graph, count = writer.graph, len(table) - 1
    column = graph.columns(values.name, [place])
    if np.array_equal(table, [*range(count), np.nan], equal_nan=True):
        return Matrix(name=column, width=1)
    # beyond what boosting has seen is unseen; NaN compares false
    known = graph.add("Less", column, graph.number(count))
    number = graph.places(graph.add("Where", known, column, graph.number(count)))
    return Matrix(name=graph.add("Gather", graph.constant(table), number, axis=0), width=1)
