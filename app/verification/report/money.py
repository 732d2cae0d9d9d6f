"""The section of a report that says what the version is worth."""

from __future__ import annotations

from app.learning.records import Estimate
from app.text import Text
from app.verification.axes import share_axis, threshold_line
from app.verification.report.blocks import Block, Cell, Drawing, Drawings, Facts, Grid, Line, Lines, Section, Statement
from app.verification.report.source import Source, chip
from app.verification.value.curve import WorthCurve, thinned
from app.verification.value.drawing import worth_chart
from app.verification.value.records import Counts, Policy, Worth
from app.verification.value.words import (
    certainty_words,
    chance_words,
    compared_with,
    dropped_words,
    gain_words,
    money,
    policy_name,
    signed,
)

_POINTS = 120
_TONES = {"better": "good", "worse": "bad"}


def worth_verdict(source: Source) -> Section | None:
    """For the first page: what it brings; left out where outcomes have no price."""
    worth = source.report.worth
    if worth is None:
        return _unpriced(source)
    today = compared_with(worth)
    outcome, _ = chip(today.gain)
    statement = Statement(
        lead=source.say("verification.report.worth.against", today=policy_name(today)),
        headline=source.text(gain_words(worth)),
        text=" ".join(map(source.text, (certainty_words(worth), *_dropped(worth)))),
        tone=_TONES.get(outcome, "reservations"),
    )
    return Section(id="worth-verdict", title="", blocks=(statement,), half=True)


def _unpriced(source: Source) -> Section:
    """That nobody has said what outcomes are worth."""
    statement = Statement(
        lead=source.say("verification.report.worth.in_money"),
        headline=source.say("verification.report.worth.unpriced"),
        text=source.say("verification.report.worth.nobody"),
        tone="plain",
    )
    return Section(id="worth-verdict", title="", blocks=(statement,), half=True)


def worth_section(source: Source) -> Section | None:
    """Every policy, the prices, and the curve by threshold."""
    worth = source.report.worth
    if worth is None:
        return None
    blocks: list[Block] = [_policies(worth, source), Facts(facts=tuple(_prices(worth, source)))]
    if dropped := _dropped(worth):
        counted = source.say("verification.worth.dropped.counted")
        lines = (Line(tone="warning", text=f"{source.text(said)} {counted}") for said in dropped)
        blocks.append(Lines(lines=tuple(lines)))
    if worth.counts is not None:
        blocks.append(_curve(worth, worth.counts, source))
    return Section(
        id="worth",
        title=source.say("verification.report.worth"),
        help=source.say("verification.report.worth.help", n=source.report.rows),
        blocks=tuple(blocks),
    )


def _dropped(worth: Worth) -> list[Text]:
    """That more rows reach the threshold than can be acted on."""
    said = dropped_words(worth.wanted, worth.table)
    return [said] if said is not None else []


def _policies(worth: Worth, source: Source) -> Grid:
    say = source.say
    period = Text(f"verification.period.{worth.table.period}")
    head = (
        say("verification.report.worth.policy"),
        say("verification.report.worth.amount", period=period),
        say("verification.report.worth.gain"),
        say("verification.report.worth.worse"),
        "",
    )
    rows = tuple(_policy(one, worth, source) for one in worth.policies)
    return Grid(head=head, rows=rows, right=frozenset({1, 2, 3}))


def _policy(one: Policy, worth: Worth, source: Source) -> tuple[Cell, ...]:
    words = source.words
    outcome, tone = chip(one.gain)
    value = one.worth.value
    return (
        Cell(text=source.text(policy_name(one))),
        Cell(
            text="—" if value is None else words.value(money(value, worth.table)), below=_ends(one.worth, worth, source)
        ),
        Cell(
            text="—"
            if one.gain is None or one.gain.value is None
            else source.text(signed(one.gain.value, worth.table)),
            below="" if one.gain is None else _ends(one.gain, worth, source),
        ),
        Cell(text="—" if one.worse is None else source.text(chance_words(one.worse))),
        Cell(text=source.say(f"verification.chip.{outcome}") if outcome else "", tone=tone if outcome else ""),
    )


def _ends(estimate: Estimate, worth: Worth, source: Source) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    low, high = (source.words.value(money(end, worth.table)) for end in (estimate.low, estimate.high))
    return source.say("verification.report.range", low=low, high=high)


def _prices(worth: Worth, source: Source) -> list[tuple[str, str]]:
    """What each outcome is worth, and how many rows come."""
    table, say, words = worth.table, source.say, source.words
    found = []
    for actual, cells in zip(table.labels, table.cells, strict=True):
        for said, price in zip(table.labels, cells, strict=True):
            name = say("verification.report.worth.cell", actual=actual, said=said)
            found.append((name, words.value(money(price, table))))
    if not table.labels:
        found += [
            (say(f"verification.report.worth.{k}"), words.value(money(getattr(table, k), table)))
            for k in ("over", "under")
        ]
    period = Text(f"verification.period.{table.period}")
    found.append((say("verification.report.worth.rows", period=period), words.number(table.rows)))
    if table.fixed:
        found.append((say("verification.report.worth.fixed", period=period), words.value(money(table.fixed, table))))
    if table.capacity is not None:
        found.append((say("verification.report.worth.capacity", period=period), words.number(table.capacity)))
    return found


def _curve(worth: Worth, counts: Counts, source: Source) -> Drawings:
    """Worth by threshold on the rows learned from, out of fold, and the threshold that holds."""
    positive = source.version.labels.index(source.version.positive)
    points = thinned(WorthCurve(counts, worth.table, positive).points(), _POINTS)
    ends = [end for point in points for end in (point.low, point.high)]
    at = worth.threshold if worth.threshold is not None else 0.5
    x_range = share_axis(*(point.threshold for point in points if point.acted > 0))
    line = threshold_line(at, x_range[1], (min(ends), max(ends)), name="curve")
    chart = worth_chart(points, worth.table, x_range, line)
    legend = ((source.say("verification.curve.worth"), False), (source.text(line.label), True))
    title, help_ = source.say("verification.chart.worth"), source.say("verification.chart.worth.help")
    return Drawings(drawings=(Drawing(title=title, help=help_, chart=chart, legend=legend),))
