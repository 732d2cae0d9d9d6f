"""What a cell looks like, for a whole column at once: the ground on which types are decided and values converted.

Bytes are mapped to classes and the classes of each cell united (``bitwise_or.reduceat``); only cells of the few mixed
kinds are looked at with regular expressions.
"""

from __future__ import annotations

from enum import IntEnum

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.values.buffers import mask_of
from app.data.values.dates import DATE_PATTERN, DATETIME_PATTERN, fixed_width


class Shape(IntEnum):
    """Shapes of cells. ``MAYBE_DOT`` is 1.234: a decimal or a thousand; ``DOTS`` 1.234.567; ``DOTS_COMMA`` 1.234,5.
    ``DECORATED`` is a number with something around it (:mod:`app.data.values.decorated`)."""

    EMPTY = 0
    WORD = 1
    INTEGER = 2
    ZERO_LED = 3
    LONG = 4
    DOT = 5
    MAYBE_DOT = 6
    DOTS = 7
    DOTS_COMMA = 8
    COMMA = 9
    MAYBE_COMMA = 10
    COMMAS = 11
    COMMAS_DOT = 12
    EXPONENT = 13
    COMMA_EXPONENT = 14
    DATE = 15
    DATETIME = 16
    DECORATED = 17


SHAPES = len(Shape)
_DIGIT, _SIGN, _DOT, _COMMA, _SLASH, _COLON, _SPACE, _OTHER = (1 << i for i in range(8))
_DIGITS = 15
_DATE_LENGTH = 10
_BLANK, _BEYOND_ASCII = 32, 128


def _classes() -> NDArray[np.uint8]:
    table = np.full(256, _OTHER, np.uint8)
    for letters, kind in (
        (b"0123456789", _DIGIT),
        (b"+-", _SIGN),
        (b".", _DOT),
        (b",", _COMMA),
        (b"/", _SLASH),
        (b":", _COLON),
        (b" \t", _SPACE),
    ):
        table[list(letters)] = kind
    return table


_CLASS = _classes()
_TRANSLATION = _CLASS.tobytes()
_MONTH_FIRST = np.zeros(256, bool)
_MONTH_FIRST[list(b"JFMASONDEjfmasonde")] = True
_UNSIGNED = 255 ^ _SIGN
_EVERY_KIND = np.arange(256)
_POINTED = (_EVERY_KIND & (_DOT | _COMMA) != 0) & (_EVERY_KIND & (_DOT | _COMMA | _SIGN) | _DIGIT == _EVERY_KIND)
_NUMBERS = (
    (Shape.MAYBE_DOT, r"^[+-]?[1-9]\d{0,2}\.\d{3}$"),
    (Shape.DOT, r"^[+-]?(\d+\.\d*|\.\d+)$"),
    (Shape.MAYBE_COMMA, r"^[+-]?[1-9]\d{0,2},\d{3}$"),
    (Shape.COMMA, r"^[+-]?(\d+,\d*|,\d+)$"),
    (Shape.DOTS, r"^[+-]?[1-9]\d{0,2}(\.\d{3}){2,}$"),
    (Shape.COMMAS, r"^[+-]?[1-9]\d{0,2}(,\d{3}){2,}$"),
    (Shape.DOTS_COMMA, r"^[+-]?[1-9]\d{0,2}(\.\d{3})+,\d+$"),
    (Shape.COMMAS_DOT, r"^[+-]?[1-9]\d{0,2}(,\d{3})+\.\d+$"),
)
_EXPONENTS = (
    (Shape.EXPONENT, r"^[+-]?(\d+\.?\d*|\.\d+)[eE][+-]?\d{1,3}$"),
    (Shape.COMMA_EXPONENT, r"^[+-]?(\d+,\d*|,\d+)[eE][+-]?\d{1,3}$"),
)
_TIMES = ((Shape.DATETIME, DATETIME_PATTERN), (Shape.DATE, DATE_PATTERN))


class _Cells(msgspec.Struct, frozen=True, kw_only=True):
    """Cells, as offsets (from 0) and bytes, with the length, the first byte and the union of the byte classes of each;
    ``seen`` is the union of all: what no cell holds needs no look."""

    offsets: NDArray[np.int64]
    data: NDArray[np.uint8]
    lengths: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    first: NDArray[np.uint8]
    seen: int


def trimmed(values: pa.Array) -> pa.Array:
    """The cells without spaces around them; untouched where there are none."""
    data = text_buffers(values)[1]
    if len(data) and int(data.min()) > _BLANK and int(data.max()) < _BEYOND_ASCII:
        return values
    return pc.utf8_trim_whitespace(values)


def shapes(values: pa.Array) -> NDArray[np.uint8]:
    """The :class:`Shape` of each cell of a text column (trimmed; nulls count as empty)."""
    cells = _cells(values)
    kinds, seen = cells.kinds, cells.seen
    found = np.full(len(values), Shape.WORD, np.uint8)
    found[cells.lengths == 0] = Shape.EMPTY
    digits = kinds == _DIGIT
    if digits.any():
        found[digits] = _integers(cells.lengths[digits], cells.first[digits] == ord("0"))
    if seen & _SIGN:
        _signed_integers(found, values, cells)
    if seen & (_DOT | _COMMA):
        pointed = _POINTED.take(kinds) & ~_plain_decimals(found, cells)
        if pointed.any():
            _settle(found, values, pointed, _ordered(kinds, pointed))
    if seen & (_SLASH | _COLON | _SPACE | _OTHER):
        _other_kinds(found, values, cells)
    return found


def _signed_integers(found: NDArray[np.uint8], values: pa.Array, cells: _Cells) -> None:
    signed = cells.kinds == (_DIGIT | _SIGN)
    if signed.any() and not _all_dates(found, values, signed, cells.lengths):
        _settle(found, values, signed, ((Shape.INTEGER, rf"^[+-](0|[1-9]\d{{0,{_DIGITS - 1}}})$"), *_TIMES))


def _ordered(kinds: NDArray[np.uint8], pointed: NDArray[np.bool_]) -> tuple[tuple[Shape, str], ...]:
    """Only the patterns of the marks that occur."""
    seen = int(np.bitwise_or.reduce(kinds[pointed]))
    wanted = [
        (shape, pattern)
        for shape, pattern in _NUMBERS
        if (seen & _DOT or "DOT" not in shape.name) and (seen & _COMMA or "COMMA" not in shape.name)
    ]
    return (*wanted, *_TIMES)


def _all_dates(
    found: NDArray[np.uint8], values: pa.Array, chosen: NDArray[np.bool_], lengths: NDArray[np.int64]
) -> bool:
    """Settle the chosen cells at once where all of them are dates of ten letters."""
    if not (lengths[chosen] == _DATE_LENGTH).all():
        return False
    if fixed_width(values if chosen.all() else values.filter(pa.array(chosen))) is None:
        return False
    found[chosen] = Shape.DATE
    return True


def _plain_decimals(found: NDArray[np.uint8], cells: _Cells) -> NDArray[np.bool_]:
    """Settle numbers with one decimal mark and no sign but a leading one; says which cells those are."""
    data, kinds = cells.data, cells.kinds
    settled = np.zeros(len(found), bool)
    for mark, kind, plain, maybe in (
        (b".", _DOT, Shape.DOT, Shape.MAYBE_DOT),
        (b",", _COMMA, Shape.COMMA, Shape.MAYBE_COMMA),
    ):
        places = np.flatnonzero(kinds & _UNSIGNED == _DIGIT | kind) if cells.seen & kind else ()
        if not len(places):
            continue
        start, end = cells.offsets[:-1][places], cells.offsets[1:][places]
        one = _occurrences(cells, mark, kind)[places] == 1
        head = cells.first[places]
        if cells.seen & _SIGN:
            signed = _CLASS[head] == _SIGN
            one &= _occurrences(cells, b"+-", _SIGN)[places] == signed
            start = start + signed
            head = data[np.minimum(start, len(data) - 1)]
        digits = end - start
        three = (digits >= 5) & (digits <= 7) & (data[end - 4] == mark[0])
        three &= (head != ord("0")) & (head != mark[0])
        found[places[one]] = np.where(three[one], np.uint8(maybe), np.uint8(plain))
        settled[places[one]] = True
    return settled


def _occurrences(cells: _Cells, letters: bytes, kind: int) -> NDArray[np.int64]:
    """How many of the letters, which are all there are of a ``kind``, each cell holds."""
    having = cells.kinds & kind != 0
    wanted = cells.data == letters[0]
    for letter in letters[1:]:
        wanted |= cells.data == letter
    if np.count_nonzero(wanted) == np.count_nonzero(having):  # one each
        return np.asarray(having, np.int64)
    sums = np.concatenate([[0], np.cumsum(wanted)])
    return np.asarray(sums[cells.offsets[1:]] - sums[cells.offsets[:-1]])


def _other_kinds(found: NDArray[np.uint8], values: pa.Array, cells: _Cells) -> None:
    kinds, lengths = cells.kinds, cells.lengths
    has_digit = kinds & _DIGIT != 0
    leading = _CLASS[cells.first] & (_DIGIT | _SIGN | _DOT | _COMMA) != 0
    plausible = has_digit & leading & (lengths >= 3) & (lengths <= 40) & (found == Shape.WORD)
    _named_first(found, values, cells)
    slashed = plausible & (kinds & (_SLASH | _COLON | _OTHER) != 0)
    if not slashed.any():
        return
    lettered = slashed & (kinds & _OTHER != 0)
    if lettered.any():
        _settle(found, values, lettered, _EXPONENTS)
    slashed &= (found == Shape.WORD) & (lengths >= 6)
    if slashed.any() and not _all_dates(found, values, slashed, lengths):
        _settle(found, values, slashed, _TIMES)


def _named_first(found: NDArray[np.uint8], values: pa.Array, cells: _Cells) -> None:
    """Settle days that begin with the name of a month: April 3, 2021."""
    chosen = cells.kinds & (_DIGIT | _SPACE) == _DIGIT | _SPACE
    chosen &= _MONTH_FIRST[cells.first] & (cells.lengths >= 10) & (cells.lengths <= 40)
    if chosen.any():
        _settle(found, values, chosen, _TIMES)


def _cells(values: pa.Array) -> _Cells:
    offsets, data = text_buffers(values)
    starts, lengths = offsets[:-1], offsets[1:] - offsets[:-1]
    filled = lengths > 0
    if filled.all():
        kinds = np.bitwise_or.reduceat(_classes_of(data), starts) if len(starts) else np.empty(0, np.uint8)
        first = data[starts]
    else:
        kinds, first = np.zeros(len(values), np.uint8), np.zeros(len(values), np.uint8)
        if len(data):
            kinds[filled] = np.bitwise_or.reduceat(_classes_of(data), starts[filled])
            first[filled] = data[starts[filled]]
    seen = int(np.bitwise_or.reduce(kinds))
    return _Cells(offsets=offsets, data=data, lengths=lengths, kinds=kinds, first=first, seen=seen)


def _classes_of(data: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The class of each byte, by the quickest way to look up bytes that there is."""
    return np.frombuffer(data.tobytes().translate(_TRANSLATION), np.uint8)


def text_buffers(values: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Offsets (from 0) and bytes of a text array."""
    if values.null_count:
        values = pc.fill_null(values, "")
    buffers = values.buffers()
    if len(values) == 0 or buffers[2] is None:
        return np.zeros(len(values) + 1, np.int64), np.empty(0, np.uint8)
    width = np.int64 if pa.types.is_large_string(values.type) else np.int32
    offsets = np.frombuffer(buffers[1], width, len(values) + 1, values.offset * np.dtype(width).itemsize)
    begin, end = int(offsets[0]), int(offsets[-1])
    return offsets.astype(np.int64) - begin, np.frombuffer(buffers[2], np.uint8)[begin:end]


def _integers(lengths: NDArray[np.int64], zero: NDArray[np.bool_]) -> NDArray[np.uint8]:
    shape = np.where(lengths > _DIGITS, np.uint8(Shape.LONG), np.uint8(Shape.INTEGER))
    return np.where(zero & (lengths > 1), np.uint8(Shape.ZERO_LED), shape)


def _settle(
    found: NDArray[np.uint8], values: pa.Array, chosen: NDArray[np.bool_], patterns: tuple[tuple[Shape, str], ...]
) -> None:
    """Give the chosen cells the shape of the first pattern that they match."""
    places = np.flatnonzero(chosen)
    cells = values.take(pa.array(places))
    for shape, pattern in patterns:
        matched = mask_of(pc.match_substring_regex(cells, pattern))
        found[places[matched]] = shape
        if matched.all():
            return
        places = places[~matched]
        cells = cells.filter(pa.array(~matched))
