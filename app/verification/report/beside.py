"""The section of a report that sets the version beside what is used today."""

from __future__ import annotations

from app.verification.beside import difference, flipped, grounds, lead, our_value, outcome
from app.verification.records import ComparedRow, Comparison, Flips
from app.verification.report.blocks import (
    Block,
    Cell,
    Count,
    Crosstab,
    Crosstabs,
    Grid,
    Line,
    Lines,
    Section,
    Statement,
)
from app.verification.report.source import Source, chip, figure

_TONES = {"better": "good", "worse": "bad"}


def beside(source: Source) -> Section | None:
    """The champion and today's rule; left out where there is neither."""
    blocks = tuple(block for one in source.report.compared for block in _compared(one, source))
    if not blocks:
        return None
    return Section(
        id="beside",
        title=source.say("verification.report.beside"),
        help=source.say("verification.report.beside.help"),
        blocks=blocks,
    )


def _compared(one: Comparison, source: Source) -> list[Block]:
    statement = Statement(
        lead=source.text(lead(one)),
        headline=source.text(outcome(one)),
        text=" ".join(map(source.text, grounds(one))),
        tone=_TONES.get(one.verdict, "reservations"),
    )
    found: list[Block] = [statement]
    if one.metrics:
        found.append(_table(one, source))
    return [*found, *_flips(one.flips, source)] if one.flips is not None else found


def _table(one: Comparison, source: Source) -> Grid:
    say = source.say
    head = (
        say("verification.report.metric"),
        say("verification.report.this_model"),
        say(f"verification.report.beside.{one.kind}.column"),
        say("verification.report.beside.difference"),
        "",
    )
    return Grid(head=head, rows=tuple(_row(row, source) for row in one.metrics), right=frozenset({1, 2, 3}))


def _row(row: ComparedRow, source: Source) -> tuple[Cell, ...]:
    words = source.words
    said, tone = chip(row.difference)
    return (
        Cell(text=source.say(f"verification.metric.{row.code}")),
        Cell(text=figure(row.code, our_value(row.other, row.difference), words)),
        Cell(text=figure(row.code, row.other.value, words)),
        Cell(text=source.text(difference(row.code, row.difference)), below=_why_none(row, source)),
        Cell(text=source.say(f"verification.chip.{said}") if said else "—", tone=tone if said else ""),
    )


def _why_none(row: ComparedRow, source: Source) -> str:
    """Why a difference has no interval; empty where it has one."""
    told = row.difference
    return source.text(told.reason) if told.low is None and told.reason is not None else ""


def _flips(flips: Flips, source: Source) -> list[Block]:
    """How many rows changed sides."""
    say, words = source.say, source.words
    total = flips.mended + flips.broken + flips.right + flips.wrong or 1

    def cell(n: int, *, right: bool) -> Count:
        share = n / total
        return Count(count=words.number(n), share=words.percent(share, 1), strength=round(100 * share), right=right)

    rows = (
        (
            say("verification.report.flips.before.right"),
            (cell(flips.right, right=True), cell(flips.broken, right=False)),
        ),
        (
            say("verification.report.flips.before.wrong"),
            (cell(flips.mended, right=True), cell(flips.wrong, right=False)),
        ),
    )
    columns = (say("verification.report.flips.now.right"), say("verification.report.flips.now.wrong"))
    table = Crosstab(heading=say("verification.report.flips"), columns=columns, rows=rows)
    said = Line(tone="note", text=source.text(flipped(flips)))
    return [Crosstabs(tables=(table,)), Lines(lines=(said,))]
