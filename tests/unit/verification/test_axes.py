"""Axes of shares follow the data: of a rare class everything happens in the first few per cent."""

from __future__ import annotations

import numpy as np
import pytest

from app.text.words import Words
from app.verification.axes import share_axis
from app.verification.charts import charts
from app.verification.observed import Classified
from app.verification.records import Chart
from app.verification.report.plane import Plane


def rare(share: float, *, threshold: float = 0.5) -> dict[str, Chart]:
    g = np.random.default_rng(0)
    odds = np.log(share / (1 - share)) + 0.8 * g.standard_normal(20_000)
    scores = 1 / (1 + np.exp(-odds))
    actual = (g.random(20_000) < scores).astype(np.intp)
    data = Classified(
        labels=("no", "yes"),
        positive=1,
        actual=actual,
        predicted=(scores >= threshold).astype(np.intp),
        probabilities=np.column_stack([1 - scores, scores]),
        prior=np.array([1 - share, share]),
        threshold=threshold,
    )
    return {chart.code: chart for chart in charts(data)}


@pytest.mark.parametrize(
    ("most", "end"), [(0.011, 0.015), (0.0002, 0.00025), (0.095, 0.1), (0.12, 0.15), (0.47, 0.5), (0.6, 1), (0, 1)]
)
def test_that_an_axis_ends_at_the_next_round_number(most: float, end: float) -> None:
    assert share_axis(0.0, most) == (0.0, pytest.approx(end))


def test_that_charts_of_a_rare_class_use_their_whole_width() -> None:
    made = rare(0.01)
    for code, axis in (("calibration", "x"), ("calibration", "y"), ("precision_recall", "y"), ("thresholds", "x")):
        reach = made[code].x_range if axis == "x" else made[code].y_range
        assert reach is not None
        assert 0.02 < reach[1] <= 0.3, (code, axis)
    drawn = made["score_distribution"]
    assert drawn.x_range == made["thresholds"].x_range
    assert sum(y > 0 for y in drawn.curves[0].y) >= 10, "in the first bar alone nothing can be seen"
    assert made["thresholds"].y_range == (0.0, 1.0)
    assert made["roc"].y_range == (0.0, 1.0)


def test_that_a_threshold_beyond_the_axis_is_told() -> None:
    line = rare(0.01)["thresholds"].curves[-1]
    assert Words("en").text(line.label) == "threshold 50%, further right"
    assert Words("en").text(rare(0.01, threshold=0.02)["thresholds"].curves[-1].label) == "threshold"


def test_that_charts_of_a_frequent_class_keep_all_hundred_per_cent() -> None:
    for code, chart in rare(0.4).items():
        if code in ("calibration", "precision_recall", "thresholds"):
            assert (chart.x_range, chart.y_range) == ((0.0, 1.0), (0.0, 1.0)), code


def test_that_the_ticks_of_a_narrow_axis_differ() -> None:
    plane = Plane(rare(0.001)["calibration"], Words("en"))
    for ticks in (plane.x_ticks, plane.y_ticks):
        words = [text for _value, text in ticks]
        assert len(words) == len(set(words)) >= 3
