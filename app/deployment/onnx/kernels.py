"""Similarities to kept rows: support vectors, and samples of rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from app.deployment.onnx.linear import affine
from app.deployment.onnx.writer import Matrix, Values, Writer, no_converter

Floats = NDArray[np.float64]


def nystroem(writer: Writer, fitted: BaseEstimator, values: Values) -> Matrix:
    """Similarities to a sample of rows, turned."""
    if fitted.kernel != "rbf":
        raise no_converter(type(fitted).__name__)
    kept = np.asarray(fitted.components_, dtype=np.float64)
    similar = _gaussian(writer, writer.matrix(values), kept, float(fitted.gamma))
    turned = np.asarray(fitted.normalization_, dtype=np.float64).T
    name = writer.graph.add("MatMul", similar.name, writer.graph.constant(np.ascontiguousarray(turned)))
    return Matrix(name=name, width=turned.shape[1])


def _gaussian(writer: Writer, values: Matrix, kept: Floats, gamma: float) -> Matrix:
    """``exp(-gamma |x - y|²)``, the squares worked out as scikit-learn does."""
    graph = writer.graph
    product = graph.add("MatMul", values.name, graph.constant(np.ascontiguousarray(kept.T)))
    own = graph.total(graph.add("Mul", values.name, values.name))
    theirs = graph.constant(np.einsum("ij,ij->i", kept, kept))
    squares = graph.add("Add", graph.add("Add", graph.add("Mul", product, graph.number(-2.0)), own), theirs)
    apart = graph.add("Max", squares, graph.number(0.0))
    return Matrix(name=graph.add("Exp", graph.add("Mul", apart, graph.number(-gamma))), width=len(kept))


def support_regression(writer: Writer, fitted: BaseEstimator, values: Matrix) -> Matrix:
    """Amounts, by support vectors."""
    return _decisions(writer, fitted, values, np.asarray(fitted.dual_coef_).T)


def support_scores(writer: Writer, fitted: BaseEstimator, values: Matrix) -> Matrix:
    """Scores of classes, by support vectors: of two classes one, else one for each, its votes against every other
    and, less than a vote, how clear they are."""
    count = len(fitted.classes_)
    if count == 2:
        return _decisions(writer, fitted, values, np.asarray(fitted.dual_coef_).T)
    if fitted.decision_function_shape != "ovr":
        raise no_converter(type(fitted).__name__)
    pairs = [(i, j) for i in range(count) for j in range(i + 1, count)]
    return _voted(writer, _decisions(writer, fitted, values, _pair_weights(fitted, pairs)), pairs, count)


def _decisions(writer: Writer, fitted: BaseEstimator, values: Matrix, weights: Floats) -> Matrix:
    if fitted.kernel != "rbf":
        raise no_converter(type(fitted).__name__)
    kept = np.asarray(fitted.support_vectors_, dtype=np.float64)
    similar = _gaussian(writer, values, kept, float(fitted._gamma))
    return affine(writer, similar, np.ascontiguousarray(weights), fitted.intercept_)


def _pair_weights(fitted: BaseEstimator, pairs: list[tuple[int, int]]) -> Floats:
    """Weights of the support vectors for each pair of classes, shape (vectors, pairs)."""
    ends = np.cumsum([0, *fitted.n_support_])
    weights = np.zeros((int(ends[-1]), len(pairs)))
    for place, (i, j) in enumerate(pairs):
        own, other = slice(ends[i], ends[i + 1]), slice(ends[j], ends[j + 1])
        weights[own, place] = fitted.dual_coef_[j - 1, own]
        weights[other, place] = fitted.dual_coef_[i, other]
    return weights


def _voted(writer: Writer, decisions: Matrix, pairs: list[tuple[int, int]], count: int) -> Matrix:
    """As scikit-learn's ``_ovr_decision_function``."""
    graph = writer.graph
    first, second = np.zeros((2, len(pairs), count))
    for place, (i, j) in enumerate(pairs):
        first[place, i] = second[place, j] = 1.0
    lost = graph.double(graph.add("Less", decisions.name, graph.number(0.0)))
    # a pair's vote goes to its first class, unless it was lost
    votes = graph.add("MatMul", lost, graph.constant(second - first))
    votes = graph.add("Add", votes, graph.constant(first.sum(axis=0)))
    sums = graph.add("MatMul", decisions.name, graph.constant(first - second))
    size = graph.add("Mul", graph.number(3.0), graph.add("Add", graph.add("Abs", sums), graph.number(1.0)))
    return Matrix(name=graph.add("Add", votes, graph.add("Div", sums, size)), width=count)
