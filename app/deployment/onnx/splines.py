"""Numbers as B-splines: in each range between two knots, each spline is a polynomial of the distance from its begin."""

from __future__ import annotations

from math import factorial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from app.deployment.onnx import lookup
from app.deployment.onnx.writer import Matrix, Values, Writer, no_converter

Floats = NDArray[np.float64]


class _Spline(Protocol):
    t: Floats

    def __call__(self, x: float, nu: int = ...) -> Floats: ...


def splines(writer: Writer, fitted: BaseEstimator, values: Values) -> Matrix:
    """All splines of each column, which go on straight or level beyond the first and the last knot."""
    if fitted.extrapolation not in ("linear", "constant") or not fitted.include_bias:
        raise no_converter(type(fitted).__name__)
    graph, given = writer.graph, writer.matrix(values)
    cut = [pieces(one, fitted.degree, straight=fitted.extrapolation == "linear") for one in fitted.bsplines_]
    found = lookup.places(writer, given, spline_ends(fitted))
    begins = graph.add("Gather", graph.constant(np.concatenate([begin for begin, _ in cut])), found)
    factors = np.concatenate([factor for _, factor in cut])  # shape (ranges, degree + 1, splines)
    away = graph.add("Unsqueeze", graph.add("Sub", given.name, begins), graph.whole(2))
    total = ""
    for power in range(factors.shape[1] - 1, -1, -1):
        factor = graph.add("Gather", graph.constant(factors[:, power].copy()), found, axis=0)
        total = graph.add("Add", graph.add("Mul", total, away), factor) if total else factor
    width = given.width * factors.shape[2]
    return Matrix(name=graph.add("Reshape", total, graph.whole(-1, width)), width=width)


def spline_ends(fitted: BaseEstimator) -> list[Floats]:
    """For each column, the last number of each range: before the first knot, between knots, up to the last knot."""
    return [
        np.append(lookup.before(_begins(one, fitted.degree)), _last(one, fitted.degree)) for one in fitted.bsplines_
    ]


def _begins(spline: _Spline, degree: int) -> Floats:
    """Where ranges begin; the one knot where there is only one."""
    knots: Floats = np.unique(spline.t[degree : -degree or None])
    return knots[:-1] if len(knots) > 1 else knots


def _last(spline: _Spline, degree: int) -> float:
    return float(spline.t[-degree - 1])


def pieces(spline: _Spline, degree: int, *, straight: bool) -> tuple[Floats, Floats]:
    """Begin of each range and, shape (ranges, degree + 1, splines), the factors of the powers of the distance."""
    begins, last = _begins(spline, degree), _last(spline, degree)
    inside = [_factors(spline, begin, degree) for begin in begins]
    first, final = _beyond(spline, begins[0], degree, straight), _beyond(spline, last, degree, straight)
    count = first.shape[1]
    first[:, degree:] = 0.0  # as scikit-learn, which goes on with so many splines at either end
    final[:, : count - degree] = 0.0
    return np.concatenate([begins[:1], begins, [last]]), np.stack([first, *inside, final])


def _factors(spline: _Spline, begin: float, degree: int) -> Floats:
    return np.stack([np.asarray(spline(begin, nu=power)) / factorial(power) for power in range(degree + 1)])


def _beyond(spline: _Spline, end: float, degree: int, straight: bool) -> Floats:
    found = _factors(spline, end, degree)
    found[2 if straight else 1 :] = 0.0
    return found
