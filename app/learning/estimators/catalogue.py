"""The catalogue of estimators: each a small declaration, found also in other packages (entry points
``ciclo.estimators``)."""

from __future__ import annotations

from importlib.metadata import entry_points

from app.learning.estimators.combined import ENSEMBLE_TYPES
from app.learning.estimators.extras import extras
from app.learning.estimators.kind import EstimatorKind, Params, Traits
from app.learning.estimators.readable import BASELINE, readable
from app.learning.estimators.strong import strong
from app.learning.records import Preset, Task

__all__ = ["BASELINE", "ENSEMBLE", "EstimatorKind", "Params", "builtin", "catalogue", "portfolio", "trusted_types"]

ENSEMBLE = "ensemble"


def builtin() -> tuple[EstimatorKind, ...]:
    """The estimators that come with Ciclo, and those of its extras that are installed, in the order in which they are
    tried."""
    return (*readable(), *strong(), *extras())


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
    own = {"numpy.dtype", *ENSEMBLE_TYPES}
    return tuple(sorted(own.union(*(kind.trusted for kind in catalogue().values()))))


def portfolio(task: Task, preset: Preset, traits: Traits | None = None) -> tuple[tuple[EstimatorKind, Params], ...]:
    """What a preset tries first, in order: every estimator's first parameters before any second ones."""
    known = traits or Traits()
    rounds: list[tuple[int, EstimatorKind, Params]] = []
    for kind in catalogue().values():
        if task in kind.tasks:
            rounds += [(number, kind, params) for number, params in enumerate(kind.tried(preset, known))]
    return tuple((kind, params) for _, kind, params in sorted(rounds, key=lambda r: r[0]))
