"""Classes of unequal size: what a fit learns from, and that its probabilities mean the same as without it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import BaseEstimator

from app.learning.balance.prior import set_back
from app.learning.balance.rows import balanced_rows
from app.learning.estimators.catalogue import catalogue
from app.learning.estimators.preparation import shape_of
from app.learning.model import fold_predictions
from app.learning.records import Balance, Task
from app.learning.search.data import LearningData, fit
from tests.unit.learning.made_data import mixed

RARE = 0.1


def rare(*, rows: int = 1_200, classes: int = 2) -> LearningData:
    """Made data whose last class is rare; some cells are missing."""
    data = mixed(Task.REGRESSION, rows=rows)
    edges = np.quantile(data.values, [1 - RARE] if classes == 2 else [0.6, 1 - RARE])
    frame = data.frame.copy()
    frame.iloc[::7, 0] = np.nan
    frame.iloc[::11, 8] = None
    task = Task.BINARY if classes == 2 else Task.MULTICLASS
    codes = np.searchsorted(edges, data.values).astype(np.float64)
    return replace(data, task=task, classes=classes, frame=frame, values=codes)


@pytest.mark.parametrize("how", [Balance.OVER, Balance.UNDER, Balance.SMOTE])
@pytest.mark.parametrize("classes", [2, 3])
def test_that_every_class_has_as_many_rows(how: Balance, classes: int) -> None:
    data = rare(classes=classes)
    codes = data.values.astype(np.int64)
    made = balanced_rows(data.frame, codes, data.columns, how=how, classes=classes, seed=1)
    counts = np.bincount(codes)
    wanted = counts.min() if how is Balance.UNDER else counts.max()
    assert np.bincount(made.target).tolist() == [wanted] * classes
    assert made.factors == pytest.approx(counts / len(codes) * classes)
    assert list(made.frame.columns) == list(data.frame.columns)
    again = balanced_rows(data.frame, codes, data.columns, how=how, classes=classes, seed=1)
    assert made.frame.equals(again.frame)


def test_that_made_up_rows_lie_between_rows_of_their_class() -> None:
    data = rare()
    codes = data.values.astype(np.int64)
    made = balanced_rows(data.frame, codes, data.columns, how=Balance.SMOTE, classes=2, seed=1)
    assert made.frame.iloc[: len(codes)].reset_index(drop=True).equals(data.frame)
    own, new = data.frame[codes == 1], made.frame.iloc[len(codes) :]
    for place, column in enumerate(data.columns):
        given, cells = own.iloc[:, place], new.iloc[:, place]
        if column.numeric:
            middle = data.frame.iloc[:, place].median()
            assert cells.between(min(given.min(), middle) - 1e-9, max(given.max(), middle) + 1e-9).all()
        else:
            assert set(cells.dropna()) <= set(given.dropna())


def test_that_weights_make_classes_count_alike() -> None:
    data = rare(classes=3)
    codes = data.values.astype(np.int64)
    made = balanced_rows(data.frame, codes, data.columns, how=Balance.WEIGHTS, classes=3, seed=0)
    assert made.weights is not None
    assert np.bincount(codes, weights=made.weights) == pytest.approx([len(codes) / 3] * 3)


@pytest.mark.parametrize("estimator", ["logistic", "bayes", "boosting"])
@pytest.mark.parametrize("classes", [2, 3])
def test_that_probabilities_are_set_back_by_a_factor_for_each_class(estimator: str, classes: int) -> None:
    data = rare(classes=classes)
    kind = catalogue()[estimator]
    params = {"max_iter": 20} if estimator == "boosting" else {}
    pipeline = kind.build(data.task, shape_of(data.columns, len(data.rows)), params, 0)
    pipeline.fit(data.frame, data.values.astype(np.int64))
    before = fold_predictions(pipeline, data.frame, classes=classes)
    some = np.flatnonzero((data.values == 0) | (np.arange(len(data.rows)) % 3 == 0))  # other shares than it learned
    places = data.values[some].astype(np.int64)
    set_back(pipeline[-1], np.ones(classes), pipeline[:-1].transform(data.frame.iloc[some]), places)
    after = fold_predictions(pipeline, data.frame, classes=classes)
    assert after[some].mean(axis=0) == pytest.approx(np.bincount(places, minlength=classes) / len(some), abs=1e-6)
    likely = [n for n in range(classes) if (after[:, n] > 1e-9).all()]
    odds = np.log(after[:, likely] / after[:, :1]) - np.log(before[:, likely] / before[:, :1])
    assert np.ptp(odds, axis=0) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("estimator", ["logistic", "boosting", "tree", "forest", "network"])
@pytest.mark.parametrize("how", [Balance.WEIGHTS, Balance.OVER, Balance.UNDER, Balance.SMOTE])
def test_that_a_probability_means_what_it_did(estimator: str, how: Balance) -> None:
    data = replace(rare(rows=3_000), balance=how)
    fitted, scored = data.folds[0]
    params = {
        "network": {"nets": 1, "steps": 100},
        "forest": {"n_estimators": 20, "min_samples_leaf": 5},
        "boosting": {"max_iter": 50, "max_leaf_nodes": 8},
    }
    pipeline: BaseEstimator = fit(catalogue()[estimator], params.get(estimator, {}), data, fitted)
    found = fold_predictions(pipeline, data.frame.iloc[scored], classes=2)[:, 1]
    assert len(found) == len(scored)
    assert found.mean() == pytest.approx(data.values[scored].mean(), abs=0.04)
