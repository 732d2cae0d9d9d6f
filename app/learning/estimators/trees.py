"""Builders of models made of trees."""

from __future__ import annotations

from collections.abc import Mapping

from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from app.learning.estimators.cost import FEWER_TREES, FOREST_TREES, MANY_ROWS, ROWS_A_LEAF
from app.learning.estimators.parts import of_target, pipeline, regression
from app.learning.estimators.preparation import (
    Shape,
    averaged,
    directions_of,
    native,
    native_averaged,
    ordered,
    separate,
)
from app.learning.records import Task

Value = str | int | float | bool | None
Params = Mapping[str, Value]


def tree(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """One small tree."""
    leaf = max(5, min(200, shape.rows // 100))
    kind = DecisionTreeRegressor if regression(task) else DecisionTreeClassifier
    fixed = {"min_samples_leaf": leaf, "random_state": seed, "monotonic_cst": directions_of(shape)}
    return pipeline(ordered(shape), kind(**{**fixed, **params}))


def forest(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """Many trees on resampled rows, averaged."""
    return _averaged(RandomForestRegressor if regression(task) else RandomForestClassifier, shape, params, seed, 0.4)


def extra_trees(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """Many trees with random cuts, averaged."""
    return _averaged(ExtraTreesRegressor if regression(task) else ExtraTreesClassifier, shape, params, seed, 0.5)


def _averaged(kind: type[BaseEstimator], shape: Shape, params: Params, seed: int, share: float) -> Pipeline:
    """``share``: of the columns, that a cut looks at where amounts are learned; for classes it is the root."""
    prepare, given = _sized(shape, params)
    if issubclass(kind, RegressorMixin):
        given = {"max_features": share, **given}
    return pipeline(prepare, of_target(kind, given, random_state=seed, monotonic_cst=directions_of(shape)))


def _sized(shape: Shape, params: Params) -> tuple[object, dict[str, Value]]:
    """Fewer and smaller trees where there are many rows: memory and time stay within bounds."""
    trees = FOREST_TREES if shape.rows < MANY_ROWS else FEWER_TREES
    given: dict[str, Value] = {"n_estimators": trees, **params}
    given["min_samples_leaf"] = max(int(given.get("min_samples_leaf") or 1), shape.rows // ROWS_A_LEAF)
    words = _words(shape, given.pop("words", "codes"))
    return {"columns": separate, "target": averaged}.get(words, ordered)(shape), given


def _words(shape: Shape, chosen: Value) -> str:
    """How words are coded: where a column has a direction, it must be known beforehand how many columns there are."""
    return "codes" if chosen == "columns" and any(shape.directions) else str(chosen)


def boosting(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """Small trees, each correcting those before it."""
    given = {"min_samples_leaf": max(2, min(20, shape.rows // 20)), **params}
    words = _words(shape, given.pop("words", "codes"))
    first = len(shape.numeric)
    categories = list(range(first, first + len(shape.words))) if words == "codes" else []
    fixed: dict[str, object] = {
        "categorical_features": categories or None,
        "random_state": seed,
        "early_stopping": False,
        "monotonic_cst": directions_of(shape),
    }
    prepare = {"codes": native, "target": native_averaged}.get(words, separate)(shape)
    if regression(task):
        return pipeline(prepare, of_target(HistGradientBoostingRegressor, given, standard=False, **fixed))
    return pipeline(prepare, HistGradientBoostingClassifier(**{**fixed, **given}))


def calibrated_forest(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """A forest whose probabilities are corrected on rows that it didn't learn from."""
    prepare, given = _sized(shape, params)
    method = str(given.pop("method", "isotonic"))
    inner = RandomForestClassifier(random_state=seed, monotonic_cst=directions_of(shape), **given)
    return pipeline(prepare, CalibratedClassifierCV(inner, method=method, cv=3, ensemble=False))
