"""The sections of a report that look at each class, and at single predicted amounts."""

from __future__ import annotations

from app.verification.records import ClassRow
from app.verification.report.blocks import Cell, Facts, Grid, Section
from app.verification.report.plane import shortened
from app.verification.report.source import Source, figure, interval

_MOST_CLASSES = 30
_NAMES = ("recall", "precision", "auc")
_UNIT = 1.0
"""Below this an amount is written with decimals."""


def classes(source: Source) -> Section | None:
    """Figures of each class, the most frequent first; left out where there are two."""
    rows, say = source.report.classes[:_MOST_CLASSES], source.say
    if not rows:
        return None
    head = ("verification.report.class", "verification.report.class.rows")
    table = Grid(
        head=(*map(say, head), *(say(f"verification.report.class.{name}") for name in _NAMES)),
        rows=tuple(_class(row, source) for row in rows),
        right=frozenset(range(1, 2 + len(_NAMES))),
    )
    return Section(
        id="classes",
        title=say("verification.report.classes"),
        help=say("verification.report.classes.help"),
        blocks=(table,),
    )


def _class(row: ClassRow, source: Source) -> tuple[Cell, ...]:
    words = source.words
    told = zip(_NAMES, (row.recall, row.precision, row.auc), strict=True)
    cells = (Cell(text=figure(name, one.value, words), below=interval(name, one, words)) for name, one in told)
    return (Cell(text=shortened(row.label, 60)), Cell(text=words.number(row.rows)), *cells)


def band(source: Source) -> Section | None:
    """How far single predictions may be off; left out where no amounts are predicted."""
    found, say, words = source.report.band, source.say, source.words
    if found is None:
        return None
    ends = {"below": _size(found.low, source), "above": _size(found.high, source)}
    share = words.percent(found.held.value or 0.0)
    if found.held.low is not None and found.held.high is not None:
        low, high = words.percent(found.held.low), words.percent(found.held.high)
        share = say("verification.report.band.share", share=share, low=low, high=high)
    facts = (
        (say("verification.report.band.reach"), say("verification.report.band.ends", **ends)),
        (say("verification.report.band.held"), share),
    )
    return Section(
        id="band",
        title=say("verification.report.band", level=words.percent(found.level, 0)),
        help=say("verification.report.band.help", n=found.rows),
        blocks=(Facts(facts=facts),),
    )


def _size(end: float, source: Source) -> str:
    size = abs(end)
    return source.words.number(size) if size < _UNIT else source.words.significant(size)
