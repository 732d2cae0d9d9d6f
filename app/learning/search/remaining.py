"""How long a search will go on, for those who wait. What is tried never depends on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from app.learning.estimators.cost import Size
from app.learning.search.strategy import fit_cost
from app.learning.search.trials import Trial

_PRIOR_S = 1.0
"""Seconds that a kind's fits must have taken before they count more than what others show of this machine."""
_SHARE_AT_WORK = 0.85
"""Of the processors: at the end not all of them have something left to do."""


class Calibration:
    """How this machine's seconds compare with the foretold ones, learned from the fits that were done.

    The laws of :mod:`app.learning.estimators.cost` are of one machine, and of the usual table. A fit that was measured,
    on a part of the rows say, tells what the others of its kind will take on this one.
    """

    def __init__(self) -> None:
        self._foretold: defaultdict[str, float] = defaultdict(float)
        self._measured: defaultdict[str, float] = defaultdict(float)

    def learn(self, kind: str, *, foretold_s: float, measured_s: float) -> None:
        """A fit was done."""
        self._foretold[kind] += foretold_s
        self._measured[kind] += measured_s

    def seconds(self, kind: str, foretold_s: float) -> float:
        """What a fit that was foretold will take here."""
        foretold, measured = self._foretold.get(kind, 0.0), self._measured.get(kind, 0.0)
        weight = _PRIOR_S if len(self._foretold) > 1 or not measured else 0.0
        return foretold_s * (measured + weight * self.overall()) / (foretold + weight)

    def overall(self) -> float:
        """Seconds here for each that was foretold, over all kinds."""
        return (sum(self._measured.values()) + _PRIOR_S) / (sum(self._foretold.values()) + _PRIOR_S)


def work_left(trials: Iterable[Trial], size: Size, *, meant: float) -> tuple[float, float]:
    """Seconds of a processor that were done and that are ahead, on this machine.

    Parameters
    ----------
    size
        What a fit of one fold reads.
    meant
        The foretold seconds that the search means to use; more than what has been proposed so far, as a rule.
    """
    told = Calibration()
    done = known = 0.0
    waiting: list[tuple[str, float]] = []
    for trial in trials:
        cost = fit_cost(trial.kind, trial.params, size, rows=trial.rows)
        known += cost * len(trial.scores)
        done += trial.seconds
        if trial.scores:
            told.learn(trial.kind.id, foretold_s=cost * len(trial.scores), measured_s=trial.seconds)
        if not (trial.failure or trial.left):
            waiting.append((trial.kind.id, cost * (trial.folds - len(trial.scores))))
    ahead = sum(told.seconds(kind, cost) for kind, cost in waiting)
    later = meant - known - sum(cost for _, cost in waiting)
    return done, ahead + max(0.0, later) * told.overall()


def seconds_left(ahead: float, processors: int) -> float:
    """How long so much work takes."""
    return ahead / (max(1, processors) * _SHARE_AT_WORK if processors > 1 else 1.0)
