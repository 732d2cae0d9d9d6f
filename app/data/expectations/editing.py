"""Changing a contract: one expectation put in, or taken out. Light."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from app.data.expectations.fitting import misfit
from app.data.expectations.records import (
    Categories,
    Expectation,
    Filled,
    Fresh,
    Limit,
    Present,
    Range,
    Rows,
    column_of,
    kind_of,
)
from app.data.types import ColumnType
from app.errors import CicloError, worded

_SHOWN = 12


def key_of(expectation: Expectation) -> str:
    """What names it in a contract: ``age.range``, or ``rows``."""
    kind = kind_of(expectation)
    return kind if isinstance(expectation, Rows) else f"{expectation.column}.{kind}"


def put(expectations: Sequence[Expectation], new: Expectation) -> tuple[Expectation, ...]:
    """The contract with ``new`` in the place of what it had of that kind, else after the others of its column."""
    key, column = key_of(new), column_of(new)
    held = list(expectations)
    same = [place for place, one in enumerate(held) if key_of(one) == key]
    if same:
        held[same[0]] = new
        return tuple(held)
    beside = [place + 1 for place, one in enumerate(held) if column_of(one) == column]
    held.insert(beside[-1] if beside else len(held) if column else 0, new)
    return tuple(held)


def dropped(expectations: Sequence[Expectation], wanted: str) -> tuple[Expectation, ...]:
    """The contract without an expectation (``age.range``, ``rows``), or without all of a column (``age``).

    Raises
    ------
    CicloError
        ``expectations.not_there``.
    """
    left = tuple(one for one in expectations if key_of(one) != wanted)
    if len(left) == len(expectations):
        left = tuple(one for one in expectations if column_of(one) != wanted or not wanted)
    if len(left) == len(expectations):
        known = ", ".join(key_of(one) for one in list(expectations)[:_SHOWN])
        raise CicloError("expectations.not_there", wanted=wanted, known=known or "—")
    return left


def make_sure(expectation: Expectation, types: Mapping[str, ColumnType]) -> Expectation:
    """The expectation, where a table with such columns can meet it.

    Raises
    ------
    CicloError
        ``expectations.no_column``, or ``expectations.nobody.…`` where no table ever could.
    """
    column = column_of(expectation)
    if column and column not in types:
        raise CicloError("expectations.no_column", column=column, known=", ".join(list(types)[:_SHOWN]))
    found = misfit(expectation, types)
    if found is not None and not isinstance(expectation, Present):
        raise CicloError("expectations.nobody.type", column=column, type=worded(f"expectations.holds.{found}"))
    match expectation:
        case Range(low=low, high=high):
            _check_ends(column, low, high)
        case Rows(low=low, high=high):
            _check_ends("", low, high)
        case Categories(words=words, others=others) if not words or not 0 <= others < 1:
            raise CicloError("expectations.nobody.categories", column=column)
        case Filled(share=share) if not 0 <= share <= 1:
            raise CicloError("expectations.nobody.share", column=column)
        case Fresh(days=days) if days < 0:
            raise CicloError("expectations.nobody.days", column=column, n=days)
    return expectation


def _check_ends(column: str, low: Limit | None, high: Limit | None) -> None:
    ends = [end for end in (low, high) if end is not None]
    wrong = not ends or not all(map(_is_limit, ends))
    if low is not None and high is not None and not wrong:
        wrong = type(low) is not type(high) or low > high  # type: ignore[operator]
    if isinstance(high, int | float) and not column and high < 0:
        wrong = True
    if wrong:
        code = "expectations.nobody.range" if column else "expectations.nobody.rows"
        said = {"low": "" if low is None else low, "high": "" if high is None else high}
        raise CicloError(code, **said, **({"column": column} if column else {}))


def _is_limit(end: Limit) -> bool:
    if not isinstance(end, str):
        return math.isfinite(end)
    try:
        datetime.fromisoformat(end)
    except ValueError:
        return False
    return True


def read_limit(text: str) -> Limit | None:
    """The end of a range as it is typed: a number with a point, or a day or moment as ISO 8601; None where empty.

    Raises
    ------
    ValueError
        Where it is neither.
    """
    text = text.strip()
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        day = len(text) == len("2020-12-31")
        return date.fromisoformat(text).isoformat() if day else moment.replace(tzinfo=None).isoformat()
