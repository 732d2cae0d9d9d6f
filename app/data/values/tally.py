"""What the cells of a column are, counted: each part of a file is looked at by itself, and the looks are added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.data.values.buffers import numbers_of
from app.data.values.dates import Orders, compact_days, count_orders
from app.data.values.decorated import PERCENT, decorated, mean_numbers, units_of
from app.data.values.distinct import DistinctCounter, Fresh, fresh
from app.data.values.shapes import SHAPES, Shape, shapes, text_buffers, trimmed

_MISSING = (
    "na n/a n.a. nan null none nil - -- --- ? . #n/a #na missing n.d. nd s/d sd \\n <na> <null> (null) #null! #value! "
    "#div/0! #ref! n/d ns/nc"
)
MISSING_WORDS = frozenset(_MISSING.split())
WORDS_KEPT = 1_000
"""So many different words of a column are kept at most."""
_ODD_KEPT = 100
_ODD_LOOKED_AT = 5_000
_FEW_ROWS = 5_000


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is still worth finding out about a column; a look may find more than that."""

    words: bool = True
    odd: bool = True
    unique: bool = True
    recurring: bool = True


class Glance(msgspec.Struct, frozen=True, kw_only=True):
    """What the cells of one column are in one part of a file.

    ``counts`` are cells by :class:`Shape`; ``size`` is the length of all cells in bytes. ``words`` (all cells) and
    ``odd`` (those that are neither empty nor a value) are None where there are too many to list; ``fresh`` is None
    where some cells are equal. ``recurring``: the cells are few words again and again. ``decorated`` are the shapes of
    the numbers with ``marks`` around them; ``compact`` counts days such as 20240131, None where there are other whole
    numbers.
    """

    rows: int
    counts: NDArray[np.int64]
    orders: Orders
    size: int
    words: dict[str, int] | None
    odd: dict[str, int] | None
    fresh: Fresh | None
    recurring: bool
    decorated: NDArray[np.int64]
    marks: Counter[str]
    compact: int | None


def look(values: pa.Array, wanted: Wanted) -> Glance:
    """Look at the cells of one column: text, or words as a dictionary."""
    known = pa.types.is_dictionary(values.type)
    if known or (wanted.recurring and len(values)):
        encoded = values if known else values.dictionary_encode()
        words, times = encoded.dictionary, np.bincount(numbers_of(encoded.indices), minlength=len(encoded.dictionary))
        recurring = len(words) < 0.5 * len(values) or len(values) < _FEW_ROWS
        return _glance(words, times, wanted, recurring=recurring, most=WORDS_KEPT)
    return _glance(values, np.ones(len(values), np.int64), wanted, recurring=False, most=20 * WORDS_KEPT)


def _glance(values: pa.Array, times: NDArray[np.int64], wanted: Wanted, *, recurring: bool, most: int) -> Glance:
    """The look at words that occur so many ``times``; if there are more than ``most`` of them, they aren't listed."""
    cells = trimmed(values)
    found = shapes(cells)
    around = decorated(cells, found)
    if around is not None:
        found[around.places] = Shape.DECORATED
    counts = np.bincount(found, weights=times, minlength=SHAPES).astype(np.int64)
    days = compact_days(cells, found == Shape.INTEGER)
    single = wanted.unique and bool(len(values)) and bool((times == 1).all()) and not (found == Shape.EMPTY).any()
    return Glance(
        rows=int(times.sum()),
        counts=counts,
        orders=_orders(cells, times, found) if counts[Shape.DATE] or counts[Shape.DATETIME] else Orders(),
        size=_size(values, times),
        words=_listed(values, times, most) if wanted.words else None,
        odd=_odd(cells, times, found == Shape.WORD) if wanted.odd else None,
        fresh=fresh(values, found) if single else None,
        recurring=recurring,
        decorated=np.zeros(SHAPES, np.int64) if around is None else around.counts(times),
        marks=Counter() if around is None else around.marks(times[around.places]),
        compact=None if days is None else int(times[days].sum()),
    )


def _orders(cells: pa.Array, times: NDArray[np.int64], found: NDArray[np.uint8]) -> Orders:
    timed = (found == Shape.DATE) | (found == Shape.DATETIME)
    return count_orders(cells.filter(pa.array(timed)), times[timed])


def _size(values: pa.Array, times: NDArray[np.int64]) -> int:
    offsets = text_buffers(values)[0]
    return int((offsets[1:] - offsets[:-1]) @ times)


def _listed(values: pa.Array, times: NDArray[np.int64], most: int) -> dict[str, int] | None:
    if len(values) > most:
        return None
    listed: dict[str, int] = {}
    for word, n in zip(values.to_pylist(), times.tolist(), strict=True):
        listed[word] = listed.get(word, 0) + n
    return listed


def _odd(cells: pa.Array, times: NDArray[np.int64], words: NDArray[np.bool_]) -> dict[str, int] | None:
    if not words.any():
        return {}
    if int(words.sum()) > _ODD_LOOKED_AT:
        return None
    return _listed(cells.filter(pa.array(words)), times[words], _ODD_LOOKED_AT)


class Tally:
    """What the cells of one column were so far. ``stranger`` is the first word that is neither a value nor
    stands for none; it is kept when there are too many of them to list."""

    def __init__(self) -> None:
        self.rows = 0
        self.counts = np.zeros(SHAPES, np.int64)
        self.decorated = np.zeros(SHAPES, np.int64)
        self.marks: Counter[str] = Counter()
        self.compact: int | None = 0
        self.orders = Orders()
        self.words: Counter[str] = Counter()
        self.odd: Counter[str] = Counter()
        self.many_words = False
        self.many_odd = False
        self.stranger = ""
        self.length = 0
        self.unique: DistinctCounter | None = DistinctCounter()
        self.recurring = True

    @property
    def wanted(self) -> Wanted:
        """What the next look should find out. What isn't wanted once is never wanted again, so that parts may be looked
        at out of order: a look that found too much changes nothing."""
        return Wanted(
            words=not self.many_words, odd=not self.many_odd, unique=self.unique is not None, recurring=self.recurring
        )

    def add(self, values: pa.Array) -> None:
        """Look at the cells of a part and take them in."""
        self.take(look(values, self.wanted))

    def take(self, seen: Glance) -> None:
        """Take in a look at the next part."""
        if not seen.rows:
            return
        self.rows += seen.rows
        self.counts += seen.counts
        self.decorated += seen.decorated
        if seen.marks:
            self.marks.update(seen.marks)
        self.compact = None if self.compact is None or seen.compact is None else self.compact + seen.compact
        self.orders = self.orders + seen.orders
        self.length += seen.size
        self.recurring = self.recurring and seen.recurring
        self.stranger = self.stranger or next((w for w in seen.odd or () if w and not _stands_for_missing(w, None)), "")
        self.many_words = _gathered(self.words, seen.words, WORDS_KEPT, over=self.many_words)
        self.many_odd = _gathered(self.odd, seen.odd, _ODD_KEPT, over=self.many_odd)
        if self.unique is not None and (seen.fresh is None or not self.unique.add(seen.fresh)):
            self.unique = None

    # What it says

    def count(self, *wanted: Shape) -> int:
        """How many cells have one of the shapes."""
        return sum(map(self.counts.item, wanted))

    def amounts(self, *wanted: Shape) -> int:
        """How many numbers have one of the shapes, with or without something around them."""
        return self.count(*wanted) + sum(map(self.decorated.item, wanted))

    @property
    def sound(self) -> bool:
        """Whether what is around its numbers makes sense for all of them."""
        count = self.count(Shape.DECORATED)
        whole = int(self.decorated[Shape.INTEGER])
        return not count or mean_numbers(self.marks, total=self.numeric, whole=whole, decorated=count)

    @property
    def priced(self) -> int:
        """Amounts of money such as 1.234 €: hardly ever three decimals."""
        money = self.units and PERCENT not in self.units
        return int(self.decorated[Shape.MAYBE_DOT]) if money else 0

    @property
    def gaps(self) -> int:
        """Cells without a value, said by nothing or by a word."""
        return self.count(Shape.EMPTY) + sum(self.disguised().values())

    @property
    def only_shares(self) -> bool:
        """Whether the numbers have a percent sign all or none."""
        return self.marks[PERCENT] in (0, self.numeric)

    @property
    def units(self) -> list[str]:
        """Currency and percent signs around its numbers, the most frequent first."""
        return units_of(self.marks)

    @property
    def filled(self) -> int:
        return self.rows - int(self.counts[Shape.EMPTY])

    @property
    def all_distinct(self) -> bool:
        """Whether no cell is empty and none occurs twice."""
        return self.unique is not None and self.rows > 1 and self.unique.all_new

    def disguised(self, wanted: tuple[str, ...] | None = None) -> dict[str, int]:
        """Words of the column that stand for a missing value (the usual ones, or ``wanted``), with their counts."""
        return disguised_in(self.odd, wanted)

    def only_disguised(self, wanted: tuple[str, ...] | None = None) -> bool:
        """Whether every cell that is a word is one of those."""
        return not self.many_odd and all(_stands_for_missing(word, wanted) for word in self.odd)

    @property
    def numeric(self) -> int:
        """Cells that are a number in some notation."""
        return int(self.counts[Shape.INTEGER : Shape.COMMA_EXPONENT + 1].sum()) + self.count(Shape.DECORATED)

    @property
    def timed(self) -> int:
        """Cells that are a day, with or without a time, in some order."""
        return self.count(Shape.DATE, Shape.DATETIME)


def _gathered(known: Counter[str], seen: dict[str, int] | None, most: int, *, over: bool) -> bool:
    """Add words to those known; whether there are too many of them to keep."""
    if over or seen is None:
        known.clear()
        return True
    known.update(seen)
    if len(known) > most:
        known.clear()
        return True
    return False


def disguised_in(words: Mapping[str, int], wanted: tuple[str, ...] | None = None) -> dict[str, int]:
    """Those of the words that stand for a missing value (the usual ones, or ``wanted``)."""
    return {word: n for word, n in words.items() if _stands_for_missing(word, wanted)}


def _stands_for_missing(word: str, wanted: tuple[str, ...] | None) -> bool:
    return word.lower() in MISSING_WORDS if wanted is None else word in wanted
