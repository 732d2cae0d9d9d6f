"""Expectations and what became of them, as commands say them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.data.expectations.editing import key_of
from app.data.expectations.records import Checked, Example, Expectation, Result, Verdict
from app.data.expectations.words import broken_sentence, sentence
from app.text import Words


class SpokenExpectation(msgspec.Struct, frozen=True, kw_only=True):
    """An expectation by its name, in words and as it is stored."""

    name: str
    message: str
    expectation: Expectation


class SpokenResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an expectation: ``rows`` of ``of`` rows don't keep to it."""

    name: str
    verdict: Verdict
    message: str
    rows: int
    of: int
    examples: tuple[Example, ...]


def spoken_expectations(expectations: Sequence[Expectation], words: Words) -> tuple[SpokenExpectation, ...]:
    """What is expected, in words."""
    return tuple(
        SpokenExpectation(name=key_of(one), message=words.text(sentence(one)), expectation=one) for one in expectations
    )


def spoken_results(results: Sequence[Result], words: Words) -> tuple[SpokenResult, ...]:
    """What became of it, in words."""
    return tuple(
        SpokenResult(
            name=key_of(one.expectation),
            verdict=one.verdict,
            message=words.text(broken_sentence(one) if one.verdict is Verdict.BROKEN else sentence(one.expectation)),
            rows=one.rows,
            of=one.of,
            examples=one.examples,
        )
        for one in results
    )


def result_lines(results: Sequence[Result], words: Words) -> list[str]:
    """For people: what is broken, and how many expectations were met."""
    broken = [one for one in results if one.verdict is Verdict.BROKEN]
    met = sum(one.verdict is Verdict.MET for one in results)
    return [*(words.text(broken_sentence(one)) for one in broken), words("expectations.met", n=met, of=len(results))]


def checked_lines(checked: Checked | None, words: Words) -> list[str]:
    """What an import says of the contract of its dataset."""
    if checked is None:
        return []
    of = checked.met + len(checked.broken) + len(checked.unchecked)
    lines = [words.text(broken_sentence(one)) for one in checked.broken]
    lines.append(words("expectations.met", n=checked.met, of=of))
    return [*lines, words("expectations.kept")] if checked.broken else lines
