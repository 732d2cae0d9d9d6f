"""The simplest model within one standard error of the best (Breiman et al., "Classification and Regression Trees",
1984, section 3.4.3)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import mean, stdev

from app.learning.records import Candidate, Estimate
from app.verification.catalogue import display

_FEWEST_FOLDS = 3


def simplest_as_good(candidates: Sequence[Candidate], metric: str) -> Candidate | None:
    """The least complex candidate whose mean score over the folds is within one standard error of the best's.

    ``folds`` are scores of ``metric``, greater is better. None where there are too few folds to tell.
    """
    judged = _judged(candidates)
    if not judged:
        return None
    least = _least(judged)
    return min((c for c in judged if _score(c) >= least), key=lambda c: (c.complexity, -_score(c)))


def as_good(candidates: Sequence[Candidate], metric: str) -> tuple[float, float] | None:
    """The values within one standard error of the best, as they are shown, the lower first; None where there are too
    few folds to tell."""
    judged = _judged(candidates)
    if not judged:
        return None
    ends = [display(metric, Estimate(value=v)).value or 0.0 for v in (_least(judged), max(map(_score, judged)))]
    return min(ends), max(ends)


def _judged(candidates: Sequence[Candidate]) -> list[Candidate]:
    return [c for c in candidates if len(c.folds) >= _FEWEST_FOLDS and c.complexity > 0 and c.state == "done"]


def _least(judged: Sequence[Candidate]) -> float:
    """The score of the best, less one standard error of it."""
    best = max(judged, key=_score)
    return _score(best) - float(stdev(best.folds)) / math.sqrt(len(best.folds))


def _score(candidate: Candidate) -> float:
    return mean(candidate.folds)
