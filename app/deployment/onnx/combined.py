"""Estimators around others: means, other targets, corrected probabilities."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from app.deployment.onnx import lookup
from app.deployment.onnx.kernels import support_scores
from app.deployment.onnx.linear import both
from app.deployment.onnx.writer import Matrix, Writer, no_converter


def mean(writer: Writer, fitted: BaseEstimator, values: Matrix) -> Matrix:
    """The mean of what members say of the same prepared columns."""
    if fitted.weights is not None or getattr(fitted, "voting", "soft") != "soft":
        raise no_converter(type(fitted).__name__)
    members = [writer.predict(member, values) for member in fitted.estimators_]
    return divided(writer, members, len(members))


def divided(writer: Writer, parts: Sequence[Matrix], by: float) -> Matrix:
    """The sum of matrices, added up in their order, divided."""
    total = parts[0].name
    for part in parts[1:]:
        total = writer.graph.add("Add", total, part.name)
    return Matrix(name=writer.graph.add("Div", total, writer.graph.number(by)), width=parts[0].width)


def other_target(writer: Writer, fitted: BaseEstimator, values: Matrix) -> Matrix:
    """Amounts from what was learned instead of them."""
    learned = writer.predict(fitted.regressor_, values)
    return Matrix(name=_back(writer, fitted.transformer_, learned.name), width=1)


def _back(writer: Writer, step: BaseEstimator, value: str) -> str:
    """The inverse of what was done to the target."""
    graph = writer.graph
    if isinstance(step, Pipeline):
        for _, inner in reversed(step.steps):
            value = _back(writer, inner, value)
        return value
    if isinstance(step, StandardScaler):
        wide = graph.add("Mul", value, graph.constant(step.scale_.astype(np.float64)))
        return graph.add("Add", wide, graph.constant(step.mean_.astype(np.float64)))
    if isinstance(step, FunctionTransformer) and step.inverse_func is np.expm1:
        return graph.add("Sub", graph.add("Exp", value), graph.number(1.0))
    raise no_converter(type(step).__name__)


def calibrated(writer: Writer, fitted: BaseEstimator, values: Matrix) -> Matrix:
    """The mean of estimators whose probabilities were corrected."""
    members = [_corrected(writer, one, values) for one in fitted.calibrated_classifiers_]
    return members[0] if len(members) == 1 else divided(writer, members, len(members))


def _corrected(writer: Writer, fitted: BaseEstimator, values: Matrix) -> Matrix:
    if fitted.method not in ("sigmoid", "isotonic"):
        raise no_converter(type(fitted).__name__)
    graph, count = writer.graph, len(fitted.classes)
    inner = fitted.estimator
    # scores where the estimator has them; of two classes only what is said of the second
    said = support_scores(writer, inner, values) if isinstance(inner, SVC) else writer.predict(inner, values)
    if count == 2:
        second = said if said.width == 1 else Matrix(name=graph.columns(said.name, [1]), width=1)
        found = both(writer, _correct(writer, fitted.calibrators[0], second))
    else:
        columns = [Matrix(name=graph.columns(said.name, [place]), width=1) for place in range(count)]
        found = _shared(
            writer, [_correct(writer, own, column) for own, column in zip(fitted.calibrators, columns, strict=True)]
        )
    over = graph.add("And", *_between(writer, found.name))
    return Matrix(name=graph.add("Where", over, graph.number(1.0), found.name), width=count)


def _between(writer: Writer, value: str) -> tuple[str, str]:
    """Above 1, but by so little that it is meant to be 1."""
    graph = writer.graph
    return graph.add("Greater", value, graph.number(1.0)), graph.add("LessOrEqual", value, graph.number(1.0 + 1e-5))


def _shared(writer: Writer, parts: Sequence[Matrix]) -> Matrix:
    """Probabilities that add up to 1; alike where each is 0."""
    graph, joined = writer.graph, writer.joined(parts)
    total = graph.total(joined.name)
    none = graph.add("Equal", total, graph.number(0.0))
    share = graph.add("Div", joined.name, graph.add("Where", none, graph.number(1.0), total))
    return Matrix(name=graph.add("Where", none, graph.number(1 / joined.width), share), width=joined.width)


def _correct(writer: Writer, fitted: BaseEstimator, value: Matrix) -> Matrix:
    found = _CORRECTIONS.get(type(fitted))
    if found is None:
        raise no_converter(type(fitted).__name__)
    return Matrix(name=found(writer, fitted, value), width=1)


def _sigmoid(writer: Writer, fitted: BaseEstimator, value: Matrix) -> str:
    graph = writer.graph
    sloped = graph.add("Mul", graph.number(float(fitted.a_)), value.name)
    return graph.add("Sigmoid", graph.add("Neg", graph.add("Add", sloped, graph.number(float(fitted.b_)))))


def _isotonic(writer: Writer, fitted: BaseEstimator, value: Matrix) -> str:
    """Straight between the steps, level beyond them."""
    if fitted.out_of_bounds != "clip":
        raise no_converter(type(fitted).__name__)
    known, told = (np.asarray(values, dtype=np.float64) for values in (fitted.X_thresholds_, fitted.y_thresholds_))
    ends, pieces = lookup.interpolation(known, told)
    return lookup.lines(writer, value, [ends], [pieces])


_CORRECTIONS: Mapping[type, Callable[[Writer, BaseEstimator, Matrix], str]] = {
    _SigmoidCalibration: _sigmoid,
    IsotonicRegression: _isotonic,
}
