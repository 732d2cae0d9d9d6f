"""What is done to columns of numbers: ranges, ranks, splines."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from sklearn.base import BaseEstimator

from app.deployment.onnx import lookup
from app.deployment.onnx.graph import Graph
from app.deployment.onnx.writer import Matrix, Values, Writer, no_converter

Floats = NDArray[np.float64]

_CLOSE = 1e-7
"""As scikit-learn's BOUNDS_THRESHOLD: ranks nearer to 0 or 1 count as this."""
_LEAST = _CLOSE - np.spacing(1)
_TINY = 1e-10


def bins(writer: Writer, fitted: BaseEstimator, values: Values) -> Matrix:
    """A column for each range, 1 where the number lies in it; an edge belongs to the range above."""
    if fitted.encode != "onehot-dense":
        raise no_converter(type(fitted).__name__)
    return lookup.flags(writer, writer.matrix(values), bin_ends(fitted))


def bin_ends(fitted: BaseEstimator) -> list[Floats]:
    """For each column, the last number of each range but the last."""
    return [lookup.before(np.asarray(edges[1:-1], dtype=np.float64)) for edges in fitted.bin_edges_]


def ranks(writer: Writer, fitted: BaseEstimator, values: Values) -> Matrix:
    """Each number by its rank, as a normal deviate; the mean of both ways to interpolate, for what occurs often."""
    if fitted.output_distribution != "normal":
        raise no_converter(type(fitted).__name__)
    graph, given = writer.graph, writer.matrix(values)
    known, told = np.asarray(fitted.quantiles_, dtype=np.float64).T, np.asarray(fitted.references_, dtype=np.float64)
    ways = []
    for way in (lookup.interpolation, lookup.interpolation_from_above):
        ends, pieces = zip(*(way(column, told) for column in known), strict=True)
        ways.append(lookup.lines(writer, given, ends, pieces))
    rank = graph.add("Mul", graph.number(0.5), graph.add("Add", *ways))
    for compared, last, side, end in (("Greater", known[:, -1], "Add", 1.0), ("Less", known[:, 0], "Sub", 0.0)):
        beyond = graph.add(compared, graph.add(side, given.name, graph.number(_CLOSE)), graph.constant(last.copy()))
        rank = graph.add("Where", beyond, graph.number(end), rank)
    return Matrix(name=normal_deviate(graph, rank), width=given.width)


def normal_deviate(graph: Graph, rank: str) -> str:
    """The quantile of the normal distribution, between those of 1e-7 and 1 - 1e-7 (S. Moshier, Cephes, ``ndtri``, as
    SciPy has it)."""
    rank = graph.add("Clip", rank, graph.number(_TINY), graph.number(1 - _TINY))
    tail = math.exp(-2)
    upper = graph.add("Greater", rank, graph.number(1 - tail))
    lower = graph.add("Where", upper, graph.add("Sub", graph.number(1.0), rank), rank)
    far = _far(graph, lower)
    signed = graph.add("Where", upper, far, graph.add("Neg", far))
    found = graph.add("Where", graph.add("Greater", lower, graph.number(tail)), _near(graph, lower), signed)
    return graph.add("Clip", found, *(graph.number(float(end)) for end in norm.ppf([_LEAST, 1 - _LEAST])))


def _near(graph: Graph, rank: str) -> str:
    """Around the middle."""
    middle = graph.add("Sub", rank, graph.number(0.5))
    square = graph.add("Mul", middle, middle)
    share = graph.add("Div", _polynomial(graph, square, _P0), _polynomial(graph, square, _Q0))
    bent = graph.add("Mul", middle, graph.add("Mul", square, share))
    return graph.add("Mul", graph.add("Add", middle, bent), graph.number(2.50662827463100050242))


def _far(graph: Graph, rank: str) -> str:
    """In the tail, as a positive number."""
    root = graph.add("Sqrt", graph.add("Mul", graph.add("Log", rank), graph.number(-2.0)))
    first = graph.add("Sub", root, graph.add("Div", graph.add("Log", root), root))
    inverse = graph.add("Div", graph.number(1.0), root)
    share = graph.add("Div", _polynomial(graph, inverse, _P1), _polynomial(graph, inverse, _Q1))
    return graph.add("Sub", first, graph.add("Mul", inverse, share))


def _polynomial(graph: Graph, value: str, factors: Sequence[float]) -> str:
    total = graph.number(factors[0])
    for factor in factors[1:]:
        total = graph.add("Add", graph.add("Mul", total, value), graph.number(factor))
    return total


_P0 = (
    -5.99633501014107895267e1,
    9.80010754185999661536e1,
    -5.66762857469070293439e1,
    1.39312609387279679503e1,
    -1.23916583867381258016e0,
)
_Q0 = (
    1.0,
    1.95448858338141759834e0,
    4.67627912898881538453e0,
    8.63602421390890590575e1,
    -2.25462687854119370527e2,
    2.00260212380060660359e2,
    -8.20372256168333339912e1,
    1.59056225126211695515e1,
    -1.18331621121330003142e0,
)
_P1 = (
    4.05544892305962419923e0,
    3.15251094599893866154e1,
    5.71628192246421288162e1,
    4.40805073893200834700e1,
    1.46849561928858024014e1,
    2.18663306850790267539e0,
    -1.40256079171354495875e-1,
    -3.50424626827848203418e-2,
    -8.57456785154685413611e-4,
)
_Q1 = (
    1.0,
    1.57799883256466749731e1,
    4.53907635128879210584e1,
    4.13172038254672030440e1,
    1.50425385692907503408e1,
    2.50464946208309415979e0,
    -1.42182922854787788574e-1,
    -3.80806407691578277194e-2,
    -9.33259480895457427372e-4,
)
