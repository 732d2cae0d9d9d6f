"""Figures of each class, bands of single predictions, and the charts of gain and threshold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn import metrics as reference

from app.verification import charts
from app.verification.bands import band_of
from app.verification.classes import class_rows
from app.verification.observed import Classified, Floats

ROWS = 600


def classified(classes: int, *, seed: int = 0) -> Classified:
    g = np.random.default_rng(seed)
    actual = g.choice(classes, size=ROWS, p=np.arange(1, classes + 1) / np.arange(1, classes + 1).sum())
    raw = g.random((ROWS, classes)) + 0.5 * np.eye(classes)[actual]
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    return Classified(
        labels=tuple("abcdef"[:classes]),
        positive=1 if classes == 2 else -1,
        actual=actual,
        predicted=probabilities.argmax(axis=1),
        probabilities=probabilities,
        prior=np.full(classes, 1 / classes),
        threshold=0.5 if classes == 2 else None,
    )


def test_that_each_class_has_scikit_learns_figures_the_most_frequent_first() -> None:
    data = classified(4)
    rows = class_rows(data)
    assert [row.rows for row in rows] == sorted((row.rows for row in rows), reverse=True)
    recall = reference.recall_score(data.actual, data.predicted, average=None)
    precision = reference.precision_score(data.actual, data.predicted, average=None)
    for row in rows:
        label = data.labels.index(row.label)
        assert row.recall.value == pytest.approx(recall[label], abs=1e-12)
        assert row.precision.value == pytest.approx(precision[label], abs=1e-12)
        auc = reference.roc_auc_score(data.actual == label, data.probabilities[:, label])
        assert row.auc.value == pytest.approx(auc, abs=1e-12)
        assert row.recall.low is not None
        assert row.recall.low < recall[label]


def test_that_a_class_that_never_comes_or_is_never_said_has_a_reason() -> None:
    data = classified(3)
    data.actual[data.actual == 2] = 1
    data.predicted[data.predicted == 2] = 0
    row = next(row for row in class_rows(data) if row.label == "c")
    assert (row.rows, row.named, row.rare) == (0, 0, True)
    assert row.recall.value is None
    assert row.precision.reason is not None


def coverage(draw: Callable[[np.random.Generator, int], tuple[Floats, Floats]], n: int) -> tuple[float, float, float]:
    """How much bands of ``n`` rows hold of fresh ones, and of those with the largest tenth of predictions; and how many
    of the bands are equally wide everywhere."""
    held, top, even = [], [], []
    for seed in range(200):
        g = np.random.default_rng(seed)
        band = band_of(*draw(g, n))
        assert band is not None
        predicted, left = draw(g, 2_000)
        low, high = band.ends(predicted)
        inside = (left >= low) & (left <= high)
        held.append(inside.mean())
        top.append(inside[predicted >= np.quantile(predicted, 0.9)].mean())
        even.append(band.even)
    return float(np.mean(held)), float(np.mean(top)), float(np.mean(even))


def even_errors(g: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    return g.normal(size=n), g.gamma(2, size=n)


def growing_errors(g: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    predicted = np.exp(g.normal(10, 0.8, size=n))
    return predicted, 0.2 * predicted * g.standard_normal(n)


@pytest.mark.parametrize("n", [30, 99, 1_000])
def test_that_the_band_holds_nine_tenths_of_the_rows_to_come(n: int) -> None:
    held, _top, even = coverage(even_errors, n)
    assert 0.89 <= held <= 0.95
    assert even >= 0.95


@pytest.mark.parametrize(("n", "least"), [(150, 0.83), (400, 0.86), (2_000, 0.86)])
def test_that_where_errors_grow_with_the_amount_the_band_grows_and_holds_large_predictions_too(
    n: int, least: float
) -> None:
    held, top, even = coverage(growing_errors, n)
    assert 0.89 <= held <= 0.93
    assert top >= least  # one band for all amounts holds half of them
    assert even == 0


def test_that_too_few_residuals_give_no_band() -> None:
    assert band_of(np.arange(18.0), np.arange(18.0)) is None
    band = band_of(np.arange(19.0), np.arange(19.0))
    assert band is not None
    assert (band.low, band.high, band.even) == (0.0, 18.0, True)


def test_that_a_model_that_says_the_same_of_every_row_gets_an_even_band() -> None:
    band = band_of(np.ones(200), np.random.default_rng(0).standard_normal(200))
    assert band is not None
    assert band.even


def test_that_gain_and_lift_end_where_everybody_is_pointed_out() -> None:
    data = classified(2)
    gained, lifted = charts.gain(data), charts.lift(data)
    curve = gained.curves[0]
    assert (curve.x[0], curve.y[0]) == (0.0, 0.0)
    assert (curve.x[-1], curve.y[-1]) == (1.0, 1.0)
    top = np.argsort(-data.scores)[: ROWS // 2]
    found = data.is_positive[top].sum() / data.is_positive.sum()
    assert np.interp(0.5, curve.x, curve.y) == pytest.approx(found, abs=0.02)
    assert lifted.curves[0].y[-1] == pytest.approx(1.0)
    assert lifted.curves[0].y[0] > 1.2


def test_that_the_curves_by_threshold_are_recall_precision_and_share() -> None:
    data = classified(2)
    recall, precision, warned = charts.thresholds(data).curves[:3]
    for at in (0.3, 0.5, 0.6):
        said = data.scores >= at
        assert np.interp(at, recall.x, recall.y) == pytest.approx(said[data.is_positive].mean(), abs=0.03)
        assert np.interp(at, precision.x, precision.y) == pytest.approx(data.is_positive[said].mean(), abs=0.03)
        assert np.interp(at, warned.x, warned.y) == pytest.approx(said.mean(), abs=0.03)
