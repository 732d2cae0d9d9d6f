"""Types decided on all rows: each part adds to a tally per column, and the tallies decide at the end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.data.records import ColumnType
from app.data.values.buffers import numbers_of
from app.data.values.conversion import Notation, integer_shapes, number_shapes, thousand_shapes
from app.data.values.dates import Orders, count_orders
from app.data.values.distinct import DistinctCounter
from app.data.values.shapes import SHAPES, Shape, shapes, trimmed

_MISSING = (
    "na n/a n.a. nan null none nil - -- --- ? . #n/a #na missing n.d. nd s/d sd \\n <na> <null> (null) #null! #value! "
    "#div/0! #ref! n/d ns/nc"
)
MISSING_WORDS = frozenset(_MISSING.split())
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
_WORDS_KEPT = 1_000
_CATEGORY_LENGTH = 100
_FEW_NUMBERS = 50


class Tally:
    """What the cells of one column were so far."""

    def __init__(self) -> None:
        self.rows = 0
        self.counts = np.zeros(SHAPES, np.int64)
        self.orders = Orders()
        self.words: Counter[str] = Counter()
        self.odd: Counter[str] = Counter()
        self.many_words = False
        self.many_odd = False
        self.length = 0
        self.spaces = 0
        self.unique: DistinctCounter | None = DistinctCounter()
        self.recurring = True

    def add(self, values: pa.Array) -> None:
        """Take in the cells of a part."""
        self.rows += len(values)
        known = pa.types.is_dictionary(values.type)
        if (known or self.recurring) and len(values):
            encoded = values if known else values.dictionary_encode()
            counts = np.bincount(numbers_of(encoded.indices), minlength=len(encoded.dictionary))
            self.recurring = len(counts) < 0.5 * len(values) or len(values) < 5_000
            self._add(encoded.dictionary, counts)
            if self.unique is not None:
                self._add_unique(encoded.dictionary, int((counts > 1).sum()))
        elif len(values):
            self._add(values, np.ones(len(values), np.int64))
            if self.unique is not None:
                self._add_unique(values, 0)

    def _add(self, values: pa.Array, counts: NDArray[np.int64]) -> None:
        cells = trimmed(values)
        found = shapes(cells)
        self.counts += np.bincount(found, weights=counts, minlength=SHAPES).astype(np.int64)
        timed = found >= Shape.DATE
        if timed.any():
            self.orders = self.orders + count_orders(cells.filter(pa.array(timed)), counts[timed])
        if not self.many_words:
            self._keep_words(values, counts)
        words = found == Shape.WORD
        if words.any() and not self.many_odd:
            self._keep_odd(cells, counts, words)
        self.length += int(values.nbytes)

    def _keep_words(self, values: pa.Array, counts: NDArray[np.int64]) -> None:
        if len(values) > 20 * _WORDS_KEPT:
            self.many_words = True
        else:
            self.words.update(dict(zip(values.to_pylist(), counts.tolist(), strict=True)))
            self.many_words = len(self.words) > _WORDS_KEPT
        if self.many_words:
            self.words.clear()

    def _keep_odd(self, cells: pa.Array, counts: NDArray[np.int64], words: NDArray[np.bool_]) -> None:
        if int(words.sum()) > 5_000:
            self.many_odd = True
        else:
            odd = cells.filter(pa.array(words)).to_pylist()
            self.odd.update(dict(zip(odd, counts[words].tolist(), strict=True)))
            self.many_odd = len(self.odd) > 100
        if self.many_odd:
            self.odd.clear()

    def _add_unique(self, values: pa.Array, repeated: int) -> None:
        assert self.unique is not None
        if repeated or self.counts[Shape.EMPTY] or not self.unique.add_text(values):
            self.unique = None

    # What it says

    def count(self, *wanted: Shape) -> int:
        """How many cells have one of the shapes."""
        return int(self.counts[list(wanted)].sum())

    @property
    def filled(self) -> int:
        return self.rows - int(self.counts[Shape.EMPTY])

    @property
    def all_distinct(self) -> bool:
        """Whether no cell is empty and none occurs twice."""
        return self.unique is not None and self.rows > 1 and self.unique.all_new

    def disguised(self, wanted: tuple[str, ...] | None = None) -> dict[str, int]:
        """Words of the column that stand for a missing value (the usual ones, or ``wanted``), with their counts."""
        source = self.odd if not self.many_odd else {}
        return {word: n for word, n in source.items() if _stands_for_missing(word, wanted)}

    def only_disguised(self, wanted: tuple[str, ...] | None = None) -> bool:
        """Whether every cell that is a word is one of those."""
        return not self.many_odd and all(_stands_for_missing(word, wanted) for word in self.odd)

    @property
    def numeric(self) -> int:
        """Cells that are a number in some notation."""
        return int(self.counts[Shape.INTEGER : Shape.COMMA_EXPONENT + 1].sum())


def _stands_for_missing(word: str, wanted: tuple[str, ...] | None) -> bool:
    return word.lower() in MISSING_WORDS if wanted is None else word in wanted


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
