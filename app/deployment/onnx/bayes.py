"""Naive Bayes."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator

from app.deployment.onnx.linear import affine
from app.deployment.onnx.writer import Matrix, Writer


def bernoulli(writer: Writer, fitted: BaseEstimator, values: Matrix) -> Matrix:
    """What each column says for and against each class, added up."""
    graph, made = writer.graph, values
    if fitted.binarize is not None:
        above = graph.add("Greater", values.name, graph.number(float(fitted.binarize)))
        made = Matrix(name=graph.double(above), width=values.width)
    against = np.log(1 - np.exp(fitted.feature_log_prob_))
    weights = np.ascontiguousarray((fitted.feature_log_prob_ - against).T)
    scores = affine(writer, made, weights, fitted.class_log_prior_ + against.sum(axis=1))
    return Matrix(name=graph.add("Softmax", scores.name, axis=1), width=scores.width)
