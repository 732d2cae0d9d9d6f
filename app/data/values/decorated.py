"""Numbers with something around them: a currency, a percent sign, brackets or a minus behind for negatives, spaces or
apostrophes between thousands. Each such cell is laid bare: ``(1 234,50 €)`` is ``-1234,50``. Whether that is what a
column means is for its tally to say.
"""

from __future__ import annotations

from collections import Counter

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.values.buffers import mask_of, numbers_of, valid_of
from app.data.values.shapes import Shape, shapes, text_buffers

PERCENT = "%"
BRACKETS = "()"
BEHIND = "5-"
GAPS = (" ", "\u00a0", "\u202f", "\u2009", "'", "’")
"""Marks between thousands. A space stands in telephone numbers too."""

_CURRENCY = (
    r"(?:US\$|R\$|A\$|C\$|S/\.?|[€$£¥₹₺₽]|EUR|USD|GBP|CHF|JPY|BRL|MXN|CAD|AUD|ARS|CLP|COP|PEN|SEK|NOK|DKK|PLN|INR|CNY)"
)
_BLANK = "[ \u00a0\u202f]?"
_GROUPED = "|".join(rf"\d{{1,3}}(?:{gap}\d{{3}})+(?:[.,]\d+)?" for gap in GAPS)
_PATTERN = (
    rf"^(?P<open>\()?(?P<before>[-+−])?{_BLANK}(?P<front>{_CURRENCY})?{_BLANK}(?P<inner>[-+−])?"
    rf"(?P<number>{_GROUPED}|\d[\d.,]*|[.,]\d+){_BLANK}(?P<back>{_CURRENCY}|%)?(?P<behind>-)?(?P<close>\))?$"
)
_LONGEST = 40
_NO_NUMBER = (Shape.ZERO_LED, Shape.LONG, Shape.WORD, Shape.EMPTY, Shape.DATE, Shape.DATETIME)


def _bytes(letters: str) -> NDArray[np.bool_]:
    table = np.zeros(256, bool)
    table[list(letters.encode())] = True
    return table


_FIRST = _bytes("0123456789+-.,($€£¥₹₺₽−")
_LETTERS = _bytes("ABCDEGIJMNPRSU")  # the first of a currency's name, and what may be its second
_SECOND = _bytes("ABCDEFGHIJKLMNOPQRSTUVWXYZ$/")
_LAST = _bytes("0123456789.,%)-$DRPFYLNKSE€£¥₹₺₽")
_PLAIN = _bytes("0123456789+-.,")


class Decorated(msgspec.Struct, frozen=True):
    """The decorated numbers among some cells: where they are, the bare numbers with their shapes, and what was around
    each: currency or percent sign, thousands mark with the number of groups, way of writing negatives (empty: none)."""

    places: NDArray[np.int64]
    bare: pa.Array
    shapes: NDArray[np.uint8]
    units: pa.Array
    gaps: pa.Array
    negatives: pa.Array

    def counts(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many cells have each shape, where each of all the cells occurs so many ``times``."""
        return np.bincount(self.shapes, weights=times[self.places], minlength=len(Shape)).astype(np.int64)

    def marks(self, counts: NDArray[np.int64]) -> Counter[str]:
        """How often each mark occurs; ``counts`` says how often each of the cells does."""
        found: Counter[str] = Counter()
        for marks in (self.units, self.gaps, self.negatives):
            encoded = marks.dictionary_encode()
            totals = np.bincount(numbers_of(encoded.indices), weights=counts, minlength=len(encoded.dictionary))
            for mark, total in zip(encoded.dictionary.to_pylist(), totals.tolist(), strict=True):
                if mark:
                    found[mark] += int(total)
        return found


def decorated(cells: pa.Array, found: NDArray[np.uint8]) -> Decorated | None:
    """The decorated numbers among trimmed ``cells`` that were ``found`` to be words."""
    places = _candidates(cells, found)
    if not len(places):
        return None
    parts = pc.extract_regex(cells.take(pa.array(places)), _PATTERN)
    matched = valid_of(parts)
    if not matched.any():
        return None
    parts, places = parts.filter(pa.array(matched)), places[matched]
    number = _field(parts, "number")
    minus, sound = _signs(parts)
    gap = pc.fill_null(pc.replace_substring_regex(number, r"^[\d.,]*([^\d.,])?.*$", r"\1"), "")
    groups = pc.count_substring_regex(number, r"[^\d.,]")
    plain = pc.replace_substring_regex(number, r"[^\d.,]", "")
    bare = pc.if_else(pa.array(minus), pc.binary_join_element_wise("-", plain, ""), plain)
    inner = shapes(bare)
    kept = pa.array(sound & ~np.isin(inner, _NO_NUMBER))
    marked = pc.binary_join_element_wise(gap, pc.cast(groups, pa.string()), "")
    front, back = _field(parts, "front"), _field(parts, "back")
    return Decorated(
        places[mask_of(kept)],
        bare.filter(kept),
        inner[mask_of(kept)],
        pc.if_else(pc.equal(front, ""), back, front).filter(kept),
        pc.if_else(pc.equal(gap, ""), "", marked).filter(kept),
        _negatives(parts).filter(kept),
    )


def _candidates(cells: pa.Array, found: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Words that begin and end as a decorated number may: most columns of words have none."""
    offsets, data = text_buffers(cells)
    lengths = np.diff(offsets)
    places = np.flatnonzero((found == Shape.WORD) & (lengths >= 2) & (lengths <= _LONGEST))
    if not len(places):
        return places
    start, last = offsets[:-1][places], offsets[1:][places] - 1
    first, second, end = data[start], data[start + 1], data[last]
    fits = _FIRST[first] | (_LETTERS[first] & _SECOND[second])
    fits &= _LAST[end]
    return np.asarray(places[fits])


def _field(parts: pa.Array, name: str) -> pa.Array:
    return pc.fill_null(parts.field(parts.type.get_field_index(name)), "")


def _signs(parts: pa.Array) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which numbers are negative, and which make sense: one sign, one unit, both brackets."""
    signs = [_field(parts, name) for name in ("open", "close", "before", "inner", "behind")]
    there = [~mask_of(pc.equal(sign, "")) for sign in signs]
    plus = mask_of(pc.equal(signs[2], "+")) | mask_of(pc.equal(signs[3], "+"))
    units = ~mask_of(pc.equal(_field(parts, "front"), "")) & ~mask_of(pc.equal(_field(parts, "back"), ""))
    count = there[0].astype(int) + there[2] + there[3] + there[4]
    sound = (there[0] == there[1]) & (count <= 1) & ~units
    return (count > 0) & ~plus, sound


def _negatives(parts: pa.Array) -> pa.Array:
    bracketed = pc.not_equal(_field(parts, "open"), "")
    behind = pc.not_equal(_field(parts, "behind"), "")
    return pc.if_else(bracketed, BRACKETS, pc.if_else(behind, BEHIND, ""))


def units_of(marks: Counter[str]) -> list[str]:
    """The currencies and percent signs among some marks, the most frequent first."""
    return [m for m, _ in marks.most_common() if m not in (BRACKETS, BEHIND) and m[0] not in GAPS]


def gap_of(marks: Counter[str]) -> str:
    """The mark between thousands, where there is one."""
    return next((m[0] for m in marks if m[0] in GAPS), "")


def mean_numbers(marks: Counter[str], *, total: int, whole: int, decorated: int) -> bool:
    """Whether what is around the numbers of a column makes sense for all of them.

    ``total`` cells are numbers, ``decorated`` of them with marks, ``whole`` of those without a decimal mark. Amounts in
    two currencies aren't one quantity, nor are shares among plain numbers; (1), (2), (3) are footnotes; and numbers
    whose groups are all alike may be telephones.
    """
    units, gaps = units_of(marks), {m for m in marks if m[0] in GAPS}
    if len(units) > 1 or len({g[0] for g in gaps}) > 1:
        return False
    if marks[PERCENT] and marks[PERCENT] != total:
        return False
    if any(marks[way] == total and whole == decorated for way in (BRACKETS, BEHIND)):
        return False
    spaced = [g for g in gaps if g[0] == " "]
    grouped = sum(marks[g] for g in spaced)
    return not (len(spaced) == 1 and grouped == total and whole == decorated and not units)
