"""Types decided on all rows, by the tallies of their columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from app.data.records import ColumnType
from app.data.values.conversion import Notation, integer_shapes, number_shapes, thousand_shapes
from app.data.values.dates import Orders
from app.data.values.shapes import Shape
from app.data.values.tally import MISSING_WORDS, WORDS_KEPT, Tally
from app.errors import CicloError

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
_DAY_NAME = re.compile(
    r"(?:^|[_\W\d]|(?<=[a-z]))(?:date|dates|day|fecha|fechas|fec|d[ií]a|dt|datum|data|jour|tag|ymd|yyyymmdd|periodo?)(?![a-z])"
    r"|(?:Date|Fecha|Day)(?![a-z])|fecha|date$",
    re.IGNORECASE,
)
_SOME_DAYS = 10
_CAMEL_KEY = re.compile(r"[a-z](?:ID|Id|Key)$")
CATEGORY_LENGTH = 100
_FEW_NUMBERS = 50
_SHOWN = 60


class Numerals(msgspec.Struct, frozen=True, kw_only=True):
    """The marks decided on for a file, with the counts for and against."""

    decimal: str
    thousands: str
    votes: int
    against: int
    ambiguous: int


def decide_numerals(tallies: Sequence[Tally], *, delimiter: str, wanted: str | None = None) -> Numerals:
    """Decimal and thousands mark of a file, by the columns of numbers that can be read in one way only."""
    columns = [t for t in tallies if t.numeric and t.sound and t.numeric + t.gaps >= 0.9 * t.rows]
    comma = sum(t.amounts(Shape.COMMA, Shape.DOTS, Shape.DOTS_COMMA, Shape.COMMA_EXPONENT) for t in columns)
    point = sum(t.amounts(Shape.DOT, Shape.COMMAS, Shape.COMMAS_DOT, Shape.EXPONENT) for t in columns)
    maybe_comma = sum(t.amounts(Shape.MAYBE_COMMA) for t in columns)
    maybe_dot = sum(t.amounts(Shape.MAYBE_DOT) for t in columns)
    priced = sum(t.priced for t in columns)
    decimal = wanted or _decimal(comma, point, maybe_comma, maybe_dot, priced, delimiter)
    if decimal == ",":
        clear = sum(t.amounts(Shape.DOTS, Shape.DOTS_COMMA) for t in columns)
        thousands = "." if clear or priced or (maybe_dot and comma) else ""
        return Numerals(decimal=",", thousands=thousands, votes=comma, against=point, ambiguous=maybe_comma + maybe_dot)
    clear = sum(t.amounts(Shape.COMMAS, Shape.COMMAS_DOT) for t in columns)
    thousands = "," if clear or maybe_comma else ""
    return Numerals(decimal=".", thousands=thousands, votes=point, against=comma, ambiguous=maybe_comma)


def _decimal(comma: int, point: int, maybe_comma: int, maybe_dot: int, priced: int, delimiter: str) -> str:
    if comma != point:
        return "," if comma > point else "."
    if maybe_comma and not maybe_dot:
        return "," if delimiter != "," else "."
    return "," if priced and not maybe_comma else "."


def decide_type(
    tally: Tally, name: str, *, notation: Notation, missing_words: tuple[str, ...] | None = None
) -> ColumnType:
    """The type that fits every cell of the column; words where none does."""
    valued = tally.filled - sum(tally.odd.values())
    if valued > 0 and tally.only_disguised(missing_words):
        found = _value_type(tally, notation, valued)
        if found is ColumnType.INTEGER and _writes_days(tally, name, valued):
            return ColumnType.DATE
        if found is ColumnType.INTEGER and tally.all_distinct and is_key(tally, name):
            return ColumnType.IDENTIFIER
        if found is not None:
            return found
    return decide_words(tally, name)


def _value_type(tally: Tally, notation: Notation, valued: int) -> ColumnType | None:
    numbers = [s for s in number_shapes(notation) if s not in (Shape.ZERO_LED, Shape.LONG)]
    whole = [s for s in integer_shapes(notation) if s is not Shape.ZERO_LED]
    proven = tally.amounts(*_grouped(notation)) or tally.priced
    if tally.amounts(Shape.MAYBE_DOT) and notation.decimal == "," and not proven:
        numbers = [s for s in numbers if s is not Shape.MAYBE_DOT]  # 1.234 alone proves no thousands
        whole = [s for s in whole if s is not Shape.MAYBE_DOT]
    if not tally.sound:
        return None
    if tally.amounts(*whole) == valued:
        return ColumnType.INTEGER
    if tally.amounts(*numbers) == valued:
        return ColumnType.NUMBER
    return _time_type(tally, notation, valued)


def _grouped(notation: Notation) -> tuple[Shape, ...]:
    return (*thousand_shapes(notation), Shape.COMMA) if notation.thousands else (Shape.COMMA,)


def _time_type(tally: Tally, notation: Notation, valued: int) -> ColumnType | None:
    if tally.count(Shape.DATE, Shape.DATETIME) != valued or tally.orders.neither:
        return None
    if tally.orders.zoned not in (0, valued):
        return None  # some times have a zone, others none: they can't be compared
    wrong = tally.orders.month_first if notation.day_first else tally.orders.day_first
    if wrong:
        return None
    return ColumnType.DATETIME if tally.count(Shape.DATETIME) else ColumnType.DATE


def _writes_days(tally: Tally, name: str, valued: int) -> bool:
    """Whether whole numbers are days such as 20240131: each is in the calendar, and there are many or the name says so.

    Of a hundred million numbers with eight digits, 73,414 are days from 1900 to 2100: ten different ones that all are
    hardly happen by chance. Keys that count within a day are the exception, so a key's name speaks against it.
    """
    if tally.compact != valued:
        return False
    if _DAY_NAME.search(name):
        return True
    several = tally.many_words or sum(bool(w.strip()) for w in tally.words) >= _SOME_DAYS
    return several and not _KEY_NAME.search(name.strip()) and not _CAMEL_KEY.search(name.strip())


def decide_day_first(tallies: Sequence[Tally], *, wanted: bool | None = None) -> bool | None:
    """Whether 03/04 is the third of April, by all dates of the file; None where no date leaves it open."""
    timed = [t for t in tallies if t.count(Shape.DATE, Shape.DATETIME)]
    total = sum((t.orders for t in timed), Orders())
    if not total.day_first + total.month_first + total.either:
        return None
    if wanted is not None:
        return wanted
    return total.day_first >= total.month_first


def decide_words(tally: Tally, name: str) -> ColumnType:
    """The type of a column of words: a key, two words, a list of some, or any text."""
    if tally.all_distinct and _keylike(tally, name):
        return ColumnType.IDENTIFIER
    if tally.many_words or not tally.filled:
        return ColumnType.TEXT if tally.filled else ColumnType.CATEGORY
    words = {w.strip().lower() for w in tally.words if w.strip()} - MISSING_WORDS
    if any(words == set(pair) for pair in _TRUTHS):
        return ColumnType.BOOLEAN
    if len(words) > _FEW_NUMBERS and tally.count(Shape.INTEGER, Shape.DOT, Shape.COMMA) >= 0.9 * tally.filled:
        return ColumnType.TEXT  # numbers, but for a few cells: not a list of categories
    short = all(len(w) <= CATEGORY_LENGTH for w in tally.words)
    return ColumnType.CATEGORY if short and are_kinds(len(words), tally.filled) else ColumnType.TEXT


def are_kinds(words: int, filled: int) -> bool:
    """Whether so many different words in so many cells are a list of kinds, each in several rows."""
    return (words <= 20 and words <= max(2, 0.7 * filled)) or words <= 0.1 * filled


def check_two_words(tally: Tally, name: str, *, missing_words: tuple[str, ...] | None = None) -> None:
    """Refuse to call a column boolean that has more than two words.

    Raises
    ------
    CicloError
        ``data.not_boolean``.
    """
    words = {w for w in tally.words if w and not (missing_words and w.strip() in missing_words)}
    if tally.many_words or len(words) > 2:
        shown = ", ".join(sorted(words)[:4])[:_SHOWN]
        raise CicloError("data.not_boolean", column=name, n=max(len(words), WORDS_KEPT * tally.many_words), words=shown)


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
    if tally.timed > 0.5 * tally.rows:
        return False  # days, but for a few cells
    named = bool(_KEY_NAME.search(name.strip()) or _CAMEL_KEY.search(name.strip()))
    assert tally.unique is not None
    return digits or named or (tally.rows >= 20 and tally.unique.codelike)
