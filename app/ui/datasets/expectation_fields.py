"""Limits, shares and words of an expectation as a person reads and types them. Knows no widget."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.data.expectations.editing import read_limit
from app.data.expectations.records import Categories, Expectation, Filled, Fresh, Limit, Present, Range, Rows, Unique
from app.data.types import NUMBERS, TIMES, WORDS, ColumnType
from app.text.words import Words
from app.ui.datasets.cells import Marks

KINDS = ("type", "range", "categories", "missing", "unique", "fresh", "rows")
_DIGITS = 12


def kinds_for(type: ColumnType | None) -> tuple[str, ...]:
    """The kinds that can be expected of a column of a type; None: of all rows."""
    if type is None:
        return ("rows",)
    fitting = {"range": type in (*NUMBERS, *TIMES), "categories": type in WORDS, "fresh": type in TIMES, "rows": False}
    return tuple(kind for kind in KINDS if fitting.get(kind, True))


class Typed:
    """Reads and writes numbers in the reader's marks, days as ISO 8601."""

    def __init__(self, words: Words) -> None:
        self._marks = Marks(words)

    def number(self, text: str) -> float:
        """A number.

        Raises
        ------
        ValueError
            Where it isn't one; digits must be grouped by threes, if at all.
        """
        text, group = text.strip(), self._marks.group
        if group and group in text:
            mark, decimal = re.escape(group), re.escape(self._marks.decimal)
            if not re.fullmatch(rf"[+-]?\d{{1,3}}({mark}\d{{3}})+({decimal}\d*)?", text):
                raise ValueError(text)
            text = text.replace(group, "")
        return float(text.replace(self._marks.decimal, "."))

    def limit(self, text: str, *, timed: bool) -> Limit | None:
        """The end of a range; None where the field is empty. Raises as :meth:`number`."""
        if not text.strip():
            return None
        found = read_limit(text) if timed else self.number(text)
        if timed is not isinstance(found, str):
            raise ValueError(text)
        return found

    def share(self, text: str) -> float:
        """Per cent as a share. Raises as :meth:`number`."""
        return self.number(text.strip().removesuffix("%").strip() or "0") / 100

    def written(self, value: Limit | None) -> str:
        """What stands in a field at first."""
        if value is None or isinstance(value, str):
            return value or ""
        return f"{value:.{_DIGITS}g}".replace(".", self._marks.decimal)


def words_of(text: str) -> tuple[str, ...]:
    """One word a line."""
    return tuple(dict.fromkeys(line for line in text.splitlines() if line.strip()))


def made(kind: str, column: str, type: ColumnType | None, fields: Sequence[str], typed: Typed) -> Expectation:
    """An expectation from the texts of two fields, of which most kinds use the first.

    Raises
    ------
    ValueError
        Where a field doesn't hold what it is for.
    """
    first, second = fields
    match kind:
        case "type":
            return Present(column=column, type=ColumnType(first) if first else None)
        case "range":
            timed = type in TIMES
            return Range(column=column, low=typed.limit(first, timed=timed), high=typed.limit(second, timed=timed))
        case "categories":
            return Categories(column=column, words=words_of(first), others=typed.share(second))
        case "missing":
            return Filled(column=column, share=typed.share(first))
        case "unique":
            return Unique(column=column)
        case "fresh":
            return Fresh(column=column, days=_whole(first, typed))
        case _:
            ends = (None if not text.strip() else _whole(text, typed) for text in (first, second))
            return Rows(**dict(zip(("low", "high"), ends, strict=True)))


def _whole(text: str, typed: Typed) -> int:
    value = typed.number(text)
    if value != int(value):
        raise ValueError(text)
    return int(value)


def fields_of(expectation: Expectation, typed: Typed) -> tuple[str, str]:
    """The texts of the two fields for an expectation."""
    match expectation:
        case Present(type=type):
            return (type.value if type is not None else "", "")
        case Range(low=low, high=high) | Rows(low=low, high=high):
            return (typed.written(low), typed.written(high))
        case Categories(words=words, others=others):
            return ("\n".join(words), typed.written(100 * others))
        case Filled(share=share):
            return (typed.written(100 * share), "")
        case Fresh(days=days):
            return (typed.written(days), "")
        case _:
            return ("", "")
