"""Expectations as they are typed on the command line: ``age.range=0..120``. Light."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence

import msgspec

from app.data.expectations.editing import key_of, read_limit
from app.data.expectations.records import (
    Categories,
    Expectation,
    Filled,
    Fresh,
    Present,
    Range,
    Rows,
    Unique,
)
from app.data.types import ColumnType
from app.errors import CicloError

_EDIT = re.compile(
    r"(?P<column>.+?)\.(?P<kind>type|range|categories|others|missing|unique|fresh)=(?P<value>.*)", re.DOTALL
)
_ANY, _YES = "any", "yes"


def typed(edit: str, held: Sequence[Expectation]) -> Expectation:
    """An expectation from ``COLUMN.KIND=VALUE`` or ``rows=LOW..HIGH``; ``COLUMN.others`` changes the list of words that
    a contract holds.

    Raises
    ------
    CicloError
        ``expectations.bad_edit``, or ``expectations.not_there`` where there is no list of words.
    """
    name, _equals, value = edit.partition("=")
    found = _EDIT.fullmatch(edit)
    try:
        if name == "rows":
            low, high = (None if end is None else int(end) for end in _ends(value))
            return Rows(low=low, high=high)
        if found is None:
            raise ValueError(edit)
        if found["kind"] == "others":
            return _with_others(found["column"], _share(found["value"]), held)
        return _MAKERS[found["kind"]](found["column"], found["value"].strip())
    except (ValueError, OverflowError, csv.Error) as error:
        raise CicloError("expectations.bad_edit", edit=edit) from error


def _ends(value: str) -> tuple[float | str | None, float | str | None]:
    low, dots, high = value.partition("..")
    if not dots:
        raise ValueError(value)
    return read_limit(low), read_limit(high)


def _share(text: str) -> float:
    """``5%``, or ``0.05``."""
    text = text.strip()
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


def _type(column: str, value: str) -> Expectation:
    return Present(column=column, type=None if value == _ANY else ColumnType(value))


def _range(column: str, value: str) -> Expectation:
    low, high = _ends(value)
    return Range(column=column, low=low, high=high)


def _categories(column: str, value: str) -> Expectation:
    words = next(csv.reader([value], skipinitialspace=True), [])
    return Categories(column=column, words=tuple(dict.fromkeys(words)))


def _with_others(column: str, share: float, held: Sequence[Expectation]) -> Expectation:
    for one in held:
        if isinstance(one, Categories) and one.column == column:
            return msgspec.structs.replace(one, others=share)
    known = ", ".join(key_of(one) for one in held if isinstance(one, Categories))
    raise CicloError("expectations.not_there", wanted=f"{column}.categories", known=known or "—")


def _unique(column: str, value: str) -> Expectation:
    if value != _YES:
        raise ValueError(value)
    return Unique(column=column)


_MAKERS: dict[str, Callable[[str, str], Expectation]] = {
    "type": _type,
    "range": _range,
    "categories": _categories,
    "missing": lambda column, value: Filled(column=column, share=_share(value)),
    "unique": _unique,
    "fresh": lambda column, value: Fresh(column=column, days=int(value)),
}
