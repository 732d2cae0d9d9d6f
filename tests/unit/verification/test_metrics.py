"""Metrics: scikit-learn's values, in the scorer's sense, with intervals and the baseline."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn import metrics as reference
from sklearn.dummy import DummyClassifier

from app.learning.records import Task
from app.verification.metrics import measure
from app.verification.observed import Classified, Measured
from app.verification.records import MetricRow


def binary(n: int = 300, share: float = 0.3, seed: int = 0) -> Classified:
    generator = np.random.default_rng(seed)
    actual = (generator.random(n) < share).astype(np.intp)
    score = 1 / (1 + np.exp(-(2 * actual - 1.2 + generator.normal(size=n))))
    return Classified(
        labels=("No", "Yes"),
        positive=1,
        actual=actual,
        predicted=(score >= 0.4).astype(np.intp),
        probabilities=np.column_stack([1 - score, score]),
        prior=np.array([0.7, 0.3]),
        threshold=0.4,
    )


def multiclass(n: int = 400, seed: int = 0) -> Classified:
    generator = np.random.default_rng(seed)
    actual = generator.choice(4, size=n, p=[0.5, 0.2, 0.2, 0.1])
    raw = generator.random((n, 4)) + 0.8 * np.eye(4)[actual]
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    return Classified(
        labels=("a", "b", "c", "d"),
        positive=-1,
        actual=actual,
        predicted=probabilities.argmax(axis=1),
        probabilities=probabilities,
        prior=np.array([0.5, 0.2, 0.2, 0.1]),
    )


def regression(n: int = 300, seed: int = 0) -> Measured:
    generator = np.random.default_rng(seed)
    actual = generator.normal(100, 20, size=n)
    return Measured(actual=actual, predicted=actual + generator.normal(0, 8, size=n), centre=99.0)


def by_code(rows: list[MetricRow]) -> dict[str, MetricRow]:
    return {row.code: row for row in rows}


def test_that_binary_metrics_equal_scikit_learns() -> None:
    data = binary()
    y, p, score = data.actual, data.predicted, data.scores
    expected = {
        "roc_auc": reference.roc_auc_score(y, score),
        "average_precision": reference.average_precision_score(y, score),
        "recall": reference.recall_score(y, p),
        "precision": reference.precision_score(y, p),
        "f1": reference.f1_score(y, p),
        "balanced_accuracy": reference.balanced_accuracy_score(y, p),
        "accuracy": reference.accuracy_score(y, p),
        "neg_log_loss": -reference.log_loss(y, score),
        "neg_brier_score": -reference.brier_score_loss(y, score),
    }
    found = by_code(measure(Task.BINARY, data, repeats=200))
    assert list(found) == list(expected)
    for code, value in expected.items():
        assert found[code].estimate.value == pytest.approx(value, abs=1e-12), code


def test_that_multiclass_metrics_equal_scikit_learns() -> None:
    data = multiclass()
    y, p = data.actual, data.predicted
    expected = {
        "accuracy": reference.accuracy_score(y, p),
        "balanced_accuracy": reference.balanced_accuracy_score(y, p),
        "f1_macro": reference.f1_score(y, p, average="macro"),
        "roc_auc_ovr": reference.roc_auc_score(y, data.probabilities, multi_class="ovr"),
        "neg_log_loss": -reference.log_loss(y, data.probabilities),
    }
    found = by_code(measure(Task.MULTICLASS, data, repeats=200))
    for code, value in expected.items():
        assert found[code].estimate.value == pytest.approx(value, abs=1e-12), code


def test_that_regression_metrics_equal_scikit_learns() -> None:
    data = regression()
    y, p = data.actual, data.predicted
    expected = {
        "r2": reference.r2_score(y, p),
        "neg_root_mean_squared_error": -reference.root_mean_squared_error(y, p),
        "neg_mean_absolute_error": -reference.mean_absolute_error(y, p),
        "neg_median_absolute_error": -reference.median_absolute_error(y, p),
    }
    found = by_code(measure(Task.REGRESSION, data, repeats=200))
    for code, value in expected.items():
        assert found[code].estimate.value == pytest.approx(value, rel=1e-12), code


def test_that_the_baseline_is_scikit_learns_dummy() -> None:
    data = binary()
    features = np.zeros((data.rows, 1))
    dummy = DummyClassifier(strategy="prior").fit(np.zeros((10, 1)), np.arange(10) < 3)
    found = by_code(measure(Task.BINARY, data, repeats=100))
    scores = dummy.predict_proba(features)[:, 1]
    assert found["accuracy"].baseline.value == pytest.approx(dummy.score(features, data.is_positive))
    assert found["neg_log_loss"].baseline.value == pytest.approx(-reference.log_loss(data.actual, scores))
    assert found["roc_auc"].baseline.value == 0.5
    assert found["recall"].baseline.value == 0.0


@pytest.mark.parametrize(
    ("task", "data"), [(Task.BINARY, binary()), (Task.MULTICLASS, multiclass()), (Task.REGRESSION, regression())]
)
def test_that_every_figure_lies_in_its_interval_and_beats_the_baseline_here(task: Task, data: object) -> None:
    for row in measure(task, data, repeats=300):
        assert row.estimate.low <= row.estimate.value <= row.estimate.high, row.code
        assert row.axis[0] <= row.estimate.low, row.code
        assert row.estimate.high <= row.axis[1], row.code
        if row.difference is not None:
            assert row.difference.low <= row.difference.value <= row.difference.high, row.code
            if row.code not in ("recall",):
                assert row.difference.value > 0, row.code


def test_that_nine_positives_get_figures_without_intervals_and_a_reason() -> None:
    data = binary(n=200)
    keep = np.concatenate([np.flatnonzero(data.actual == 1)[:9], np.flatnonzero(data.actual == 0)])
    few = Classified(
        labels=data.labels,
        positive=1,
        actual=data.actual[keep],
        predicted=data.predicted[keep],
        probabilities=data.probabilities[keep],
        prior=data.prior,
    )
    for row in measure(Task.BINARY, few, repeats=100):
        assert row.estimate.value is not None
        assert row.estimate.low is None, row.code
        assert row.estimate.reason.id == "verification.interval.few_positives"


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_that_hardly_any_rows_break_nothing(rows: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for task, data in ((Task.BINARY, binary()), (Task.MULTICLASS, multiclass())):
            few = Classified(
                labels=data.labels,
                positive=data.positive,
                actual=np.zeros(rows, dtype=np.intp),
                predicted=np.zeros(rows, dtype=np.intp),
                probabilities=data.probabilities[:rows],
                prior=data.prior,
            )
            assert len(measure(task, few)) > 3
        some = regression()
        assert (
            len(
                measure(
                    Task.REGRESSION, Measured(actual=some.actual[:rows], predicted=some.predicted[:rows], centre=1.0)
                )
            )
            == 4
        )


def test_that_a_rare_class_takes_the_interval_from_averages_over_classes_only() -> None:
    data = multiclass(n=60)
    found = by_code(measure(Task.MULTICLASS, data, repeats=100))
    assert found["balanced_accuracy"].estimate.low is None
    assert found["balanced_accuracy"].estimate.reason.id == "verification.interval.rare_class"
    assert found["accuracy"].estimate.low is not None
