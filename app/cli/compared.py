"""A comparison as the JSON documents and the lines of the command line give it."""

from __future__ import annotations

import msgspec

from app.cli.figures import Figure, figure, spoken
from app.cli.terminal import table
from app.text import Words
from app.verification.beside import flipped, grounds, lead, outcome
from app.verification.catalogue import without_interval
from app.verification.records import Comparison


class FlipsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows changed sides; ``p`` of McNemar's exact test."""

    mended: int
    broken: int
    right: int
    wrong: int
    p: float


class ComparisonAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison; differences are ours minus the other's in the scorer's sense, paired by row."""

    kind: str
    model: str
    verdict: str
    metric: str
    level: float
    least: float
    rows: int
    left_out: int
    other: dict[str, Figure]
    difference: dict[str, Figure]
    flips: FlipsAnswer | None
    reason: str


def comparison_answer(one: Comparison, words: Words) -> ComparisonAnswer:
    """As JSON."""
    flips = one.flips
    return ComparisonAnswer(
        kind=one.kind,
        model=one.label,
        verdict=one.verdict,
        metric=one.decides,
        level=one.level,
        least=one.least,
        rows=one.rows,
        left_out=one.left_out,
        other={row.code: figure(row.other, words) for row in one.metrics},
        difference={row.code: figure(row.difference, words) for row in one.metrics},
        flips=None
        if flips is None
        else FlipsAnswer(mended=flips.mended, broken=flips.broken, right=flips.right, wrong=flips.wrong, p=flips.p),
        reason=words.text(one.reason) if one.reason is not None else "",
    )


def comparison_lines(one: Comparison, words: Words) -> list[str]:
    """For people."""
    said = " ".join(map(words.text, grounds(one)))
    lines = [f"{words.text(lead(one))}: {words.text(outcome(one))}.", said]
    if one.metrics:
        rows = [("", words("cli.compare.other"), words("cli.compare.difference"))]
        rows += [
            (row.code, spoken(row.other, words, row.code), spoken(row.difference, words, row.code))
            for row in one.metrics
        ]
        lines += ["", *table(rows)]
        lines += map(words.text, without_interval((row.code, row.difference) for row in one.metrics))
    return [*lines, "", words.text(flipped(one.flips))] if one.flips is not None else lines
