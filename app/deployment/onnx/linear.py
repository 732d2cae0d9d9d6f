"""Sums of effects, and what is made of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from app.deployment.onnx.writer import Matrix, Writer

Floats = NDArray[np.float64]


def affine(writer: Writer, values: Matrix, weights: Floats, offset: Floats) -> Matrix:
    """``values @ weights + offset``; weights have shape (columns, k), offsets (k,)."""
    graph = writer.graph
    shift = graph.constant(np.asarray(offset, dtype=np.float64))
    width = weights.shape[1]
    if not values.width:
        return Matrix(name=graph.add("Expand", shift, rows_by(writer, width)), width=width)
    product = graph.add("MatMul", values.name, graph.constant(np.asarray(weights, dtype=np.float64)))
    return Matrix(name=graph.add("Add", product, shift), width=width)


def rows_by(writer: Writer, width: int) -> str:
    """The shape (rows, width)."""
    graph = writer.graph
    rows = graph.add("Shape", writer.like, start=0, end=1)
    return graph.add("Concat", rows, graph.whole(width), axis=0)


def sum_of_effects(writer: Writer, fitted: BaseEstimator, values: Matrix) -> Matrix:
    """What a linear model adds up: shape (rows, k)."""
    weights = np.atleast_2d(np.asarray(fitted.coef_, dtype=np.float64)).T
    return affine(writer, values, weights, np.broadcast_to(fitted.intercept_, weights.shape[1]).copy())


def exponential(writer: Writer, fitted: BaseEstimator, values: Matrix) -> Matrix:
    """Models whose logarithm is a sum of effects: Poisson, Gamma, Tweedie."""
    made = sum_of_effects(writer, fitted, values)
    return Matrix(name=writer.graph.add("Exp", made.name), width=1)


def logistic(writer: Writer, fitted: BaseEstimator, values: Matrix) -> Matrix:
    """Probabilities of logistic regression."""
    return shares(writer, sum_of_effects(writer, fitted, values))


def shares(writer: Writer, scores: Matrix) -> Matrix:
    """Probabilities from scores: of two classes one score, else one for each."""
    graph = writer.graph
    if scores.width > 1:
        return Matrix(name=graph.add("Softmax", scores.name, axis=1), width=scores.width)
    return both(writer, Matrix(name=graph.add("Sigmoid", scores.name), width=1))


def both(writer: Writer, positive: Matrix) -> Matrix:
    """Probabilities of two classes, from that of the second."""
    other = writer.graph.add("Sub", writer.graph.number(1.0), positive.name)
    return Matrix(name=writer.graph.join([other, positive.name]), width=2)


def prior(writer: Writer, fitted: BaseEstimator, values: Matrix) -> Matrix:
    """The shares of the classes, whatever the row."""
    return affine(writer, Matrix(name="", width=0), np.empty((0, len(fitted.classes_))), fitted.class_prior_)


def mean(writer: Writer, fitted: BaseEstimator, values: Matrix) -> Matrix:
    """The mean, whatever the row."""
    return affine(writer, Matrix(name="", width=0), np.empty((0, 1)), np.ravel(fitted.constant_))
