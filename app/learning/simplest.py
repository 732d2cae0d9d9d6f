"""The simplest model within one standard error of the best (Breiman et al., "Classification and Regression Trees",
1984, section 3.4.3). Light."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import mean, stdev

from app.errors import CicloError
from app.learning.records import CHAMPION_ID, Candidate, ModelVersion, Taken

_FEWEST_FOLDS = 3
_MIXED = "ensemble"
_COMPARED = "baseline"
"""What the ids of all that is only compared with begin with."""


def simplest_as_good(candidates: Sequence[Candidate]) -> Candidate | None:
    """The least complex candidate whose mean score over the folds is within one standard error of the best's.

    Greater is better. None where there are too few folds to tell.
    """
    judged = _judged(candidates)
    if not judged:
        return None
    least = _least(judged)
    return min((c for c in judged if _score(c) >= least), key=lambda c: (c.complexity, -_score(c)))


def as_good(candidates: Sequence[Candidate]) -> tuple[float, float] | None:
    """The scores within one standard error of the best, the lower first; None where there are too few folds to
    tell."""
    judged = _judged(candidates)
    return (_least(judged), max(map(_score, judged))) if judged else None


def can_take(version: ModelVersion, candidate: Candidate) -> bool:
    """Whether a version can be made of a candidate alone: it is done, isn't the model already, and isn't a mean of
    others or only compared with."""
    whole = candidate.state == "done" and not candidate.estimator.startswith((_COMPARED, _MIXED))
    return whole and candidate != model_of(version)


def model_of(version: ModelVersion) -> Candidate | None:
    """The row of the leaderboard that became the model: the best of its kind."""
    taken = version.request.taken
    same = (c for c in version.candidates if c.estimator == version.estimator and c.state == "done")
    return next((c for c in same if taken is None or c.params == taken.params), None)


def take(label: str, version: ModelVersion, row: int = 0) -> Taken:
    """The candidate in a row of the leaderboard, counted from 1; 0 is the simplest that is as good as the best.

    Raises
    ------
    CicloError
        ``learning.no_simpler``, ``learning.no_such_row`` or ``learning.not_to_take``.
    """
    rows = version.candidates
    if row > len(rows):
        raise CicloError("learning.no_such_row", row=row, model=label, n=len(rows))
    candidate = rows[row - 1] if row else simplest_as_good(rows)
    if candidate is None or (not row and not can_take(version, candidate)):
        raise CicloError("learning.no_simpler", model=label)
    if not can_take(version, candidate):
        raise CicloError("learning.not_to_take", row=row, model=label)
    return Taken(version=label, estimator=candidate.estimator, params=candidate.params)


def _judged(candidates: Sequence[Candidate]) -> list[Candidate]:
    known = (c for c in candidates if c.complexity > 0 and c.state == "done" and c.estimator != CHAMPION_ID)
    return [c for c in known if len(c.folds) >= _FEWEST_FOLDS]


def _least(judged: Sequence[Candidate]) -> float:
    """The score of the best, less one standard error of it."""
    best = max(judged, key=_score)
    return _score(best) - float(stdev(best.folds)) / math.sqrt(len(best.folds))


def _score(candidate: Candidate) -> float:
    return mean(candidate.folds)
