"""Estimators around others: means, other targets, corrected probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from app.deployment.pmml.markup import Expression, apply, line, number
from app.deployment.pmml.writer import Answer, Column, Link, Sum, Writer, no_converter, total_of


def as_answer(link: Link, expressions: Sequence[Expression]) -> Answer:
    """Expressions as sums of themselves."""
    return Answer(link=link, sums=tuple(Sum(constant=0.0, terms=((one, 1.0),)) for one in expressions))


def weighted(answers: Sequence[list[Expression]], weights: Sequence[float]) -> list[Expression]:
    """The weighted mean of what several say."""
    whole = number(float(sum(weights)))
    found = []
    for parts in zip(*answers, strict=True):
        terms = [apply("*", number(float(weight)), part) for weight, part in zip(weights, parts, strict=True)]
        found.append(apply("/", total_of(terms), whole))
    return found


def other_target(writer: Writer, fitted: BaseEstimator, columns: Sequence[Column]) -> Answer:
    """Amounts from what was learned instead of them."""
    (learned,) = writer.settled(writer.predict(fitted.regressor_, columns))
    return as_answer(Link.AMOUNT, [_back(fitted.transformer_, learned)])


def _back(step: BaseEstimator, value: Expression) -> Expression:
    """The inverse of what was done to the target."""
    if isinstance(step, Pipeline):
        for _, inner in reversed(step.steps):
            value = _back(inner, value)
        return value
    if isinstance(step, StandardScaler):
        wide = apply("*", value, number(float(step.scale_[0])))
        return apply("+", wide, number(float(step.mean_[0])))
    if isinstance(step, FunctionTransformer) and step.inverse_func is np.expm1:
        return apply("-", apply("exp", value), number(1.0))
    raise no_converter(type(step).__name__)


def calibrated(writer: Writer, fitted: BaseEstimator, columns: Sequence[Column]) -> Answer:
    """The mean of estimators whose probabilities were corrected."""
    members = [_corrected(writer, one, columns) for one in fitted.calibrated_classifiers_]
    found = members[0] if len(members) == 1 else weighted(members, [1.0] * len(members))
    return as_answer(Link.SHARES, found[1:] if len(found) == 2 else found)


def _corrected(writer: Writer, fitted: BaseEstimator, columns: Sequence[Column]) -> list[Expression]:
    if hasattr(fitted.estimator, "decision_function"):
        raise no_converter(type(fitted.estimator).__name__)  # scores would be corrected, not probabilities
    said = writer.settled(writer.predict(fitted.estimator, columns))
    if len(fitted.classes) == 2:
        second = _correct(writer, fitted.calibrators[0], said[1])
        return [apply("-", number(1.0), second), second]
    parts = [_correct(writer, own, one) for own, one in zip(fitted.calibrators, said, strict=True)]
    return _shared(writer, [writer.named("corrected", part) for part in parts])


def _shared(writer: Writer, parts: Sequence[Expression]) -> list[Expression]:
    """Probabilities that add up to 1; alike where each is 0."""
    total = writer.named("corrected total", total_of(parts))
    none = apply("equal", total, number(0.0))
    equally = number(1 / len(parts))
    return [writer.named("corrected share", apply("if", none, equally, apply("/", part, total))) for part in parts]


def _correct(writer: Writer, fitted: BaseEstimator, value: Expression) -> Expression:
    if isinstance(fitted, _SigmoidCalibration):
        sloped = apply("+", apply("*", number(float(fitted.a_)), value), number(float(fitted.b_)))
        return writer.named("corrected", apply("/", number(1.0), apply("+", number(1.0), apply("exp", sloped))))
    if isinstance(fitted, IsotonicRegression) and fitted.out_of_bounds == "clip":
        known = [float(x) for x in fitted.X_thresholds_]
        told = [float(y) for y in fitted.y_thresholds_]
        if len(known) == 1:
            return writer.named("corrected", number(told[0]))
        ends = zip(known, told, strict=True)
        return writer.named("corrected", line(writer.field("score", value), ends))
    raise no_converter(type(fitted).__name__)
