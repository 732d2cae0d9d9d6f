"""How candidates are told apart and how their values are shown; without Qt."""

from __future__ import annotations

from collections.abc import Sequence

from app.learning.records import CHAMPION_ID, Candidate, Estimate
from app.learning.simplest import as_good
from app.text.message import Text
from app.text.words import Words
from app.ui.widgets.figures import figure
from app.verification.catalogue import display

_LEFT, _BASELINE = "left", "baseline"
_MUCH_FASTER = 1.5
"""What is said to cost less takes at least so many times less."""


def shown(candidate: Candidate, metric: str) -> Estimate:
    """Its value as people read it; none of what was given up on the way."""
    if candidate.state == _LEFT:
        return Estimate(value=None)
    return display(metric, candidate.cv.get(metric, Estimate(value=None)))


def is_baseline(candidate: Candidate) -> bool:
    """Whether it is only there to be compared with."""
    return candidate.estimator.startswith("baseline")


def is_timed(candidate: Candidate) -> bool:
    """Whether it is done, and known when: what is judged on some folds only would look better or worse than it is."""
    return candidate.state == "done" and candidate.at_s > 0


def candidate_key(candidate: Candidate) -> str:
    """What names a candidate within its training."""
    return f"{candidate.estimator} {sorted(candidate.params.items())}"


def candidate_name(words: Words, candidate: Candidate) -> str:
    """Its plain name; of the champion with the version that it is."""
    name = words(f"learning.estimator.{candidate.estimator}")
    version = candidate.params.get("version", "") if candidate.estimator == CHAMPION_ID else ""
    return f"{name}: {str(version).replace('@', ' v')}" if version else name


def exports_words(words: Words, formats: Sequence[str]) -> str:
    """The sentence that says how a model can leave the project."""
    if not formats:
        return words("ui_training.exports.bundle")
    return words("ui_training.exports", formats=", ".join(words(f"learning.format.{name}") for name in formats))


def first_of_each(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The first, so the best, of each kind of estimator."""
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        found.setdefault(candidate.estimator, candidate)
    return list(found.values())


def best_of_each(candidates: Sequence[Candidate], metric: str) -> list[Candidate]:
    """The first, so the best, of each kind of estimator that has a value; baselines are left out."""
    return first_of_each([c for c in candidates if shown(c, metric).value is not None and not is_baseline(c)])


def words_of(words: Words, simplest: Candidate | None, candidates: Sequence[Candidate], metric: str) -> str:
    """The sentence that proposes the simplest model and says why, empty where the best is the simplest."""
    if simplest is None or not candidates or simplest is candidates[0]:
        return ""
    best = candidates[0]
    own, other = (figure(words, shown(c, metric).value) for c in (simplest, best))
    name = Text(f"learning.estimator.{simplest.estimator}")
    sentence = words("ui_training.simplest", name=name, value=own, best=other)
    if simplest.seconds > 0 and best.seconds >= _MUCH_FASTER * simplest.seconds:
        sentence += " " + words("ui_training.simplest.cheaper", n=round(best.seconds / simplest.seconds))
    return sentence


def good_band(candidates: Sequence[Candidate], metric: str) -> tuple[float, float] | None:
    """The values within one standard error of the best, as they are shown, the lower first; None where there are too
    few folds to tell."""
    scores = as_good(candidates)
    if scores is None:
        return None
    ends = [display(metric, Estimate(value=score)).value or 0.0 for score in scores]
    return min(ends), max(ends)


def bars_axis(candidates: Sequence[Candidate], metric: str) -> tuple[float, float]:
    """The common axis of the small bars. It begins at the baseline, on whichever side the worse values lie, since one
    hopeless candidate would squeeze all the differences that count; what is worse is drawn at the edge."""
    told = [(c, shown(c, metric)) for c in candidates]
    ends = [end for _, e in told for end in (e.value, e.low, e.high) if end is not None]
    if not ends:
        return (0.0, 1.0)
    low, high = min(ends), max(ends)
    values = [e.value for c, e in told if e.value is not None and not is_baseline(c)]
    base = next((e.value for c, e in told if e.value is not None and c.estimator == _BASELINE), None)
    if base is not None and values:
        if base < max(values) and values[0] == max(values):
            low = base
        elif base > min(values) and values[0] == min(values):
            high = base
    room = (high - low or abs(high) or 1.0) * 0.05
    return low - room, high + room
