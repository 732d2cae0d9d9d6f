"""Strategies that search for nothing: they try what a plan says, or what the analyst took from a leaderboard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.errors import CicloError
from app.learning.estimators.catalogue import BASELINE, catalogue
from app.learning.estimators.extras import EXTRAS
from app.learning.estimators.kind import EstimatorKind
from app.learning.estimators.references import REFERENCES
from app.learning.model import needs_extra
from app.learning.records import Preset, Taken
from app.learning.search.champion import Champion
from app.learning.search.data import LearningData
from app.learning.search.records import ExecutedPlan
from app.learning.search.strategy import Proposal, compared_with, proposal_of, with_champion
from app.learning.search.trials import Trial


class _Round:
    """Everything in one round, and nothing is screened."""

    def __init__(self, stop: str) -> None:
        self.stop = stop
        self.likely: Sequence[Trial] = ()

    def survives(self, trial: Trial, told: Sequence[Trial]) -> bool:
        """Every candidate does."""
        return True

    def total_work(self) -> float:
        """Nothing beyond what is proposed."""
        return 0.0


class Replayed(_Round):
    """Tries what a plan says, and nothing else."""

    def __init__(self, plan: ExecutedPlan) -> None:
        super().__init__(plan.stop)
        self._plan = plan

    def propose(self, number: int, told: Sequence[Trial]) -> Sequence[Proposal]:
        """All of it in one round."""
        if number:
            return ()
        kinds = known_kinds(tried.estimator for tried in self._plan.tried)
        return tuple(
            Proposal(kind=kinds[t.estimator], params=t.params, rows=t.rows, screened=False)
            for t in self._plan.tried
            if len(t.folds) == self._plan.folds and not t.left
        )


class TakenOnly(_Round):
    """Tries the candidate that the analyst took, beside what every model is compared with."""

    def __init__(self, data: LearningData, taken: Taken, *, preset: Preset, champion: Champion | None = None) -> None:
        super().__init__("learning.stop.taken")
        self._data, self._taken, self._preset, self._champion = data, taken, preset, champion

    def propose(self, number: int, told: Sequence[Trial]) -> Sequence[Proposal]:
        """All of it in one round."""
        if number:
            return ()
        kinds = known_kinds((BASELINE, self._taken.estimator))
        size, folds = self._data.fold_size, len(self._data.folds)
        both = [
            proposal_of(kinds[BASELINE], {}, self._preset, size, folds=folds),
            proposal_of(kinds[self._taken.estimator], self._taken.params, self._preset, size, folds=folds),
        ]
        return [*with_champion(both, self._champion, self._preset, size, folds=folds), *compared_with(self._data)]


def known_kinds(ids: Iterable[str]) -> dict[str, EstimatorKind]:
    """The kinds of these ids, and all others.

    Raises
    ------
    CicloError
        ``learning.unknown_estimator``, or which package is missing, for the first that isn't there.
    """
    kinds = {**catalogue(), **REFERENCES}
    strange = next((id for id in ids if id not in kinds), "")
    if strange in EXTRAS:
        raise needs_extra(strange)
    if strange:
        raise CicloError("learning.unknown_estimator", estimator=strange)
    return kinds
