"""A text that isn't rendered yet: an id with parameters, stored in records as it is, put into words late."""

from __future__ import annotations

from typing import Literal

import msgspec

from app.errors import worded

Style = Literal["number", "percent", "date", "datetime", "bytes", "duration", "metric", "plain", "currency"]


class Value(msgspec.Struct, frozen=True, tag="value"):
    """A parameter with the way it is to be written in the reader's language.

    ``number`` groups digits, ``metric`` shows three decimals, ``percent`` takes 0.265, ``date`` and ``datetime`` take
    ISO text, ``bytes`` and ``duration`` (seconds) choose their unit, ``plain`` is written as it is;
    ``currency`` is an amount of the currency ``unit`` (EUR).
    """

    value: float | int | str
    style: Style = "number"
    digits: int | None = None
    unit: str = ""


class Text(msgspec.Struct, frozen=True, tag="text"):
    """The id of a sentence and its parameters. The part of the id before the first dot names the catalogue."""

    id: str
    params: dict[str, Value | Text | str | int | float] = {}


def plain(value: Value | Text | str | int | float) -> str | int | float:
    """A parameter of a text as one of an error, which holds no structs: the style is lost."""
    if isinstance(value, Text):
        return worded(value.id)
    return value.value if isinstance(value, Value) else value


def amount(value: float | int | str, style: Style = "number", digits: int | None = None, *, unit: str = "") -> Value:
    """Short form of :class:`Value` for calls in a row."""
    return Value(value, style, digits, unit)
