"""Small neural networks."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator

from app.deployment.onnx.linear import affine, shares
from app.deployment.onnx.writer import Matrix, Writer, no_converter

_HIDDEN = {"relu": "Relu", "tanh": "Tanh", "logistic": "Sigmoid", "identity": "Identity"}


def network(writer: Writer, fitted: BaseEstimator, values: Matrix) -> Matrix:
    """Layer after layer; probabilities or amounts at the end."""
    made, layers = values, list(zip(fitted.coefs_, fitted.intercepts_, strict=True))
    for place, (weights, offset) in enumerate(layers):
        made = affine(writer, made, np.ascontiguousarray(weights), offset)
        if place < len(layers) - 1:
            made = Matrix(name=writer.graph.add(_HIDDEN[fitted.activation], made.name), width=made.width)
    if fitted.out_activation_ == "identity":
        return made
    if fitted.out_activation_ not in ("logistic", "softmax"):
        raise no_converter(type(fitted).__name__)
    return shares(writer, made)
