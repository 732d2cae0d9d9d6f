"""Boosted trees of other libraries, which are tried where they are installed (``ciclo[lightgbm]``, ``ciclo[xgboost]``).

Both keep a fitted model as text or plain bytes of their own, which skops stores as such; nothing is ever unpickled.
CatBoost isn't among them: its files hold the time at which they were made and a random number, so the same training
never gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.util import find_spec

from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from app.learning.estimators import cost, footprint
from app.learning.estimators.cost import Cost
from app.learning.estimators.footprint import Law
from app.learning.estimators.kind import MEANS, WRITTEN, Build, Choice, EstimatorKind, Params, Range, Space
from app.learning.estimators.parts import of_target, pipeline, regression
from app.learning.estimators.preparation import Shape, directions_of, native, native_averaged
from app.learning.estimators.readable import ALL, TARGET
from app.learning.records import Task

EXTRAS = {"lightgbm": "LightGBM", "xgboost": "XGBoost"}
"""By the name of package and extra alike, as people call them."""


def installed() -> tuple[str, ...]:
    """The extras that are there."""
    return tuple(name for name in EXTRAS if find_spec(name) is not None)


def lacking(types: Iterable[str]) -> str:
    """The extra that one of these dotted types needs and that isn't there; empty where there is none."""
    roots = {name.partition(".")[0] for name in types}
    return next((name for name in EXTRAS if name in roots and find_spec(name) is None), "")


def extras() -> tuple[EstimatorKind, ...]:
    """The kinds of the extras that are there."""
    known = {"lightgbm": _lightgbm, "xgboost": _xgboost}
    return tuple(known[name]() for name in installed())


def _lightgbm() -> EstimatorKind:
    return _declared(
        "lightgbm",
        {"num_leaves": 16},
        {
            "num_leaves": Range(low=4, high=63, log=True, whole=True, least=2, most=255),
            "min_child_samples": Range(low=2, high=60, log=True, whole=True, least=1, most=500),
        },
        build=_build_lightgbm,
        cost=cost.lightgbm,
        footprint=footprint.lightgbm,
        trusted=(
            "collections.OrderedDict",
            "lightgbm.basic.Booster",
            "lightgbm.sklearn.LGBMClassifier",
            "lightgbm.sklearn.LGBMRegressor",
        ),
        exports=WRITTEN,
    )


def _xgboost() -> EstimatorKind:
    return _declared(
        "xgboost",
        {"max_depth": 4},
        {
            "max_depth": Range(low=2, high=8, whole=True, least=1, most=12),
            "min_child_weight": Range(low=1, high=30, log=True, least=0.1, most=300),
        },
        build=_build_xgboost,
        cost=cost.xgboost,
        footprint=footprint.xgboost,
        trusted=("xgboost.core.Booster", "xgboost.sklearn.XGBClassifier", "xgboost.sklearn.XGBRegressor"),
    )


def _declared(
    id: str,
    first: Params,
    space: Space,
    *,
    build: Build,
    cost: Cost,
    footprint: Law,
    trusted: tuple[str, ...],
    exports: frozenset[str] = frozenset(),
) -> EstimatorKind:
    """What both have in common, with the parameters that are a library's own."""
    params: Params = {"learning_rate": 0.05, "n_estimators": 200, "colsample_bytree": 0.5, **first}
    return EstimatorKind(
        id=id,
        tasks=ALL,
        build=build,
        complexity=3,
        more=(params, {**params, "words": MEANS}),
        space={
            "learning_rate": Range(low=0.02, high=0.2, log=True, least=0.005, most=0.5),
            "n_estimators": Range(low=100, high=600, log=True, whole=True, least=30, most=2_000),
            "colsample_bytree": Range(low=0.3, high=1.0, least=0.05),
            "reg_lambda": Range(low=0.01, high=20.0, log=True, least=1e-4, most=1e3),
            "words": Choice(values=("codes", MEANS)),
            "target": TARGET,
            **space,
        },
        cost=cost,
        footprint=footprint,
        directions=True,
        trusted=trusted,
        exports=exports,
    )


def _build_lightgbm(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """One thread, or the order of sums would depend on the processors."""
    from lightgbm import LGBMClassifier, LGBMRegressor

    fixed: dict[str, object] = {"n_jobs": 1, "deterministic": True, "force_row_wise": True, "verbosity": -1}
    fixed |= {"random_state": seed, "min_child_samples": max(2, min(20, shape.rows // 20))}
    return _built(task, shape, params, fixed, LGBMRegressor if regression(task) else LGBMClassifier)


def _build_xgboost(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    from xgboost import XGBClassifier, XGBRegressor

    fixed: dict[str, object] = {"n_jobs": 1, "tree_method": "hist", "random_state": seed}
    return _built(task, shape, params, fixed, XGBRegressor if regression(task) else XGBClassifier)


def _built(
    task: Task, shape: Shape, params: Params, fixed: dict[str, object], kind: Callable[..., BaseEstimator]
) -> Pipeline:
    given = dict(params)
    prepare: ColumnTransformer = (native_averaged if given.pop("words", "codes") == MEANS else native)(shape)
    directions = directions_of(shape)
    if directions is not None:
        fixed = {**fixed, "monotone_constraints": directions}
    if regression(task):
        return pipeline(prepare, of_target(kind, given, standard=False, **fixed))
    return pipeline(prepare, kind(**{**fixed, **given}))
