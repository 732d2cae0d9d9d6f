"""What the builders share."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.compose import TransformedTargetRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from app.learning.estimators.kind import LOGARITHM
from app.learning.records import Task

Params = Mapping[str, str | int | float | bool | None]


def pipeline(prepare: object, model: object) -> Pipeline:
    """Preparation and model, as every candidate has them."""
    return Pipeline([("prepare", prepare), ("model", model)])


def regression(task: Task) -> bool:
    """Whether amounts are learned."""
    return task is Task.REGRESSION


def learns_logarithm(params: Params) -> bool:
    """Whether the logarithm of the target is learned. A sum that goes on straight beyond what was seen would then
    explode: its columns are to be bounded."""
    return params.get("target") == LOGARITHM


def of_target(
    kind: Callable[..., BaseEstimator], params: Params, *, standard: bool = False, **fixed: object
) -> BaseEstimator:
    """A regressor, or one that learns the logarithm of the target or a standardised target and gives amounts back.

    Parameters
    ----------
    params
        Those of ``kind``; ``target`` says whether the logarithm is learned.
    standard
        Whether a target that stays as it is gets mean 0 and deviation 1: for models whose parameters depend on it.
    """
    given = dict(params)
    logarithm = learns_logarithm(params)
    given.pop("target", None)
    model = kind(**{**fixed, **given})
    if logarithm and standard:
        steps = [("log", FunctionTransformer(np.log1p, np.expm1, check_inverse=False)), ("scale", StandardScaler())]
        return TransformedTargetRegressor(model, transformer=Pipeline(steps))
    if logarithm:
        return TransformedTargetRegressor(model, func=np.log1p, inverse_func=np.expm1, check_inverse=False)
    return TransformedTargetRegressor(model, transformer=StandardScaler()) if standard else model
