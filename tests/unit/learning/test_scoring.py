"""Estimates over folds."""

from __future__ import annotations

import pytest

from app.learning.scoring import estimate


@pytest.mark.parametrize(
    ("metric", "folds"),
    [("roc_auc", [0.9, 1.0, 0.99]), ("neg_log_loss", [-0.01, -0.4, -0.02]), ("r2", [0.99, 0.9, 1.0])],
)
def test_that_an_interval_ends_where_the_metric_ends(metric: str, folds: list[float]) -> None:
    free, bound = estimate(folds, test_share=0.25), estimate(folds, test_share=0.25, metric=metric)
    assert free.high is not None
    assert free.high > (0.0 if metric == "neg_log_loss" else 1.0)
    assert bound.high == (0.0 if metric == "neg_log_loss" else 1.0)
    assert bound.low == free.low


def test_that_a_difference_may_have_either_sign() -> None:
    found = estimate([-0.1, 0.2, 0.0], test_share=0.25)
    assert found.low is not None
    assert found.low < 0
