"""What a report warns of: sentences that a reader in a hurry must not miss."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from app.learning.records import Estimate
from app.text.listing import quoted
from app.text.message import Text, Value
from app.verification.observed import Classified, Measured
from app.verification.records import BarChart, MetricRow
from app.verification.verdict import error_findings, evidence_findings, importance_findings, performance_findings

RMSE = "neg_root_mean_squared_error"


def figure(value: float, reach: float | None = None) -> Estimate:
    ends = {} if reach is None else {"low": value - reach, "high": value + reach}
    return Estimate(value=value, **ends)


def promised(code: str, cv: Estimate, own: Estimate, *, on_test_file: bool = False) -> list[str]:
    version = SimpleNamespace(metric=code, cv={code: cv}, positive="yes", features=())
    rows = [MetricRow(code=code, estimate=own)]
    found = performance_findings(version, rows, level=0.95, priced=True, on_test_file=on_test_file)  # type: ignore[arg-type]
    return [text.id.rpartition(".")[2] for _severity, text in found]


@pytest.mark.parametrize(
    ("own", "on_test_file", "said"),
    [
        (figure(0.80, 0.02), False, []),
        (figure(0.70, 0.02), False, ["worse_than_cv"]),
        (figure(0.90, 0.02), True, ["test_too_good"]),
        (figure(0.90, 0.02), False, []),  # an alarm of its own
    ],
)
def test_that_a_promise_that_is_not_kept_is_said(own: Estimate, on_test_file: bool, said: list[str]) -> None:
    assert promised("roc_auc", figure(0.80, 0.02), own, on_test_file=on_test_file) == said


def test_that_a_promise_is_compared_also_without_an_interval() -> None:
    assert promised(RMSE, figure(-26_006, 3_000), figure(-29_876)) == ["perhaps_worse"]
    assert promised(RMSE, figure(-26_006, 3_000), figure(-26_500)) == []


def test_that_one_row_that_makes_the_error_is_shown() -> None:
    g = np.random.default_rng(0)
    actual = g.normal(200_000, 50_000, size=300)
    predicted = actual + g.normal(0, 10_000, size=300)
    assert error_findings(Measured(actual=actual, predicted=predicted, centre=0.0)) == []
    predicted[17] = actual[17] + 400_000
    ((severity, text),) = error_findings(Measured(actual=actual, predicted=predicted, centre=0.0))
    assert (severity, text.id) == ("warning", "verification.finding.one_error")
    told = text.params["actual"]
    assert isinstance(told, Value)
    assert told.value == pytest.approx(actual[17])


def test_that_a_column_that_tells_more_than_all_others_is_asked_about() -> None:
    def asked(*values: float) -> list[tuple[str, Text]]:
        names = tuple(f"c{n}" for n in range(len(values)))
        bars = BarChart(code="importance", x_label=Text("x"), names=names, values=values)
        return importance_findings(SimpleNamespace(features=names), 500, [bars])  # type: ignore[arg-type]

    assert asked(0.3, 0.2, 0.15, -0.1) == []
    assert [text.params["column"] for _severity, text in asked(0.1, 0.5, 0.2, -0.3)] == ["c1"]


def test_that_a_class_that_is_named_but_never_rightly_is_named() -> None:
    actual = np.repeat([0, 1, 2], 40)
    predicted = np.where(actual == 2, 1, actual)
    predicted[0] = 2
    data = Classified(
        labels=("low", "mid", "high"),
        positive=-1,
        actual=actual,
        predicted=predicted,
        probabilities=np.full((120, 3), 1 / 3),
        prior=np.full(3, 1 / 3),
    )
    found = [text for _severity, text in evidence_findings(data, openings=1, on_test_file=False)]
    assert [text.params.get("labels") for text in found if text.id.endswith("never_predicted")] == [quoted("high")]


def test_that_false_alarms_are_said_where_nearly_all_are() -> None:
    version = SimpleNamespace(metric="roc_auc", cv={}, positive="yes")
    rows = [MetricRow(code="precision", estimate=figure(0.037, 0.01))]
    found = performance_findings(version, rows, level=0.95, priced=True)  # type: ignore[arg-type]
    assert [text.id for _severity, text in found] == ["verification.finding.few_right"]
