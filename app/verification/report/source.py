"""What a section of a report is made from, and how figures are written in it."""

from __future__ import annotations

from dataclasses import dataclass

from app.learning.records import Estimate, ModelVersion
from app.project.record import Record
from app.text import Text, Words, amount
from app.text.message import Value
from app.verification.catalogue import decimals, display, shown
from app.verification.records import Report
from app.verification.report.plane import shortened

_LONGEST = 600


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a section is made from: what was found, about what, in which words."""

    report: Report
    version: ModelVersion
    record: Record
    words: Words

    def say(self, id: str, /, **params: Value | Text | str | int | float) -> str:
        """A sentence of bearable length, whatever names stand in it."""
        return shortened(self.words(id, **params), _LONGEST)

    def text(self, text: Text) -> str:
        """A lazy text, as such a sentence."""
        return shortened(self.words.text(text), _LONGEST)


def figure(code: str, value: float | None, words: Words) -> str:
    """A value in words; a dash for none."""
    return "—" if value is None else words.value(shown(code, value))


def interval(code: str, estimate: Estimate, words: Words) -> str:
    """Both ends in words; empty where there is none."""
    turned = display(code, estimate)
    if turned.low is None or turned.high is None:
        return ""
    low, high = (words.value(amount(end, "metric", decimals(code, end))) for end in (turned.low, turned.high))
    return f"{low} – {high}"


def chip(difference: Estimate | None) -> tuple[str, str]:
    """What a difference says (better, worse or no_difference) and its tone; both empty where it says nothing."""
    if difference is None or difference.low is None or difference.high is None:
        return "", ""
    if difference.low > 0:
        return "better", "good"
    return ("worse", "bad") if difference.high < 0 else ("no_difference", "plain")
