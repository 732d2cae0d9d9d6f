from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.base import BaseEstimator
from sklearn.isotonic import IsotonicRegression
from sklearn.preprocessing import KBinsDiscretizer, QuantileTransformer, SplineTransformer

from app.deployment.onnx import lookup
from app.deployment.onnx.curves import normal_deviate
from app.deployment.onnx.graph import ROWS, Graph
from app.deployment.onnx.parity import open_session
from app.deployment.onnx.table import PREDICTORS, TRANSFORMERS
from app.deployment.onnx.writer import Matrix, Writer

Floats = np.ndarray
RANDOM = np.random.default_rng(8)
TIED = np.round(RANDOM.lognormal(1, 2, (400, 3)), 1)
CONSTANT = np.column_stack([np.full(400, 2.5), np.where(RANDOM.random(400) < 0.9, 0.0, 1.0), TIED[:, 0]])


def _run(build: Callable[[Writer, Matrix], str], values: Floats, width: int) -> Floats:
    graph = Graph()
    names = [graph.input(f"c{place}", words=False) for place in range(values.shape[1])]
    writer = Writer(graph=graph, transformers=TRANSFORMERS, predictors=PREDICTORS, like=names[0])
    made = build(writer, Matrix(name=graph.join(names), width=len(names)))
    graph.output(made, "made", words=False, shape=(ROWS, width))
    session = open_session(graph.model(name="part", producer="", version="", metadata={}))
    return session.run(None, {f"c{place}": values[:, [place]] for place in range(values.shape[1])})[0]


def _around(edges: Floats) -> Floats:
    """Edges with their neighbours, and what is far away."""
    beside = [np.nextafter(edges, -np.inf), edges, np.nextafter(edges, np.inf)]
    return np.unique(np.concatenate([*beside, (edges[1:] + edges[:-1]) / 2, [-3.4e38, 3.4e38, 0.0, -0.0, 5e-324]]))


def _asked(fitted: BaseEstimator, edges: list[Floats]) -> Floats:
    columns = [_around(column) for column in edges]
    longest = max(len(column) for column in columns)
    return np.column_stack([np.resize(column, longest) for column in columns])


@pytest.mark.parametrize("values", [TIED, CONSTANT])
@pytest.mark.parametrize("beyond", ["linear", "constant"])
def test_that_splines_are_the_same_at_every_knot(values: Floats, beyond: str) -> None:
    fitted = SplineTransformer(n_knots=6, degree=3, knots="quantile", extrapolation=beyond).fit(values)
    asked = _asked(fitted, [one.t[3:-3] for one in fitted.bsplines_])
    expected = fitted.transform(asked)
    found = _run(lambda w, m: w.transform(fitted, m).name, asked, expected.shape[1])
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("values", [TIED, CONSTANT])
def test_that_ranges_are_the_same_at_every_edge(values: Floats) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a constant column has one range
        fitted = KBinsDiscretizer(
            n_bins=8, encode="onehot-dense", strategy="quantile", quantile_method="averaged_inverted_cdf"
        ).fit(values)
    finite = [edges[np.isfinite(edges)] if np.isfinite(edges).any() else np.array([2.5]) for edges in fitted.bin_edges_]
    asked = _asked(fitted, finite)
    expected = fitted.transform(asked)
    found = _run(lambda w, m: w.transform(fitted, m).name, asked, expected.shape[1])
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("values", [TIED, CONSTANT])
def test_that_ranks_are_the_same_at_every_quantile(values: Floats) -> None:
    fitted = QuantileTransformer(output_distribution="normal", n_quantiles=200).fit(values)
    asked = _asked(fitted, list(fitted.quantiles_.T))
    expected = fitted.transform(asked)
    found = _run(lambda w, m: w.transform(fitted, m).name, asked, expected.shape[1])
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13)


def test_that_the_normal_deviate_is_that_of_scipy() -> None:
    ranks = np.concatenate([RANDOM.random(2000), 10 ** RANDOM.uniform(-7, 0, 2000), [0.0, 1.0, 0.5, np.exp(-2)]])
    ranks = np.concatenate([ranks, 1 - ranks]).reshape(-1, 1)
    ends = norm.ppf([1e-7 - np.spacing(1), 1 - (1e-7 - np.spacing(1))])
    expected = np.clip(norm.ppf(ranks), *ends)
    found = _run(lambda w, m: normal_deviate(w.graph, m.name), ranks, 1)
    np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-15)


def test_that_steps_of_probability_are_the_same_at_every_step() -> None:
    known = np.sort(RANDOM.random(300))
    fitted = IsotonicRegression(out_of_bounds="clip").fit(known, RANDOM.random(300) < known)
    asked = _around(fitted.X_thresholds_).reshape(-1, 1)
    ends, pieces = lookup.interpolation(fitted.X_thresholds_, fitted.y_thresholds_)
    found = _run(lambda w, m: lookup.lines(w, m, [ends], [pieces]), asked, 1)
    assert np.array_equal(found.ravel(), fitted.predict(asked.ravel()))
