"""What is done to columns of numbers: gaps filled, scaled."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator

from app.deployment.onnx.writer import Matrix, Values, Writer, ask


def imputer(writer: Writer, fitted: BaseEstimator, values: Values) -> Matrix:
    """Gaps filled; then a column for each that had gaps, 1 where it has one.

    What a gap is filled with is asked of the imputer itself, by a row of gaps: columns that were always empty have
    rules of their own.
    """
    graph, given = writer.graph, writer.matrix(values)
    filled = ask(fitted, np.full((1, given.width), np.nan))[0, : given.width]
    gaps = graph.add("IsNaN", given.name)
    known = Matrix(name=graph.add("Where", gaps, graph.constant(filled), given.name), width=given.width)
    indicator = fitted.indicator_
    if indicator is None or not len(indicator.features_):
        return known
    return writer.joined([known, missing(writer, indicator, values)])


def missing(writer: Writer, fitted: BaseEstimator, values: Values) -> Matrix:
    """A column for each that had gaps, 1 where it has one."""
    graph, given = writer.graph, writer.matrix(values)
    places = [int(place) for place in fitted.features_]
    if not places:
        return Matrix(name="", width=0)
    gaps = graph.add("IsNaN", graph.columns(given.name, places))
    return Matrix(name=graph.double(gaps), width=len(places))


def standard(writer: Writer, fitted: BaseEstimator, values: Values) -> Matrix:
    """Mean 0, deviation 1."""
    graph, given = writer.graph, writer.matrix(values)
    name = given.name
    if fitted.mean_ is not None and fitted.with_mean:
        name = graph.add("Sub", name, graph.constant(fitted.mean_.astype(np.float64)))
    if fitted.scale_ is not None:
        name = graph.add("Div", name, graph.constant(fitted.scale_.astype(np.float64)))
    return Matrix(name=name, width=given.width)


def ranged(writer: Writer, fitted: BaseEstimator, values: Values) -> Matrix:
    """From 0 to 1, and where ``clip`` no farther."""
    graph, given = writer.graph, writer.matrix(values)
    name = graph.add("Mul", given.name, graph.constant(fitted.scale_.astype(np.float64)))
    name = graph.add("Add", name, graph.constant(fitted.min_.astype(np.float64)))
    if fitted.clip:
        ends = (graph.number(float(end)) for end in fitted.feature_range)
        name = graph.add("Clip", name, *ends)
    return Matrix(name=name, width=given.width)
