"""What is tried, in which order: a portfolio that is good everywhere, then proposals near what went well.

A strategy looks at what was tried and never at the clock: the same data, seed and budget of work propose the same
candidates on any number of processors. Candidates come in rounds. Round n is proposed from what rounds up to n - 2
gave, so that processors need not wait for the slowest fit of a round.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from app.learning.estimators.catalogue import portfolio
from app.learning.estimators.cost import Size
from app.learning.estimators.kind import EstimatorKind, Params, Traits
from app.learning.estimators.references import RULE
from app.learning.records import Preset, Task
from app.learning.search.blend import Members, blend
from app.learning.search.champion import Champion
from app.learning.search.data import LearningData
from app.learning.search.proposals import open_space, propose
from app.learning.search.records import EVERY_ROW
from app.learning.search.trials import Trial, finished

ROUND = 4
"""Candidates that are proposed together."""

WORK_S = {Preset.QUICK: 120.0, Preset.BALANCED: 420.0, Preset.THOROUGH: 2_100.0}
"""Seconds of processors that a preset may use, as the cost of a fit is foretold."""

_SHARE, _SHARE_OF_REFIT = 0.12, 0.3
"""Of the work, that one candidate, and one fit at the end, may take: it learns from a sample where all rows would take
longer."""
_SAMPLES = (3_000_000, 1_000_000, 300_000, 100_000, 30_000, 10_000)
_PATIENCE, _NOISE = 8, 0.02
"""Rounds without a gain, and the share of the best candidate's standard error below which it is none."""
_MARGIN = 0.1
LIKELY_MEMBERS = {Preset.QUICK: 2, Preset.BALANCED: 4, Preset.THOROUGH: 5}
"""Of an ensemble, that count for its time: the costly ones."""
_MOST_TRIED = {Preset.QUICK: 15, Preset.BALANCED: 80, Preset.THOROUGH: 300}
"""Candidates, where each is quick."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A candidate to try. ``screened``: its first fold decides whether the others are worth it."""

    kind: EstimatorKind
    params: Params
    rows: int = EVERY_ROW
    screened: bool = False


class Strategy(Protocol):
    """Proposes candidates, round by round."""

    stop: str
    """Why there are no more proposals, a message id."""
    likely: Sequence[Trial]
    """What the model would be made of if the search ended now; empty where that isn't known."""

    def propose(self, number: int, told: Sequence[Trial]) -> Sequence[Proposal]:
        """Round ``number``, from what the rounds before the last one gave; nothing where the search is over."""

    def survives(self, trial: Trial, told: Sequence[Trial]) -> bool:
        """Whether a screened candidate is worth its other folds."""

    def total_work(self) -> float:
        """Seconds of processors that it means to use."""


def sample_rows(kind: EstimatorKind, params: Params, size: Size, *, fits: int, seconds: float) -> int:
    """How many rows to learn from so that ``fits`` fits take so many seconds of a processor; 0 is all."""

    def takes(rows: int) -> float:
        return fits * kind.cost(replace(size, rows=min(rows, kind.most_rows)), params)

    if takes(size.rows) <= seconds:
        return EVERY_ROW
    smaller = [rows for rows in _SAMPLES if rows < size.rows]
    return next((rows for rows in smaller if takes(rows) <= seconds), smaller[-1] if smaller else EVERY_ROW)


def fit_cost(kind: EstimatorKind, params: Params, size: Size, *, rows: int = EVERY_ROW) -> float:
    """Seconds of a processor that one fit takes, roughly."""
    return kind.cost(replace(size, rows=min(rows or size.rows, size.rows, kind.most_rows)), params)


def first_proposals(task: Task, preset: Preset, size: Size, *, folds: int, traits: Traits) -> list[Proposal]:
    """The portfolio of a preset. Of each kind the first candidate is fitted in every fold, so that each kind can be
    compared; the others are screened where time counts."""
    proposals: list[Proposal] = []
    seen: set[str] = set()
    for kind, params in portfolio(task, preset, traits):
        if kind.id in seen and kind.most_rows < size.rows / 2:
            continue  # what can only look at a small part is tried once, to be compared
        screened = preset is not Preset.QUICK and kind.id in seen
        seen.add(kind.id)
        proposals.append(proposal_of(kind, params, preset, size, folds=folds, screened=screened))
    return proposals


def proposal_of(
    kind: EstimatorKind, params: Params, preset: Preset, size: Size, *, folds: int, screened: bool = False
) -> Proposal:
    """A candidate, on as many rows as a preset has time for."""
    rows = sample_rows(kind, params, size, fits=folds, seconds=_SHARE * WORK_S[preset])
    return Proposal(kind=kind, params=params, rows=rows, screened=screened)


def with_champion(
    proposals: Sequence[Proposal], champion: Champion | None, preset: Preset, size: Size, *, folds: int
) -> list[Proposal]:
    """A portfolio with what the champion is made of, which is fitted in every fold."""
    parts = {(part.kind.id, *sorted(part.params.items())): part for part in (champion.parts if champion else ())}
    found = []
    for proposal in proposals:
        known = parts.pop((proposal.kind.id, *sorted(proposal.params.items())), None)
        found.append(replace(proposal, screened=False) if known is not None else proposal)
    return found + [proposal_of(part.kind, part.params, preset, size, folds=folds) for part in parts.values()]


def compared_with(data: LearningData) -> Sequence[Proposal]:
    """What is compared with, beside the first round: the same candidates are tried with and without it."""
    return [Proposal(kind=RULE, params={"rule": data.rule})] if data.stated is not None else []


def work_of(proposals: Sequence[Proposal], size: Size, *, folds: int) -> float:
    """Seconds of a processor. Of a screened candidate, half of the folds count: about every second one is worth it."""
    return sum(
        fit_cost(p.kind, p.params, size, rows=p.rows) * ((folds + 1) / 2 if p.screened else folds) for p in proposals
    )


def planned_work(task: Task, preset: Preset, part: Size, whole: Size, *, folds: int, traits: Traits) -> float:
    """Seconds of processors that a preset takes: portfolio, search, and the chosen members on every row.

    Parameters
    ----------
    part, whole
        What a fit of one fold reads, and one on every row.
    """
    first = first_proposals(task, preset, part, folds=folds, traits=traits)
    work = work_of(first, part, folds=folds)
    if preset is not Preset.QUICK:
        work = max(work, WORK_S[preset])
    last = refit_proposals(first, preset, whole)[-LIKELY_MEMBERS[preset] :]
    return work + sum(fit_cost(p.kind, p.params, whole, rows=p.rows) for p in last)


def likely_tried(first: Sequence[Proposal], preset: Preset, part: Size, *, folds: int) -> int:
    """How many candidates a preset will try in every fold, roughly: as many as the work is enough for, if the others
    take as long as those of the portfolio ``first``. About every second one is left after one fold."""
    each = work_of(first, part, folds=folds) / max(1, len(first))
    enough = len(first) if preset is Preset.QUICK else int(WORK_S[preset] / max(each, 1e-3))
    more = max(0, min(enough, _MOST_TRIED[preset]) - len(first))
    return len(first) + math.ceil(more * (folds + 1) / (2 * folds))


def refit_proposals(first: Sequence[Proposal], preset: Preset, whole: Size) -> list[Proposal]:
    """The candidates of a portfolio as they are fitted at the end where they are chosen, the costliest last."""
    seconds = _SHARE_OF_REFIT * WORK_S[preset]
    last = [
        replace(p, rows=sample_rows(p.kind, p.params, whole, fits=1, seconds=seconds), screened=False) for p in first
    ]
    return sorted(last, key=lambda p: fit_cost(p.kind, p.params, whole, rows=p.rows))


class Planned:
    """The portfolio of a preset, then a search over the kinds that went well."""

    def __init__(
        self,
        data: LearningData,
        *,
        metric: str,
        preset: Preset,
        work_s: float | None = None,
        champion: Champion | None = None,
    ) -> None:
        self.stop = ""
        self.likely: Sequence[Trial] = ()
        self._champion = champion
        self._data, self._metric, self._preset = data, metric, preset
        self._size = data.fold_size
        self._work_s = WORK_S[preset] if work_s is None else work_s
        self._gains: list[float] = []
        self._proposed: list[Proposal] = []
        self._first = self._rounds_of_portfolio()

    def _rounds_of_portfolio(self) -> list[list[Proposal]]:
        task, folds = self._data.task, len(self._data.folds)
        proposals = first_proposals(task, self._preset, self._size, folds=folds, traits=self._data.traits)
        proposals = with_champion(proposals, self._champion, self._preset, self._size, folds=folds)
        return [proposals[first : first + ROUND] for first in range(0, len(proposals), ROUND)]

    def total_work(self) -> float:
        """Seconds of processors: the portfolio, or the budget where that is more and there is a search; infinite where
        only time ends it."""
        first = work_of([p for proposals in self._first for p in proposals], self._size, folds=len(self._data.folds))
        return first if self._preset is Preset.QUICK else max(first, self._work_s)

    def propose(self, number: int, told: Sequence[Trial]) -> Sequence[Proposal]:
        """The next candidates."""
        if number < len(self._first):
            self._proposed += self._first[number]
            return [*self._first[number], *(compared_with(self._data) if number == 0 else ())]
        if self._preset is Preset.QUICK:
            self.stop = "learning.stop.portfolio"
            return ()
        best = _learned(finished(told))
        mean, members = self._best_mean(best)
        self.likely = tuple(trial for trial, _ in members)
        self.stop = self._reason_to_stop(told, best, mean)
        if self.stop:
            return ()
        found = self._search(number, told, self._shares(number, best, members))
        self.stop = "" if found else "learning.stop.nothing_left"
        return found

    def _best_mean(self, best: Sequence[Trial]) -> tuple[float, Members]:
        """The score of the best model so far, alone or mixed, and what it is made of."""
        mixed = blend(best, self._data, self._metric, rough=True)
        if mixed is not None:
            return max(mixed[0].mean, best[0].mean), mixed[1]
        return (best[0].mean, ((best[0], 1),)) if best else (-math.inf, ())

    def _reason_to_stop(self, told: Sequence[Trial], best: Sequence[Trial], mean: float) -> str:
        spent = sum(len(t.scores) * fit_cost(t.kind, t.params, self._size, rows=t.rows) for t in told)
        if spent >= self._work_s:
            return "learning.stop.budget"
        self._gains.append(mean)
        if len(self._gains) <= _PATIENCE or not best:
            return ""
        gain = self._gains[-1] - self._gains[-1 - _PATIENCE]
        return "learning.stop.no_gain" if gain < _NOISE * best[0].standard_error else ""

    def _search(self, number: int, told: Sequence[Trial], shares: Mapping[EstimatorKind, int]) -> list[Proposal]:
        proposals: list[Proposal] = []
        for kind, n in shares.items():
            tried = [t for t in told if t.kind is kind and t.scores]
            values = expected_means(tried)
            found = propose(kind, tried, values=values, n=n, seed=self._data.seed + number, traits=self._data.traits)
            known = [dict(t.params) for t in self._proposed if t.kind is kind]
            new = [params for n, params in enumerate(found) if dict(params) not in [*known, *found[:n]]]
            proposals += [
                proposal_of(kind, params, self._preset, self._size, folds=len(self._data.folds), screened=True)
                for params in new
            ]
        self._proposed += proposals
        return proposals

    def _shares(self, number: int, best: Sequence[Trial], members: Members) -> dict[EstimatorKind, int]:
        """How many proposals each kind gets: one that is next in turn, and of the others each kind that the best mean
        is made of as many, over the whole search, as its weight says."""
        kinds = list(dict.fromkeys(t.kind for t in best if open_space(t.kind, self._data.traits)))
        if not kinds:
            return {}
        weights: Counter[EstimatorKind] = Counter()
        for trial, weight in members:
            weights[trial.kind] += weight if trial.kind in kinds else 0
        able = [kind for kind in kinds if weights[kind]] or kinds[:1]
        total = sum(weights.values()) or 1
        given = Counter(proposal.kind for proposal in self._proposed[sum(map(len, self._first)) :])
        shares = Counter([kinds[number % len(kinds)]])
        for _slot in range(ROUND - 1):
            so_far = given.total() + shares.total() + 1
            due = max(able, key=lambda k: weights[k] / total * so_far - given[k] - shares[k])
            shares[due] += 1
        return shares

    def survives(self, trial: Trial, told: Sequence[Trial]) -> bool:
        """Whether its first fold is about as good as that of the best of its kind."""
        same = _learned(finished(t for t in told if t.kind is trial.kind))
        if not same or not trial.scores:
            return bool(trial.scores)
        fold = min(trial.scores)
        best = same[0]
        return trial.scores[fold] >= best.scores[fold] - _MARGIN * best.deviation


def refit_rows(trial: Trial, data: LearningData, preset: Preset) -> int:
    """How many rows a chosen candidate learns from at the end; 0 is all."""
    seconds = _SHARE_OF_REFIT * WORK_S[preset]
    return sample_rows(trial.kind, trial.params, data.whole_size, fits=1, seconds=seconds)


def _learned(trials: Sequence[Trial]) -> list[Trial]:
    return [trial for trial in trials if not trial.kind.reference]


def expected_means(tried: Sequence[Trial]) -> list[float]:
    """The mean score of each; of those that were left after a fold, what it would have been if the others were as far
    from the best of them as that one."""
    whole = finished(tried)
    if not whole:
        return [trial.mean for trial in tried]
    best = whole[0]
    means = []
    for trial in tried:
        folds = [f for f in trial.scores if f in best.scores]
        behind = sum(trial.scores[f] - best.scores[f] for f in folds) / max(1, len(folds))
        means.append(trial.mean if trial.done else best.mean + behind)
    return means
