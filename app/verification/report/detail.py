"""The sections of a report that look at each class, and at single predicted amounts."""

from __future__ import annotations

from collections.abc import Sequence

from app.learning.records import Estimate
from app.verification.records import BandPart, ClassRow, PredictionBand
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
    found, say = source.report.band, source.say
    if found is None:
        return None
    reach = "verification.report.band.reach" if found.even else "verification.report.band.reach_middle"
    facts = (
        (say(reach), _ends(found, source)),
        (say("verification.report.band.held"), _held(found.held, source)),
    )
    tables = (_thirds(found.parts, source),) if found.parts else ()
    return Section(
        id="band",
        title=say("verification.report.band", level=source.words.percent(found.level, 0)),
        help=say("verification.report.band.help" if found.even else "verification.report.band.wider", n=found.rows),
        blocks=(Facts(facts=facts), *tables),
    )


def _thirds(parts: Sequence[BandPart], source: Source) -> Grid:
    """The band, and what it held, where little, something and much is predicted."""
    heads = ("predicted", "around", "n", "inside")
    return Grid(
        head=tuple(source.say(f"verification.report.band.{name}") for name in heads),
        rows=tuple(_third(part, source) for part in parts),
        right=frozenset({2, 3}),
    )


def _third(part: BandPart, source: Source) -> tuple[Cell, ...]:
    words, held = source.words, part.held
    low, high = (_amount(end, source) for end in (part.start, part.end))
    below = ""
    if held.low is not None and held.high is not None:
        below = f"{words.percent(held.low)} – {words.percent(held.high)}"
    return (
        Cell(text=source.say("verification.report.band.from_to", low=low, high=high)),
        Cell(text=_ends(part, source)),
        Cell(text=words.number(part.rows)),
        Cell(text=words.percent(held.value or 0.0), below=below),
    )


def _ends(found: PredictionBand | BandPart, source: Source) -> str:
    ends = {"below": _amount(abs(found.low), source), "above": _amount(abs(found.high), source)}
    return source.say("verification.report.band.ends", **ends)


def _held(held: Estimate, source: Source) -> str:
    share = source.words.percent(held.value or 0.0)
    if held.low is None or held.high is None:
        return share
    low, high = source.words.percent(held.low), source.words.percent(held.high)
    return source.say("verification.report.band.share", share=share, low=low, high=high)


def _amount(value: float, source: Source) -> str:
    return source.words.number(value) if abs(value) < _UNIT else source.words.significant(value)
