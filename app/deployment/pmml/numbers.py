"""What is done to columns of numbers: gaps filled, scaled, cut into ranges, bent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from app.deployment.onnx.splines import pieces, spline_ends
from app.deployment.onnx.writer import ask
from app.deployment.pmml.markup import Expression, apply, flag, number
from app.deployment.pmml.writer import Column, Columns, Writer, no_converter, numbers_of

Floats = NDArray[np.float64]


def imputer(writer: Writer, fitted: BaseEstimator, columns: Columns) -> list[Column]:
    """Gaps filled; then a column for each that had gaps, 1 where it has one.

    What a gap is filled with is asked of the imputer itself, by a row of gaps: columns that were always empty have
    rules of their own.
    """
    given = _known(writer, columns)
    filled = ask(fitted, np.full((1, len(given)), np.nan))[0]
    made = [_filled(column, float(value)) for column, value in zip(given, filled, strict=False)]
    indicator = fitted.indicator_
    return made if indicator is None else [*made, *missing(writer, indicator, given)]


def _filled(column: Column, value: float) -> Column:
    gap = apply("isMissing", column.expression)
    return Column(name=f"{column.name}|filled", expression=apply("if", gap, number(value), column.expression))


def missing(writer: Writer, fitted: BaseEstimator, columns: Columns) -> list[Column]:
    """A column for each that had gaps, 1 where it has one."""
    given = _known(writer, columns)
    chosen = [given[int(place)] for place in fitted.features_]
    return [
        Column(name=f"{column.name}|missing", expression=flag(apply("isMissing", column.expression)), flag=True)
        for column in chosen
    ]


def _known(writer: Writer, columns: Columns) -> list[Column]:
    """Columns that are fields: what follows uses them more than once."""
    return [Column(name=one.name, expression=writer.named(one.name, one.expression)) for one in numbers_of(columns)]


def standard(writer: Writer, fitted: BaseEstimator, columns: Columns) -> list[Column]:
    """Mean 0, deviation 1. Not folded into the coefficients: where the deviation is small beside the mean, digits would
    be lost."""
    given = numbers_of(columns)
    made = []
    for place, column in enumerate(given):
        expression = column.expression
        if fitted.mean_ is not None and fitted.with_mean:
            expression = apply("-", expression, number(float(fitted.mean_[place])))
        if fitted.scale_ is not None:
            expression = apply("/", expression, number(float(fitted.scale_[place])))
        made.append(Column(name=f"{column.name}|scaled", expression=expression))
    return made


def ranged(writer: Writer, fitted: BaseEstimator, columns: Columns) -> list[Column]:
    """From 0 to 1, and where ``clip`` no farther."""
    low, high = (number(float(end)) for end in fitted.feature_range)
    made = []
    for place, column in enumerate(numbers_of(columns)):
        wide = apply("*", column.expression, number(float(fitted.scale_[place])))
        expression = apply("+", wide, number(float(fitted.min_[place])))
        if fitted.clip:
            expression = apply("min", apply("max", expression, low), high)
        made.append(Column(name=f"{column.name}|share", expression=expression))
    return made


def bins(writer: Writer, fitted: BaseEstimator, columns: Columns) -> list[Column]:
    """A column for each range, 1 where the number lies in it; an edge belongs to the range above."""
    if fitted.encode != "onehot-dense":
        raise no_converter(type(fitted).__name__)
    made: list[Column] = []
    for column, edges in zip(_known(writer, columns), fitted.bin_edges_, strict=True):
        inner = [float(edge) for edge in edges[1:-1]]
        for low, high in zip([None, *inner], [*inner, None], strict=True):
            made.append(_range(column, low, high))
    return made


def _range(column: Column, low: float | None, high: float | None) -> Column:
    ends = []
    if low is not None:
        ends.append(apply("greaterOrEqual", column.expression, number(low)))
    if high is not None:
        ends.append(apply("lessThan", column.expression, number(high)))
    name = f"{column.name}|{'' if low is None else f'{low:g}'}..{'' if high is None else f'{high:g}'}"
    inside = apply("and", *ends) if len(ends) == 2 else ends[0] if ends else None
    return Column(name=name, expression=number(1.0) if inside is None else flag(inside), flag=True)


def splines(writer: Writer, fitted: BaseEstimator, columns: Columns) -> list[Column]:
    """All splines of each column, which go on straight or level beyond the first and the last knot: in each range a
    polynomial of the distance from its begin."""
    if fitted.extrapolation not in ("linear", "constant") or not fitted.include_bias:
        raise no_converter(type(fitted).__name__)
    straight, made = fitted.extrapolation == "linear", []
    for column, spline, ends in zip(_known(writer, columns), fitted.bsplines_, spline_ends(fitted), strict=True):
        begins, factors = pieces(spline, fitted.degree, straight=straight)
        made += [
            Column(name=f"{column.name}|curve {k + 1}", expression=_curve(column, ends, begins, factors[:, :, k]))
            for k in range(factors.shape[2])
        ]
    return made


def _curve(column: Column, ends: Floats, begins: Floats, factors: Floats) -> Expression:
    """``factors`` of the powers of the distance, shape (ranges, degree + 1); ranges of the same polynomial are one."""
    ranges = [_polynomial(column.expression, float(b), own) for b, own in zip(begins, factors, strict=True)]
    found = ranges[-1]
    for end, own in zip(ends[::-1], ranges[-2::-1], strict=True):
        if own != found:
            found = apply("if", apply("lessOrEqual", column.expression, number(float(end))), own, found)
    return found


def _polynomial(value: Expression, begin: float, factors: Floats) -> Expression:
    known = np.flatnonzero(factors)
    if not len(known) or known[-1] == 0:
        return number(float(factors[0]))
    away = apply("-", value, number(begin))
    total = number(float(factors[known[-1]]))
    for power in range(int(known[-1]) - 1, -1, -1):
        total = apply("+", apply("*", total, away), number(float(factors[power])))
    return total
