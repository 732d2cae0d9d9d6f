"""Types decided on all rows, by the tallies of their columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from app.data.records import ColumnType
from app.data.values.conversion import Notation, integer_shapes, number_shapes, thousand_shapes
from app.data.values.dates import Orders
from app.data.values.shapes import Shape
from app.data.values.tally import MISSING_WORDS, Tally

_TRUTHS = (
    ("yes", "no"),
    ("true", "false"),
    ("y", "n"),
    ("t", "f"),
    ("sí", "no"),
    ("si", "no"),
    ("s", "n"),
    ("verdadero", "falso"),
    ("v", "f"),
    ("oui", "non"),
    ("ja", "nein"),
    ("vrai", "faux"),
    ("wahr", "falsch"),
    ("sim", "não"),
    ("on", "off"),
)
_KEY_NAME = re.compile(
    r"(?:^|[_\s.-])(?:id|ids|key|uuid|guid|rowid|index|idx|rownum|código|codigo|code|nr|no|num|n[º°]|ref|row)$"
    r"|[a-z](?:ID|Id|Key|Nr|No)$|^(?:id|index|obs|row|nº)$|^unnamed|^column_1$",
    re.IGNORECASE,
)
_CAMEL_KEY = re.compile(r"[a-z](?:ID|Id|Key)$")
_CATEGORY_LENGTH = 100
_FEW_NUMBERS = 50


class Numerals(msgspec.Struct, frozen=True, kw_only=True):
    """The marks decided on for a file, with the counts for and against."""

    decimal: str
    thousands: str
    votes: int
    against: int
    ambiguous: int


def decide_numerals(tallies: Sequence[Tally], *, delimiter: str, wanted: str | None = None) -> Numerals:
    """Decimal and thousands mark of a file, by the columns of numbers that can be read in one way only."""
    columns = [t for t in tallies if t.numeric and t.numeric + t.count(Shape.EMPTY) >= 0.9 * t.rows]
    comma = sum(t.count(Shape.COMMA, Shape.DOTS, Shape.DOTS_COMMA, Shape.COMMA_EXPONENT) for t in columns)
    point = sum(t.count(Shape.DOT, Shape.COMMAS, Shape.COMMAS_DOT, Shape.EXPONENT) for t in columns)
    maybe_comma = sum(t.count(Shape.MAYBE_COMMA) for t in columns)
    maybe_dot = sum(t.count(Shape.MAYBE_DOT) for t in columns)
    decimal = wanted or _decimal(comma, point, maybe_comma, maybe_dot, delimiter)
    if decimal == ",":
        clear = sum(t.count(Shape.DOTS, Shape.DOTS_COMMA) for t in columns)
        thousands = "." if clear or (maybe_dot and comma) else ""
        return Numerals(decimal=",", thousands=thousands, votes=comma, against=point, ambiguous=maybe_comma + maybe_dot)
    clear = sum(t.count(Shape.COMMAS, Shape.COMMAS_DOT) for t in columns)
    thousands = "," if clear or maybe_comma else ""
    return Numerals(decimal=".", thousands=thousands, votes=point, against=comma, ambiguous=maybe_comma)


def _decimal(comma: int, point: int, maybe_comma: int, maybe_dot: int, delimiter: str) -> str:
    if comma != point:
        return "," if comma > point else "."
    if maybe_comma and not maybe_dot:
        return "," if delimiter != "," else "."
    return "."


def decide_type(
    tally: Tally, name: str, *, notation: Notation, missing_words: tuple[str, ...] | None = None
) -> ColumnType:
    """The type that fits every cell of the column; words where none does."""
    valued = tally.filled - sum(tally.odd.values())
    if valued > 0 and tally.only_disguised(missing_words):
        found = _value_type(tally, notation, valued)
        if found is ColumnType.INTEGER and tally.all_distinct and is_key(tally, name):
            return ColumnType.IDENTIFIER
        if found is not None:
            return found
    return _word_type(tally, name)


def _value_type(tally: Tally, notation: Notation, valued: int) -> ColumnType | None:
    numbers = [s for s in number_shapes(notation) if s not in (Shape.ZERO_LED, Shape.LONG)]
    whole = [s for s in integer_shapes(notation) if s is not Shape.ZERO_LED]
    if tally.count(Shape.MAYBE_DOT) and notation.decimal == "," and not tally.count(*_grouped(notation)):
        numbers = [s for s in numbers if s is not Shape.MAYBE_DOT]  # 1.234 alone proves no thousands
        whole = [s for s in whole if s is not Shape.MAYBE_DOT]
    if tally.count(*whole) == valued:
        return ColumnType.INTEGER
    if tally.count(*numbers) == valued:
        return ColumnType.NUMBER
    return _time_type(tally, notation, valued)


def _grouped(notation: Notation) -> tuple[Shape, ...]:
    return (*thousand_shapes(notation), Shape.COMMA) if notation.thousands else (Shape.COMMA,)


def _time_type(tally: Tally, notation: Notation, valued: int) -> ColumnType | None:
    if tally.count(Shape.DATE, Shape.DATETIME) != valued or tally.orders.neither:
        return None
    wrong = tally.orders.month_first if notation.day_first else tally.orders.day_first
    if wrong:
        return None
    return ColumnType.DATETIME if tally.count(Shape.DATETIME) else ColumnType.DATE


def decide_day_first(tallies: Sequence[Tally], *, wanted: bool | None = None) -> bool | None:
    """Whether 03/04 is the third of April, by all dates of the file; None where no date leaves it open."""
    timed = [t for t in tallies if t.count(Shape.DATE, Shape.DATETIME)]
    total = sum((t.orders for t in timed), Orders())
    if not total.day_first + total.month_first + total.either:
        return None
    if wanted is not None:
        return wanted
    return total.day_first >= total.month_first


def _word_type(tally: Tally, name: str) -> ColumnType:
    if tally.all_distinct and _keylike(tally, name):
        return ColumnType.IDENTIFIER
    if tally.many_words or not tally.filled:
        return ColumnType.TEXT if tally.filled else ColumnType.CATEGORY
    words = {w.strip().lower() for w in tally.words if w.strip()} - MISSING_WORDS
    if any(words == set(pair) for pair in _TRUTHS):
        return ColumnType.BOOLEAN
    if len(words) > _FEW_NUMBERS and tally.count(Shape.INTEGER, Shape.DOT, Shape.COMMA) >= 0.9 * tally.filled:
        return ColumnType.TEXT  # numbers, but for a few cells: not a list of categories
    few = len(words) <= 20 and len(words) <= max(2, 0.7 * tally.filled)
    share = len(words) <= 0.1 * tally.filled
    short = all(len(w) <= _CATEGORY_LENGTH for w in tally.words)
    return ColumnType.CATEGORY if short and (few or share) else ColumnType.TEXT


def is_key(tally: Tally, name: str) -> bool:
    """Whether a column of distinct whole numbers is a key: by its name, or because it counts the rows."""
    if _KEY_NAME.search(name.strip()) or _CAMEL_KEY.search(name.strip()):
        return True
    return tally.rows >= 20 and tally.unique is not None and tally.unique.consecutive


def _keylike(tally: Tally, name: str) -> bool:
    """Distinct words are keys where they are short, without spaces, and contain digits; or are called so."""
    average = tally.length / max(1, tally.rows)
    if average > 60:
        return False
    digits = tally.count(Shape.ZERO_LED, Shape.LONG) > 0.5 * tally.rows
    if tally.count(Shape.INTEGER) > 0.5 * tally.rows:
        return False  # numbers, but for a few cells
    named = bool(_KEY_NAME.search(name.strip()) or _CAMEL_KEY.search(name.strip()))
    assert tally.unique is not None
    return digits or named or (tally.rows >= 20 and tally.unique.codelike)
