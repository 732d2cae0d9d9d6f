"""What an analyst should know about a split before training on it, with its numbers."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from app.learning.records import Task
from app.learning.splits.division import usual_folds
from app.learning.splits.records import SplitFigures, SplitNote, TwinFigures
from app.learning.splits.scheme import DUPLICATES
from app.learning.target import Target
from app.text.message import Text, Value, amount

Floats = NDArray[np.float64]

FEW_ROWS = 200
FEW_OF_CLASS = 50
"""Of so many, a share is known to 14 points either way at best."""
_UNLIKE_Z = 3.0
_LARGE_GROUP = 0.2
_TWINS_SHARE = 0.01
_FEWEST_TWINS = 5
_HALF_WIDTH = 1.959964 / 2
"""Of a 95 % interval of a share of a half, times the root of the count."""
_LISTED = 5


def notes_on_split(target: Target, figures: SplitFigures, train: Floats, judged: Floats) -> tuple[SplitNote, ...]:
    """Every remark, warnings first.

    Parameters
    ----------
    train, judged
        The target of the rows learned from and of those judged: codes or amounts.
    """
    found = [
        *_sizes(target, figures, judged),
        *_missing_classes(target, train, judged),
        *_parts(target, figures),
        *_share(figures),
        *_likeness(target, figures, train, judged),
        *_left_out(figures),
    ]
    return tuple(sorted(found, key=lambda note: note.severity != "warning"))


def _warning(id: str, **params: Value | str | int) -> SplitNote:
    return SplitNote(severity="warning", message=Text(f"learning.split.{id}", {**params}))


def _note(id: str, **params: Value | str | int) -> SplitNote:
    return SplitNote(severity="note", message=Text(f"learning.split.{id}", {**params}))


def _sizes(target: Target, figures: SplitFigures, judged: Floats) -> list[SplitNote]:
    found = [_warning("few_rows", n=len(judged))] if len(judged) < FEW_ROWS else []
    if not target.labels or not len(judged):
        return found
    counts = np.bincount(judged.astype(np.int64), minlength=len(target.labels))
    rarest = target.labels.index(target.positive) if target.positive else int(np.where(counts, counts, 2**62).argmin())
    n = int(counts[rarest])
    if 0 < n < FEW_OF_CLASS:
        points = round(100 * _HALF_WIDTH / math.sqrt(n))
        found.append(_warning("few_of_class", n=n, label=target.labels[rarest], points=points))
    return found


def _missing_classes(target: Target, train: Floats, judged: Floats) -> list[SplitNote]:
    found = []
    for side, values in (("train", train), ("holdout", judged)):
        missing = [label for code, label in enumerate(target.labels) if not (values == code).any()]
        if missing:
            listed = ", ".join(missing[:_LISTED])
            found.append(_warning(f"class_missing_{side}", labels=listed, n=len(missing)))
    return found


def _parts(target: Target, figures: SplitFigures) -> list[SplitNote]:
    """Whether the classes lie so far apart in time, or among the groups, that folds are missing or can't be judged."""
    usual, n = usual_folds(figures.part("train").rows), len(figures.folds)
    if not target.labels or figures.kind not in {"group", "time"}:
        return []
    alone = sum(fold.scored.target in {0.0, 1.0} for fold in figures.folds)
    if alone and target.task is Task.BINARY:
        return [_warning("parts_of_one_class", n=alone)]
    return [_note("fewer_parts", n=n, usual=usual)] if 0 < n < usual else []


def _share(figures: SplitFigures) -> list[SplitNote]:
    found, off = [], abs(figures.got - figures.asked)
    shares = {"got": amount(figures.got, "percent"), "asked": amount(figures.asked, "percent")}
    placed = figures.part("train").rows + figures.part("holdout").rows
    if figures.asked and off > max(0.02, 0.2 * figures.asked):
        found.append(_warning("share_off", **shares))
    if figures.largest is not None and figures.largest[1] > _LARGE_GROUP * placed:
        group, rows = figures.largest
        share = amount(rows / placed, "percent")
        found.append(_warning("large_group", column=figures.column, group=group, n=rows, share=share))
    return found


def _likeness(target: Target, figures: SplitFigures, train: Floats, judged: Floats) -> list[SplitNote]:
    """Whether the rows judged are like those learned from, where chance alone can't explain that they aren't."""
    first, second = figures.part("train"), figures.part("holdout")
    if first.target is None or second.target is None or min(first.rows, second.rows) < 2:
        return []
    spread = _standard_error(target, figures, train, judged)
    if abs(first.target - second.target) <= _UNLIKE_Z * spread:
        return []
    if target.task is Task.REGRESSION:
        means = {"train": amount(first.target, "metric"), "holdout": amount(second.target, "metric")}
        return [_warning("unlike_mean", **means)]
    shares = {"train": amount(first.target, "percent"), "holdout": amount(second.target, "percent")}
    return [_warning("unlike_share", label=figures.label, **shares)]


def _standard_error(target: Target, figures: SplitFigures, train: Floats, judged: Floats) -> float:
    """Of the difference of the two shares or means; rows of a group aren't independent, so groups are counted there."""
    first, second = (part.groups or part.rows for part in (figures.part("train"), figures.part("holdout")))
    if target.task is Task.REGRESSION:
        return math.sqrt(float(np.var(train)) / first + float(np.var(judged)) / second)
    code = target.labels.index(figures.label)
    hits = int((train == code).sum()) + int((judged == code).sum())
    share = hits / (len(train) + len(judged))
    return math.sqrt(share * (1 - share) * (1 / first + 1 / second))


def _left_out(figures: SplitFigures) -> list[SplitNote]:
    found = []
    for role in ("undated", "gap", "recurring"):
        n = figures.part(role).rows
        if n:
            found.append(_note(f"left_out_{role}", n=n, column=figures.column))
    return found


# Rows that are alike on both sides


def notes_on_twins(found: TwinFigures, *, together: bool, amounts: bool = False) -> tuple[SplitNote, ...]:
    """What the rows mean that are alike on both sides."""
    n = found.beyond_chance
    repeated = (_note("repeated", n=found.repeated),) if found.repeated >= _FEWEST_TWINS else ()
    if found.chance and not n:
        return (_note("twins_by_chance", n=found.chance, rows=found.rows), *repeated)
    if not n:
        return repeated
    share = amount(found.same_answer / n, "percent", 0)
    counts: dict[str, Value | str | int] = {
        "n": n,
        "rows": amount(found.rows),
        "exact": found.exact - found.chance,
        "near": found.near,
    }
    remedy = "" if together else f"keep:{DUPLICATES}"
    message = Text("learning.split.twins", {**counts, "share": share})
    if amounts:  # two amounts are hardly ever the same
        message = Text("learning.split.twins_amounts", {**counts})
    return (SplitNote(severity="warning" if is_leak(found) else "note", message=message, remedy=remedy), *repeated)


def is_leak(found: TwinFigures) -> bool:
    """Whether rows alike on both sides are many, and their answers agree far more often than by chance."""
    n = found.beyond_chance
    many = n >= max(_FEWEST_TWINS, _TWINS_SHARE * found.rows)
    return many and found.same_answer / n >= (1 + found.expected) / 2
