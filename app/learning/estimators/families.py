"""Builders of unfitted pipelines, one for each family of estimators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import LabelEncoder
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils import Bunch

from app.learning.estimators.cost import FEWER_TREES, FOREST_TREES, MANY_ROWS
from app.learning.estimators.preparation import Shape, native, nothing, ordered, scaled
from app.learning.records import Task

Params = Mapping[str, str | int | float | bool | None]

_LEVELS_OF_NEIGHBOURS = 12
"""More one-hot columns make every row equally far from every other, and slow."""

ENSEMBLE_TYPES = ("sklearn.utils._bunch.Bunch",)


def _pipeline(prepare: object, model: object) -> Pipeline:
    return Pipeline([("prepare", prepare), ("model", model)])


def baseline(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """Always the shares of the classes, always the mean."""
    model = DummyRegressor(strategy="mean") if task is Task.REGRESSION else DummyClassifier(strategy="prior")
    return _pipeline(nothing(shape), model)


def logistic(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """Logistic regression with an L2 penalty."""
    return _pipeline(scaled(shape), LogisticRegression(max_iter=500, **params))


def ridge(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """Linear regression with an L2 penalty, solved exactly."""
    return _pipeline(scaled(shape), Ridge(solver="cholesky", **params))


def tree(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """One small tree."""
    leaf = max(5, min(200, shape.rows // 100))
    kind = DecisionTreeRegressor if task is Task.REGRESSION else DecisionTreeClassifier
    return _pipeline(ordered(shape), kind(min_samples_leaf=leaf, random_state=seed, **params))


def forest(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """Many trees on resampled rows, averaged."""
    if task is Task.REGRESSION:
        given = {"max_features": 0.4, **_sized(shape, params)}
        return _pipeline(ordered(shape), RandomForestRegressor(random_state=seed, **given))
    return _pipeline(ordered(shape), RandomForestClassifier(random_state=seed, **_sized(shape, params)))


def extra_trees(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """Many trees with random cuts, averaged."""
    if task is Task.REGRESSION:
        given = {"max_features": 0.5, **_sized(shape, params)}
        return _pipeline(ordered(shape), ExtraTreesRegressor(random_state=seed, **given))
    return _pipeline(ordered(shape), ExtraTreesClassifier(random_state=seed, **_sized(shape, params)))


def _sized(shape: Shape, params: Params) -> dict[str, str | int | float | bool | None]:
    """Fewer and smaller trees where there are many rows: memory and time stay within bounds."""
    trees = FOREST_TREES if shape.rows < MANY_ROWS else FEWER_TREES
    given: dict[str, str | int | float | bool | None] = {"n_estimators": trees, **params}
    leaf = params.get("min_samples_leaf") or 1
    given["min_samples_leaf"] = max(int(leaf), shape.rows // 20_000)
    return given


def boosting(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """Small trees, each correcting those before it."""
    first = len(shape.numeric)
    kind = HistGradientBoostingRegressor if task is Task.REGRESSION else HistGradientBoostingClassifier
    categories = list(range(first, first + len(shape.words))) or None
    model = kind(categorical_features=categories, random_state=seed, min_samples_leaf=_leaf(shape), **params)
    return _pipeline(native(shape), model)


def _leaf(shape: Shape) -> int:
    return max(2, min(20, shape.rows // 20))


def neighbours(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """The most similar rows decide. City-block distance: scikit-learn computes it pair by pair, the Euclidean one
    through BLAS in blocks whose last bits depend on the batch."""
    kind = KNeighborsRegressor if task is Task.REGRESSION else KNeighborsClassifier
    given = {**params, "n_neighbors": max(1, min(int(params.get("n_neighbors") or 5), shape.rows // 5))}
    return _pipeline(
        scaled(shape, most_levels=_LEVELS_OF_NEIGHBOURS),
        kind(algorithm="brute", metric="manhattan", weights="distance", **given),
    )


def ensemble(task: Task, members: Sequence[Pipeline], weights: Sequence[float]) -> VotingClassifier | VotingRegressor:
    """The weighted mean of fitted members, as scikit-learn's own voting estimator."""
    named = [(f"member{position}", member) for position, member in enumerate(members)]
    if task is Task.REGRESSION:
        vote = VotingRegressor(named, weights=list(weights))
    else:
        vote = VotingClassifier(named, voting="soft", weights=list(weights))
        classes = np.unique(np.concatenate([member.classes_ for member in members]))
        vote.le_ = LabelEncoder().fit(classes)
        vote.classes_ = vote.le_.classes_
    vote.estimators_ = list(members)
    vote.named_estimators_ = Bunch(**dict(named))
    return vote
