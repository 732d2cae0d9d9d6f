"""Charts from data, their SVG, and the page."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from app.text import Text, Words
from app.verification import charts
from app.verification.observed import Classified, Measured
from app.verification.records import BarChart, Chart, Confusion
from app.verification.report import svg
from app.verification.report.plane import ticks
from app.verification.report.sections import condensed

N = 20_000


def classified(n: int = N, classes: int = 2) -> Classified:
    generator = np.random.default_rng(0)
    actual = generator.integers(0, classes, size=n)
    raw = generator.random((n, classes)) + np.eye(classes)[actual]
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    return Classified(
        labels=tuple("<&" + str(i) for i in range(classes)),
        positive=1 if classes == 2 else -1,
        actual=actual,
        predicted=probabilities.argmax(axis=1),
        probabilities=probabilities,
        prior=np.full(classes, 1 / classes),
        threshold=0.5 if classes == 2 else None,
    )


def measured(n: int = N) -> Measured:
    generator = np.random.default_rng(0)
    actual = generator.lognormal(8, 1, size=n)
    return Measured(actual=actual, predicted=actual * generator.lognormal(0, 0.2, size=n), centre=float(actual.mean()))


def everything() -> list[Chart]:
    return [*charts.charts(classified()), *charts.charts(classified(classes=4)), *charts.charts(measured())]


def test_that_each_task_gets_its_charts() -> None:
    assert [c.code for c in charts.charts(classified())] == [
        "roc",
        "precision_recall",
        "gain",
        "lift",
        "thresholds",
        "calibration",
        "score_distribution",
    ]
    assert [c.code for c in charts.charts(classified(classes=4))] == ["calibration"]
    assert [c.code for c in charts.charts(measured())] == ["predicted_actual", "residuals", "residual_histogram"]


def test_that_calibration_says_whose_probabilities_it_shows() -> None:
    of_two = next(c for c in charts.charts(classified()) if c.code == "calibration")
    of_four = next(c for c in charts.charts(classified(classes=4)) if c.code == "calibration")
    positive = classified().labels[classified().positive]
    for axis in (of_two.x_label, of_two.y_label):
        assert positive in Words("en").text(axis)
    assert "its answer" in Words("en").text(of_four.x_label)


def test_that_charts_hold_at_most_five_hundred_points() -> None:
    for chart in everything():
        assert sum(len(curve.x) for curve in chart.curves) <= 500, chart.code


def test_that_bands_hold_their_curve() -> None:
    for chart in everything():
        for curve in chart.curves:
            if curve.low:
                assert all(low <= y + 1e-9 for low, y in zip(curve.low, curve.y, strict=True)), chart.code
                assert all(high >= y - 1e-9 for high, y in zip(curve.high, curve.y, strict=True)), chart.code


def test_that_the_roc_curve_keeps_its_area_when_thinned() -> None:
    data = classified()
    curve = charts.roc(data).curves[0]
    from sklearn.metrics import roc_auc_score

    assert np.trapezoid(curve.y, curve.x) == pytest.approx(roc_auc_score(data.is_positive, data.scores), abs=2e-3)


@pytest.mark.parametrize("language", ["en", "es"])
def test_that_every_chart_is_well_formed_and_escaped(language: str) -> None:
    for chart in everything():
        root = ElementTree.fromstring(svg.chart_svg(chart, Words(language)))
        assert root.tag == "svg"
        assert "nan" not in svg.chart_svg(chart, Words(language))


def test_that_every_chart_has_a_title_and_an_explanation() -> None:
    for language in ("en", "es"):
        words = Words(language)
        for code in [*(chart.code for chart in everything()), "importance"]:
            assert words.has(f"verification.chart.{code}")
            assert words(f"verification.chart.{code}.help").rstrip().endswith(".")


def test_that_bars_escape_and_shorten_names() -> None:
    bars = BarChart(
        code="importance",
        x_label=Text("verification.chart.model"),
        names=("<b>", "x" * 5000),
        values=(0.5, -0.1),
        low=(0.4, -0.2),
        high=(0.6, 0.0),
    )
    drawn = svg.bars_svg(bars, Words("en"))
    ElementTree.fromstring(drawn)
    assert "<b>" not in drawn
    assert len(drawn) < 3000


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (-3, 12, [0, 5, 10]), (5, 5, [5])],
)
def test_that_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(expected)


def test_that_many_classes_are_gathered_without_losing_a_row() -> None:
    full = charts.confusion(classified(classes=40))
    small = condensed(full, "other")
    assert len(small.labels) == 10
    assert small.labels[-1] == "other"
    assert sum(map(sum, small.counts)) == N
    assert condensed(Confusion(labels=("a",), counts=((1,),)), "other").labels == ("a",)
