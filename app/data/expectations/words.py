"""Expectations and what became of them as sentences. Light."""

from __future__ import annotations

from collections.abc import Sequence

from app.data.expectations.records import (
    Categories,
    Expectation,
    Filled,
    Fresh,
    Limit,
    Present,
    Range,
    Result,
    Rows,
    Unique,
    column_of,
)
from app.data.records import Finding
from app.data.types import ColumnType
from app.text.listing import listed
from app.text.message import Text, Value, amount

_SHOWN = 12
_TYPES = frozenset(ColumnType)

Params = dict[str, Value | Text | str | int | float]


def sentence(expectation: Expectation) -> Text:
    """What is expected, in one sentence."""
    if isinstance(expectation, Rows):
        return Text(f"expectations.rows.{_sides(expectation.low, expectation.high)}", _ends(expectation))
    column: Params = {"column": expectation.column}
    match expectation:
        case Present(type=None):
            return Text("expectations.present", column)
        case Present(type=type):
            return Text("expectations.type", {**column, "type": Text(f"expectations.holds.{type}")})
        case Range():
            return Text(f"expectations.range.{_sides(expectation.low, expectation.high)}", column | _ends(expectation))
        case Categories(words=words, others=others):
            code = "expectations.categories.others" if others else "expectations.categories.only"
            return Text(code, {**column, "words": listed(words, most=_SHOWN), "share": amount(others, "percent")})
        case Filled(share=share):
            code = "expectations.missing.some" if share else "expectations.missing.none"
            return Text(code, {**column, "share": amount(share, "percent")})
        case Unique():
            return Text("expectations.unique", column)
        case Fresh(days=days):
            return Text("expectations.fresh", {**column, "n": days})


def _sides(low: Limit | None, high: Limit | None) -> str:
    return "between" if low is not None and high is not None else "at_least" if high is None else "at_most"


def _ends(expectation: Range | Rows) -> Params:
    ends = {"low": expectation.low, "high": expectation.high}
    return {name: shown(value) for name, value in ends.items() if value is not None}


def shown(limit: Limit | int) -> Value:
    """A number, a day or a moment, to be written in the reader's format."""
    if isinstance(limit, str):
        return amount(limit, "datetime" if "T" in limit or " " in limit else "date")
    return amount(int(limit) if limit == round(limit) and abs(limit) < 1e15 else limit, digits=6)


def broken_sentence(result: Result) -> Text:
    """What doesn't keep to an expectation, with the evidence."""
    expected = result.expectation
    said: Params = {"expected": sentence(expected)}
    if isinstance(expected, Rows):
        return Text("expectations.broken.rows", {**said, "n": int(result.found)})
    if result.found in _TYPES:
        return Text("expectations.broken.type", {**said, "type": Text(f"expectations.holds.{result.found}")})
    if isinstance(expected, Fresh):
        if not result.found:
            return Text("expectations.broken.no_date", said)
        return Text("expectations.broken.old", {**said, "day": amount(result.found, "date")})
    if not result.of:
        return Text("expectations.broken.absent", said)
    first = result.examples[0] if result.examples else None
    said |= {"n": result.rows, "of": result.of, "share": amount(result.rows / result.of, "percent", 2)}
    said |= {"row": first.row if first else 0, "value": _value(expected, first.value) if first else ""}
    kind = "empty" if isinstance(expected, Filled) else "repeated" if isinstance(expected, Unique) else "some"
    return Text(f"expectations.broken.{'nobody' if result.by_nobody and kind == 'some' else kind}", said)


def _value(expected: Expectation, value: str) -> Value | str:
    """What stands in a cell, in the reader's format where it is a number or a day."""
    if not isinstance(expected, Range):
        return value
    timed = isinstance(expected.low, str) or isinstance(expected.high, str)
    return shown(value if timed else float(value))


def findings(broken: Sequence[Result]) -> tuple[Finding, ...]:
    """Broken expectations as findings of a version."""
    return tuple(_finding(one) for one in broken)


def _finding(result: Result) -> Finding:
    message = broken_sentence(result)
    column = "" if _absent(result) else column_of(result.expectation)
    return Finding(code=message.id, column=column, severity="warning", message=message)


def _absent(result: Result) -> bool:
    return not result.found and not result.of
