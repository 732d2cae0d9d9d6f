"""The version that is used today as something to beat: what it is made of, fitted again on the same folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.learning.estimators.catalogue import catalogue
from app.learning.estimators.kind import EstimatorKind, Params
from app.learning.estimators.references import CHAMPION
from app.learning.records import ModelVersion
from app.learning.search.blend import mean_of
from app.learning.search.data import LearningData
from app.learning.search.trials import Trial


@dataclass(frozen=True, kw_only=True)
class Part:
    """A candidate that the champion is made of, and its weight."""

    kind: EstimatorKind
    params: Params
    weight: int


@dataclass(frozen=True, kw_only=True)
class Champion:
    """An approved version: its label, and its parts."""

    label: str
    parts: tuple[Part, ...]


def champion_of(label: str, body: ModelVersion) -> Champion | None:
    """The champion that a version is; None where its plan isn't known, or where a part is of a package that is gone."""
    if body.plan is None:
        return None
    kinds = catalogue()
    chosen = [(body.plan.tried[member.candidate], member.weight) for member in body.plan.members]
    if any(tried.estimator not in kinds for tried, _ in chosen):
        return None
    parts = (Part(kind=kinds[tried.estimator], params=tried.params, weight=weight) for tried, weight in chosen)
    return Champion(label=label, parts=tuple(parts))


def as_trial(champion: Champion, trials: Sequence[Trial], data: LearningData, metric: str) -> Trial | None:
    """How the champion does on the folds, once all its parts are fitted; it is compared with, and never chosen."""
    members = []
    for part in champion.parts:
        same = (t for t in trials if t.done and t.kind.id == part.kind.id and t.params == part.params)
        found = next(same, None)
        if found is None:
            return None
        members.append((found, part.weight))
    return mean_of(tuple(members), data, metric, kind=CHAMPION, params={"version": champion.label})
