"""Declarations of models that can only be tested: trees by the hundred, similar rows, networks."""

from __future__ import annotations

from app.learning.estimators import cost, distances, footprint, trees
from app.learning.estimators.kind import (
    LOGARITHM,
    MEANS,
    MEDIAN,
    ONNX_ONLY,
    WRITTEN,
    Choice,
    EstimatorKind,
    Params,
    Range,
    Space,
)
from app.learning.estimators.readable import ALL, CLASSES, TARGET, TREE

_CALIBRATED = (
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.isotonic.IsotonicRegression",
)
_WORDS = Choice(values=("codes", "columns", MEANS))


def strong() -> tuple[EstimatorKind, ...]:
    """Cheapest first."""
    return (_boosting(), _forest(), _extra_trees(), _neighbours(), _kernel(), _vectors(), _network(), _calibrated())


def _boosting() -> EstimatorKind:
    def params(rate: float, trees: int, leaves: int, **others: float) -> Params:
        return {"learning_rate": rate, "max_iter": trees, "max_leaf_nodes": leaves, **others}

    return EstimatorKind(
        id="boosting",
        exports=WRITTEN,
        tasks=ALL,
        build=trees.boosting,
        balances=True,
        complexity=3,
        quick=(params(0.05, 150, 8), params(0.1, 100, 31)),
        more=(
            params(0.03, 400, 16, max_features=0.5, l2_regularization=1.0),
            params(0.05, 400, 31, max_features=0.3, l2_regularization=5.0),
            {**params(0.03, 400, 16, max_features=0.5), "target": LOGARITHM},
            {**params(0.05, 200, 16, max_features=0.5), "words": MEANS},
            {**params(0.05, 200, 16, max_features=0.5), "loss": MEDIAN},
        ),
        all=(params(0.02, 800, 8, max_features=0.3), params(0.05, 600, 63, max_features=0.5)),
        space={
            "learning_rate": Range(low=0.02, high=0.2, log=True, least=0.005, most=0.5),
            "max_iter": Range(low=100, high=600, log=True, whole=True, least=30, most=2_000),
            "max_leaf_nodes": Range(low=4, high=63, log=True, whole=True, least=2, most=255),
            "min_samples_leaf": Range(low=2, high=60, log=True, whole=True, least=1, most=500),
            "max_features": Range(low=0.2, high=1.0, least=0.05),
            "l2_regularization": Range(low=0.01, high=20.0, log=True, least=1e-4, most=1e3),
            "words": _WORDS,
            "target": TARGET,
            "loss": Choice(values=("squared_error", MEDIAN)),
        },
        directions=True,
        cost=cost.boosting,
        footprint=footprint.boosting,
        trusted=(
            "functools.partial",
            "sklearn.utils.validation.check_array",
            "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        ),
    )


_FOREST_SPACE: Space = {
    "min_samples_leaf": Range(low=1, high=20, log=True, whole=True, most=200),
    "max_features": Range(low=0.1, high=1.0, least=0.02),
    "words": _WORDS,
    "target": TARGET,
}


def _forest() -> EstimatorKind:
    return EstimatorKind(
        id="forest",
        exports=WRITTEN,
        tasks=ALL,
        build=trees.forest,
        balances=True,
        complexity=3,
        quick=({"min_samples_leaf": 5}, {"min_samples_leaf": 1}),
        more=({"min_samples_leaf": 2, "max_features": 0.5, "n_estimators": 200},),
        all=({"min_samples_leaf": 3, "n_estimators": 300},),
        space={"n_estimators": Choice(values=(200, 300)), **_FOREST_SPACE},
        directions=True,
        cost=cost.forest,
        footprint=footprint.forest,
        trusted=(TREE,),
    )


def _extra_trees() -> EstimatorKind:
    return EstimatorKind(
        id="extra_trees",
        exports=WRITTEN,
        tasks=ALL,
        build=trees.extra_trees,
        balances=True,
        complexity=3,
        quick=({"min_samples_leaf": 2},),
        more=(
            {"min_samples_leaf": 1, "max_features": 0.5, "n_estimators": 200},
            {"min_samples_leaf": 1, "max_features": 1.0, "n_estimators": 200},
        ),
        all=({"min_samples_leaf": 1, "max_features": 0.7, "n_estimators": 400, "words": "columns"},),
        space={"n_estimators": Choice(values=(200, 400)), **_FOREST_SPACE},
        directions=True,
        cost=cost.extra_trees,
        footprint=footprint.extra_trees,
        trusted=(TREE,),
    )


def _neighbours() -> EstimatorKind:
    return EstimatorKind(
        id="neighbors",
        tasks=ALL,
        build=distances.neighbours,
        complexity=2,
        quick=({"n_neighbors": 25},),
        more=({"n_neighbors": 8, "scale": "rank"}, {"n_neighbors": 60}),
        space={
            "n_neighbors": Range(low=4, high=60, log=True, whole=True, least=1, most=300),
            "scale": Choice(values=("deviation", "rank")),
        },
        cost=cost.neighbours,
        footprint=footprint.neighbours,
        most_rows=10_000,
    )


def _kernel() -> EstimatorKind:
    return EstimatorKind(
        id="kernel",
        exports=ONNX_ONLY,
        tasks=ALL,
        build=distances.kernel,
        balances=True,
        complexity=3,
        more=({"C": 30.0, "gamma": 0.5, "parts": 400}, {"C": 3.0, "gamma": 1.0, "parts": 400}),
        space={
            "C": Range(low=0.3, high=300.0, log=True, least=0.01, most=1e4),
            "gamma": Range(low=0.1, high=4.0, log=True, least=0.01, most=30.0),
            "parts": Range(low=200, high=800, log=True, whole=True, most=1_500),
            "target": TARGET,
        },
        cost=cost.kernel,
        footprint=footprint.kernel,
        most_rows=50_000,
    )


def _vectors() -> EstimatorKind:
    return EstimatorKind(
        id="vectors",
        exports=ONNX_ONLY,
        tasks=ALL,
        build=distances.vectors,
        complexity=3,
        more=(
            {"C": 1.0, "gamma": 1.0},
            {"C": 10.0, "gamma": 0.3},
            {"C": 3.0, "gamma": 0.1, "target": LOGARITHM},
        ),
        space={
            "C": Range(low=0.3, high=100.0, log=True, least=0.01, most=1e4),
            "gamma": Range(low=0.1, high=4.0, log=True, least=0.01, most=30.0),
            "target": TARGET,
        },
        cost=cost.vectors,
        footprint=footprint.vectors,
        most_rows=10_000,
        trusted=_CALIBRATED,
    )


def _network() -> EstimatorKind:
    return EstimatorKind(
        id="network",
        exports=ONNX_ONLY,
        tasks=ALL,
        build=distances.network,
        balances=True,
        complexity=4,
        more=(
            {"alpha": 0.01, "learning_rate_init": 0.002},
            {"alpha": 1.0, "learning_rate_init": 0.002, "scale": "deviation"},
        ),
        all=({"alpha": 0.01, "learning_rate_init": 0.001, "width": 160, "steps": 5_000},),
        space={
            "alpha": Range(low=1e-3, high=3.0, log=True, least=1e-6, most=100.0),
            "learning_rate_init": Range(low=5e-4, high=8e-3, log=True, least=1e-4, most=3e-2),
            "width": Range(low=24, high=160, log=True, whole=True, least=8, most=400),
            "layers": Choice(values=(1, 2, 3)),
            "steps": Range(low=600, high=5_000, log=True, whole=True, least=200, most=20_000),
            "scale": Choice(values=("rank", "deviation")),
        },
        cost=cost.network,
        footprint=footprint.network,
        trusted=(
            "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
            "sklearn.utils._bunch.Bunch",
        ),
    )


def _calibrated() -> EstimatorKind:
    return EstimatorKind(
        id="calibrated_forest",
        exports=WRITTEN,
        tasks=CLASSES,
        build=trees.calibrated_forest,
        complexity=4,
        all=({"min_samples_leaf": 2, "n_estimators": 200, "max_features": 0.5},),
        directions=True,
        cost=cost.calibrated_forest,
        footprint=footprint.forest,
        trusted=(TREE, *_CALIBRATED),
    )
