"""Declarations of models that can be read."""

from __future__ import annotations

from collections.abc import Callable

from app.learning.estimators import cost, footprint, linear, trees
from app.learning.estimators.kind import LOGARITHM, MEANS, WRITTEN, Build, Choice, EstimatorKind, Range, Traits
from app.learning.records import Task

BASELINE = "baseline"
CLASSES = frozenset({Task.BINARY, Task.MULTICLASS})
AMOUNTS = frozenset({Task.REGRESSION})
ALL = frozenset(Task)
TREE = "sklearn.tree._tree.Tree"
TARGET = Choice(values=("plain", LOGARITHM))
"""What is learned of an amount; the search drops the logarithm where the target has none."""

_WORDS = Choice(values=("columns", MEANS))

_SPLINES = ("scipy.interpolate._bsplines.BSpline", "scipy._lib.array_api_compat.numpy._aliases.asarray")
_LOSS = ("sklearn._loss.loss.HalfTweedieLoss",)
_PENALTY = Range(low=0.01, high=30.0, log=True, least=1e-4, most=1e4)
_SMOOTHING = Range(low=0.03, high=30.0, log=True, least=1e-3, most=1e4)
_ALPHA = Range(low=0.1, high=300.0, log=True, least=1e-4, most=1e5)


def readable() -> tuple[EstimatorKind, ...]:
    """The baseline and what can be read, cheapest first."""
    return (
        EstimatorKind(
            id=BASELINE,
            exports=WRITTEN,
            tasks=ALL,
            build=linear.baseline,
            complexity=1,
            quick=({},),
            cost=cost.baseline,
            footprint=footprint.baseline,
            reference=True,
        ),
        _logistic(),
        _ridge(),
        *_generalised(),
        _median(),
        EstimatorKind(
            id="tree",
            exports=WRITTEN,
            tasks=ALL,
            build=trees.tree,
            balances=True,
            complexity=1,
            quick=({"max_depth": 5},),
            more=({"max_depth": 3}, {"max_depth": 8}),
            directions=True,
            cost=cost.tree,
            footprint=footprint.tree,
            trusted=(TREE,),
        ),
        _scorecard(),
        _bayes(),
        _additive(),
        _elastic_net(),
    )


def _logistic() -> EstimatorKind:
    return EstimatorKind(
        id="logistic",
        exports=WRITTEN,
        tasks=CLASSES,
        build=linear.logistic,
        balances=True,
        complexity=1,
        quick=({"C": 1.0}, {"C": 0.05}),
        more=({"C": 0.3}, {"C": 5.0}),
        all=({"C": 0.01}, {"C": 30.0}),
        space={"C": _PENALTY, "words": _WORDS},
        cost=cost.logistic,
        footprint=footprint.linear,
    )


def _ridge() -> EstimatorKind:
    return EstimatorKind(
        id="ridge",
        exports=WRITTEN,
        tasks=AMOUNTS,
        build=linear.ridge,
        complexity=1,
        quick=({"alpha": 1.0, "beyond": linear.STRAIGHT}, {"alpha": 30.0}, {"alpha": 10.0, "target": LOGARITHM}),
        more=({"alpha": 10.0}, {"alpha": 100.0}, {"alpha": 30.0, "target": LOGARITHM}),
        all=({"alpha": 0.1}, {"alpha": 300.0}),
        space={"alpha": _ALPHA, "target": TARGET, "words": _WORDS},
        cost=cost.ridge,
        footprint=footprint.linear,
    )


def _generalised() -> tuple[EstimatorKind, ...]:
    def of_counts(traits: Traits) -> bool:
        return traits.whole and traits.least >= 0

    def of_amounts(traits: Traits) -> bool:
        return traits.least > 0 and traits.skewness > 1

    def of_claims(traits: Traits) -> bool:
        return traits.least == 0 and traits.skewness > 1

    penalty = Range(low=1e-4, high=1.0, log=True, least=1e-6, most=100.0)

    def declared(id: str, build: Build, suits: Callable[[Traits], bool], **others: float) -> EstimatorKind:
        powers = {name: Range(low=1.1, high=1.9) for name in others}
        return EstimatorKind(
            id=id,
            exports=WRITTEN,
            tasks=AMOUNTS,
            build=build,
            complexity=1,
            more=({"alpha": 0.01, **others},),
            space={"alpha": penalty, **powers},
            cost=cost.ridge,
            footprint=footprint.linear,
            suits=suits,
            trusted=_LOSS,
        )

    return (
        declared("counts", linear.counts, of_counts),
        declared("amounts", linear.amounts, of_amounts),
        declared("claims", linear.claims, of_claims, power=1.5),
    )


def _median() -> EstimatorKind:
    return EstimatorKind(
        id="median",
        exports=WRITTEN,
        tasks=AMOUNTS,
        build=linear.median,
        complexity=1,
        quick=({"alpha": 0.001},),
        more=({"alpha": 0.01},),
        space={"alpha": Range(low=1e-4, high=0.1, log=True, least=1e-6, most=10.0), "words": _WORDS},
        cost=cost.median,
        footprint=footprint.linear,
        suits=lambda traits: traits.absolute,
        most_rows=5_000,
    )


def _scorecard() -> EstimatorKind:
    return EstimatorKind(
        id="scorecard",
        exports=WRITTEN,
        tasks=ALL,
        build=linear.scorecard,
        balances=True,
        complexity=1,
        more=({"bins": 5},),
        all=({"bins": 10},),
        space={"bins": Range(low=3, high=12, whole=True, most=30), "penalty": _SMOOTHING},
        cost=cost.curved,
        footprint=footprint.curved,
    )


def _bayes() -> EstimatorKind:
    return EstimatorKind(
        id="bayes",
        exports=WRITTEN,
        tasks=CLASSES,
        build=linear.bayes,
        balances=True,
        complexity=1,
        more=({"bins": 8},),
        cost=cost.bayes,
        footprint=footprint.bayes,
    )


def _additive() -> EstimatorKind:
    knots = Range(low=4, high=12, whole=True, most=30)
    return EstimatorKind(
        id="additive",
        exports=WRITTEN,
        tasks=ALL,
        build=linear.additive,
        balances=True,
        complexity=2,
        more=({"knots": 6, "penalty": 1.0}, {"knots": 6, "penalty": 1.0, "target": LOGARITHM}),
        all=({"knots": 10, "penalty": 3.0},),
        space={"knots": knots, "penalty": _SMOOTHING, "target": TARGET},
        cost=cost.curved,
        footprint=footprint.curved,
        trusted=_SPLINES,
    )


def _elastic_net() -> EstimatorKind:
    return EstimatorKind(
        id="elastic_net",
        exports=WRITTEN,
        tasks=ALL,
        build=linear.elastic_net,
        balances=True,
        complexity=1,
        all=({"alpha": 0.003, "l1_ratio": 0.5}, {"alpha": 0.03, "l1_ratio": 0.5}),
        space={
            "alpha": Range(low=3e-4, high=0.3, log=True, least=1e-6, most=10.0),
            "l1_ratio": Range(low=0.05, high=0.95),
        },
        cost=cost.elastic_net,
        footprint=footprint.linear,
    )
