"""The simplest model within one standard error of the best (Breiman et al., "Classification and Regression Trees",
1984, section 3.4.3)."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean, stdev

from app.learning.records import Candidate

_FEWEST_FOLDS = 3


def simplest_as_good(candidates: Sequence[Candidate], metric: str) -> Candidate | None:
    """The least complex candidate whose mean score over the folds is within one standard error of the best's.

    ``folds`` are scores of ``metric``, greater is better. None where there are too few folds to tell.
    """
    judged = [c for c in candidates if len(c.folds) >= _FEWEST_FOLDS and c.complexity > 0]
    if not judged:
        return None
    best = max(judged, key=_score)
    error = stdev(best.folds) / len(best.folds) ** 0.5
    good = [c for c in judged if _score(c) >= _score(best) - error]
    return min(good, key=lambda c: (c.complexity, -_score(c)))


def _score(candidate: Candidate) -> float:
    return mean(candidate.folds)
