"""A version beside another, or beside the rule that is used today, on the same rows: what is better, what is worse,
and which rows flipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec
import numpy as np

from app.learning.records import Estimate, Task
from app.statistics.bootstrap import REPEATS, intervals
from app.statistics.interval import LEVEL, MINIMUM, Interval
from app.statistics.proportions import mcnemar_exact
from app.text.message import Text
from app.verification.beside import verdict_of
from app.verification.catalogue import METRICS, is_loss
from app.verification.gates import PREFERRED
from app.verification.measures import BY_LABEL, DIFFERENCES
from app.verification.metrics import as_estimate, measure, refusal
from app.verification.observed import Booleans, Classified, Codes, Measured, Observed
from app.verification.records import ComparedRow, Comparison, FlippedRow, Flips

VERSION = "version"
"""A comparison that replaces nothing, and so spends nothing."""
_LISTED = 200
"""Of the flipped rows, that a report keeps."""


def spent_level(earlier: int, *, level: float = LEVEL) -> float:
    """The confidence with which a challenger is compared after ``earlier`` others were, so that of any number of equal
    ones a false "better" comes up in at most 1 - ``level``: the k-th gets 1/(k(k + 1)) of that, which sums to one.

    Holm's procedure needs every p-value at once; challengers come one after the other.

    References
    ----------
    The union bound of C. E. Bonferroni over a sequence, as in D. P. Foster, R. A. Stine, "Alpha-investing: a procedure
    for sequential control of expected false discoveries", JRSS B 70 (2008), 429-444, section 2.
    """
    k = earlier + 1
    return 1 - (1 - level) / (k * (k + 1))


def spent_over(openings: int, *, level: float = LEVEL) -> float:
    """The confidence of each interval so that all that were shown at so many openings hold together (Bonferroni)."""
    return 1 - (1 - level) / max(1, openings)


def compare(
    task: Task,
    ours: Observed,
    theirs: Observed,
    *,
    kind: str,
    label: str,
    metric: str,
    rows: Codes,
    other_id: str = "",
    earlier: int = 0,
    left_out: int = 0,
    least: Mapping[str, float] | None = None,
    seed: int = 0,
) -> Comparison:
    """Our predictions beside theirs.

    Parameters
    ----------
    kind
        champion, rule or version.
    metric
        The one that decides; where its difference has no interval, another does.
    rows
        Shape (n,): the numbers of the rows in their dataset.
    earlier
        Challengers that were compared on these rows before.
    least
        Of metrics, the smallest difference that matters, 0 or more; of the others any does.
    """
    level = spent_level(earlier) if kind != VERSION else LEVEL
    codes = [code for code in METRICS[task] if kind != "rule" or task is Task.REGRESSION or code in BY_LABEL]
    blank = Comparison(kind=kind, label=label, other_id=other_id, rows=ours.rows, left_out=left_out, earlier=earlier)
    if ours.rows < MINIMUM:
        return msgspec.structs.replace(blank, reason=Text("verification.compared.few_rows", {"n": ours.rows}))
    plain = differences(ours, theirs, codes, level=LEVEL, seed=seed)
    decides = next((c for c in (metric, *PREFERRED, *codes) if c in plain and plain[c].low is not None), "")
    spent = differences(ours, theirs, [decides], level=level, seed=seed)[decides] if decides else None
    smallest = (least or {}).get(decides, 0.0)
    other = {row.code: row.estimate for row in measure(task, theirs, seed=seed) if row.code in plain}
    return msgspec.structs.replace(
        blank,
        level=level,
        least=smallest,
        decides=decides,
        verdict=verdict_of(spent, smallest),
        decisive=spent,
        metrics=tuple(ComparedRow(code=code, other=other[code], difference=plain[code]) for code in codes),
        flips=flips(ours, theirs, rows),
    )


def differences(
    ours: Observed,
    theirs: Observed,
    codes: Sequence[str],
    *,
    level: float = LEVEL,
    seed: int = 0,
    repeats: int = REPEATS,
) -> dict[str, Estimate]:
    """Of each metric, our value minus theirs in the scorer's sense (above 0: ours is better), paired by row."""
    if _same(ours, theirs):  # nothing varies, so nothing can be resampled
        return dict.fromkeys(codes, Estimate(value=0.0, low=0.0, high=0.0, method="identical"))
    parts = {code: DIFFERENCES[code](ours, theirs, level) for code in codes}
    waiting = {code: part for code, part in parts.items() if part is not None and not isinstance(part, Interval)}
    made = intervals(list(waiting.values()), ours.rows, seed=seed, repeats=repeats, level=level)
    known = {**parts, **dict(zip(waiting, made, strict=True))}
    refused = refusal(ours)
    found = {}
    for code, part in known.items():
        told = as_estimate(part if isinstance(part, Interval) else None, is_loss(code), refused)
        found[code] = told or Estimate(value=None)
    return found


def _same(ours: Observed, theirs: Observed) -> bool:
    """Whether both said the same of every row."""
    if isinstance(ours, Measured) and isinstance(theirs, Measured):
        return np.array_equal(ours.predicted, theirs.predicted)
    if isinstance(ours, Classified) and isinstance(theirs, Classified):
        same = np.array_equal(ours.probabilities, theirs.probabilities)
        return same and np.array_equal(ours.predicted, theirs.predicted)  # thresholds may differ
    return False


# Rows that flipped


def flips(ours: Observed, theirs: Observed, rows: Codes) -> Flips | None:
    """How many rows are right now that were wrong, and the other way round; of amounts, None."""
    if not isinstance(ours, Classified) or not isinstance(theirs, Classified):
        return None
    now, before = np.equal(ours.predicted, ours.actual), np.equal(theirs.predicted, theirs.actual)
    mended, broken = int((now & ~before).sum()), int((before & ~now).sum())
    return Flips(
        mended=mended,
        broken=broken,
        right=int((now & before).sum()),
        wrong=int((~now & ~before).sum()),
        p=mcnemar_exact(mended, broken),
        listed=(*_listed(ours, theirs, rows, before & ~now), *_listed(ours, theirs, rows, now & ~before)),
    )


def _listed(ours: Classified, theirs: Classified, rows: Codes, which: Booleans) -> list[FlippedRow]:
    """Those on which the models are furthest apart, at most half of what is kept."""
    found = np.flatnonzero(which)
    apart = np.abs(ours.probabilities[found] - theirs.probabilities[found]).sum(axis=1)
    chosen = found[np.argsort(-apart, kind="stable")[: _LISTED // 2]]
    names = ours.labels
    return [
        FlippedRow(
            row=int(rows[n]),
            actual=names[ours.actual[n]],
            before=names[theirs.predicted[n]],
            now=names[ours.predicted[n]],
        )
        for n in chosen
    ]


def chosen_rows(observed: Observed, which: Codes) -> Observed:
    """What was observed on some of the rows."""
    if isinstance(observed, Measured):
        return replace(observed, actual=observed.actual[which], predicted=observed.predicted[which])
    return replace(
        observed,
        actual=observed.actual[which],
        predicted=observed.predicted[which],
        probabilities=observed.probabilities[which],
    )
