"""Builders of models that can be read: sums of effects, and points on a card."""

from __future__ import annotations

from collections.abc import Mapping

from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import (
    ElasticNet,
    GammaRegressor,
    LogisticRegression,
    PoissonRegressor,
    QuantileRegressor,
    Ridge,
    TweedieRegressor,
)
from sklearn.naive_bayes import BernoulliNB
from sklearn.pipeline import Pipeline

from app.learning.estimators.parts import learns_logarithm, of_target, pipeline, regression
from app.learning.estimators.preparation import Shape, binned, curved, nothing, scaled
from app.learning.records import Task

STRAIGHT = "straight"
"""A sum that goes on beyond the numbers seen follows a trend, and errs without limit where a row is unlike all others;
models of amounts stop at the ends, but for one that the folds may choose."""

Params = Mapping[str, str | int | float | bool | None]


def baseline(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """Always the shares of the classes, always the mean."""
    model = DummyRegressor(strategy="mean") if regression(task) else DummyClassifier(strategy="prior")
    return pipeline(nothing(shape), model)


def logistic(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """Logistic regression with an L2 penalty."""
    given = dict(params)
    words = str(given.pop("words", "columns"))
    return pipeline(scaled(shape, words=words), LogisticRegression(max_iter=500, **given))


def ridge(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """Linear regression with an L2 penalty, solved exactly; ``beyond`` what was seen it stops, or goes on straight."""
    given = dict(params)
    straight = given.pop("beyond", "") == STRAIGHT and not learns_logarithm(params)
    prepare = scaled(shape, bounded=not straight, words=str(given.pop("words", "columns")))
    return pipeline(prepare, of_target(Ridge, given, solver="cholesky"))


def elastic_net(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """A linear model whose penalty drives weak effects to exactly zero."""
    if regression(task):
        model = of_target(ElasticNet, params, standard=True, max_iter=2_000, tol=1e-3)
        return pipeline(scaled(shape, bounded=True), model)
    alpha, mixed = float(params.get("alpha") or 0.01), float(params.get("l1_ratio") or 0.5)
    model = LogisticRegression(
        C=1 / (alpha * shape.rows), l1_ratio=mixed, solver="saga", max_iter=200, tol=1e-3, random_state=seed
    )
    return pipeline(scaled(shape), model)


def additive(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """A sum of smooth curves, one for each number, and an effect for each word (a generalised additive model fitted
    as penalised B-splines; P. Eilers & B. Marx, "Flexible smoothing with B-splines and penalties", 1996)."""
    prepare = curved(shape, knots=int(params.get("knots") or 6), bounded=regression(task))
    return pipeline(prepare, _penalised(task, params))


def scorecard(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """Points for each range of a number and for each word, added up."""
    return pipeline(binned(shape, bins=int(params.get("bins") or 5)), _penalised(task, params))


def _penalised(task: Task, params: Params) -> object:
    """A linear model whose ``penalty`` means the same for classes and amounts."""
    penalty = float(params.get("penalty") or 1.0)
    if regression(task):
        target = {name: value for name, value in params.items() if name == "target"}
        return of_target(Ridge, target, solver="cholesky", alpha=10 * penalty)
    return LogisticRegression(max_iter=500, C=1 / penalty)


def bayes(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """How frequent each range and each word is in each class, as if they had nothing to do with each other."""
    given = dict(params)
    return pipeline(binned(shape, bins=int(given.pop("bins", None) or 8)), BernoulliNB(**given))


def median(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """Quantile regression for the median (R. Koenker & G. Bassett, "Regression quantiles", Econometrica 1978)."""
    given = dict(params)
    prepare = scaled(shape, bounded=True, words=str(given.pop("words", "columns")))
    return pipeline(prepare, QuantileRegressor(quantile=0.5, solver="highs", **given))


def counts(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """Poisson regression."""
    return pipeline(scaled(shape, bounded=True), PoissonRegressor(solver="newton-cholesky", max_iter=200, **params))


def amounts(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """Gamma regression."""
    return pipeline(scaled(shape, bounded=True), GammaRegressor(solver="newton-cholesky", max_iter=200, **params))


def claims(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """Regression for amounts of which many are zero and few are large (Tweedie)."""
    model = TweedieRegressor(link="log", solver="newton-cholesky", max_iter=200, **params)
    return pipeline(scaled(shape, bounded=True), model)
