"""The catalogue of estimators: each a small declaration, found also in other packages (entry points
``ciclo.estimators``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points

from sklearn.pipeline import Pipeline

from app.learning.estimators import cost, families
from app.learning.estimators.preparation import Shape
from app.learning.records import Preset, Task

Params = Mapping[str, str | int | float | bool | None]
Build = Callable[[Task, Shape, Params, int], Pipeline]

ENSEMBLE = "ensemble"
BASELINE = "baseline"
_CLASSES = frozenset({Task.BINARY, Task.MULTICLASS})
_ALL = frozenset(Task)
_TREE = "sklearn.tree._tree.Tree"


@dataclass(frozen=True, kw_only=True)
class EstimatorKind:
    """A way to learn.

    Attributes
    ----------
    id
        Its plain name is the text ``learning.estimator.<id>``, its one-sentence description the same with ``.help``.
    build
        ``build(task, shape, params, seed)`` gives an unfitted pipeline that eats a feature frame.
    quick, more, all
        Parameters that each preset tries: ``quick`` always, ``more`` from balanced on, ``all`` when thorough.
    complexity
        1 (can be read) to 4 (can only be tested).
    cost
        Seconds of one fit, roughly.
    most_rows
        Learns from a sample where there are more.
    trusted
        Types that its file may contain beyond what skops trusts.
    """

    id: str
    tasks: frozenset[Task]
    build: Build
    complexity: int
    quick: tuple[Params, ...]
    more: tuple[Params, ...] = ()
    all: tuple[Params, ...] = ()
    cost: cost.Cost = cost.usual
    most_rows: int = 10**9
    trusted: tuple[str, ...] = ()
    source: str = field(default="ciclo")


def builtin() -> tuple[EstimatorKind, ...]:
    """The estimators that come with Ciclo, cheapest first: that is the order in which they are tried."""
    return (*_readable(), _boosting(), *_forests(), _neighbours())


def _readable() -> tuple[EstimatorKind, ...]:
    return (
        EstimatorKind(id=BASELINE, tasks=_ALL, build=families.baseline, complexity=1, quick=({},), cost=cost.baseline),
        EstimatorKind(
            id="logistic",
            tasks=_CLASSES,
            build=families.logistic,
            complexity=1,
            quick=({"C": 1.0}, {"C": 0.05}),
            more=({"C": 0.3}, {"C": 5.0}),
            all=({"C": 0.01}, {"C": 30.0}),
            cost=cost.logistic,
        ),
        EstimatorKind(
            id="ridge",
            tasks=frozenset({Task.REGRESSION}),
            build=families.ridge,
            complexity=1,
            quick=({"alpha": 1.0}, {"alpha": 30.0}),
            more=({"alpha": 10.0}, {"alpha": 100.0}),
            all=({"alpha": 0.1}, {"alpha": 300.0}),
            cost=cost.ridge,
        ),
        EstimatorKind(
            id="tree",
            tasks=_ALL,
            build=families.tree,
            complexity=1,
            quick=({"max_depth": 5},),
            more=({"max_depth": 3}, {"max_depth": 8}),
            cost=cost.tree,
            trusted=(_TREE,),
        ),
    )


def _boosting() -> EstimatorKind:
    def params(rate: float, trees: int, leaves: int) -> Params:
        return {"learning_rate": rate, "max_iter": trees, "max_leaf_nodes": leaves}

    return EstimatorKind(
        id="boosting",
        tasks=_ALL,
        build=families.boosting,
        complexity=3,
        quick=(params(0.05, 150, 8), params(0.1, 100, 31)),
        more=(params(0.03, 400, 16), params(0.05, 400, 31)),
        all=(params(0.02, 800, 8), params(0.02, 800, 63)),
        cost=cost.boosting,
        trusted=(
            "functools.partial",
            "sklearn.utils.validation.check_array",
            "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        ),
    )


def _forests() -> tuple[EstimatorKind, ...]:
    return (
        EstimatorKind(
            id="forest",
            tasks=_ALL,
            build=families.forest,
            complexity=3,
            quick=({"min_samples_leaf": 5}, {"min_samples_leaf": 1}),
            more=({"min_samples_leaf": 3, "n_estimators": 300},),
            all=({"min_samples_leaf": 2, "max_features": 0.5, "n_estimators": 300},),
            cost=cost.forest,
            trusted=(_TREE,),
        ),
        EstimatorKind(
            id="extra_trees",
            tasks=_ALL,
            build=families.extra_trees,
            complexity=3,
            quick=({"min_samples_leaf": 2},),
            more=({"min_samples_leaf": 1, "n_estimators": 300},),
            all=({"min_samples_leaf": 1, "max_features": 0.7, "n_estimators": 300},),
            cost=cost.extra_trees,
            trusted=(_TREE,),
        ),
    )


def _neighbours() -> EstimatorKind:
    return EstimatorKind(
        id="neighbors",
        tasks=_ALL,
        build=families.neighbours,
        complexity=2,
        quick=({"n_neighbors": 25},),
        more=({"n_neighbors": 10}, {"n_neighbors": 60}),
        cost=cost.neighbours,
        most_rows=10_000,
    )


def catalogue() -> dict[str, EstimatorKind]:
    """Every estimator that can be chosen, by id: Ciclo's own, and those of installed packages."""
    kinds = {kind.id: kind for kind in builtin()}
    for entry in sorted(entry_points(group="ciclo.estimators"), key=lambda e: e.name):
        found = entry.load()
        for kind in found if isinstance(found, tuple) else (found,):
            kinds.setdefault(kind.id, kind)
    return kinds


def trusted_types() -> tuple[str, ...]:
    """What a model file may contain beyond what skops trusts by itself."""
    own = {"numpy.dtype", *families.ENSEMBLE_TYPES}
    return tuple(sorted(own.union(*(kind.trusted for kind in catalogue().values()))))


def portfolio(task: Task, preset: Preset) -> tuple[tuple[EstimatorKind, Params], ...]:
    """What a preset tries, in order: every estimator's first parameters before any second ones."""
    rounds: list[tuple[int, EstimatorKind, Params]] = []
    for kind in catalogue().values():
        if task in kind.tasks:
            tried = [*kind.quick]
            tried += kind.more if preset is not Preset.QUICK else ()
            tried += kind.all if preset is Preset.THOROUGH else ()
            rounds += [(number, kind, params) for number, params in enumerate(tried)]
    return tuple((kind, params) for _, kind, params in sorted(rounds, key=lambda r: r[0]))
