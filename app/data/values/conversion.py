"""From text cells to typed ones. The same shapes that decide a type decide what fails; nothing is guessed here."""

from __future__ import annotations

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.records import ColumnType, Dialect
from app.data.types import WORDS
from app.data.values.buffers import mask_of, numbers_of, valid_of
from app.data.values.dates import dashed, to_dates, to_moments
from app.data.values.decorated import PERCENT, decorated
from app.data.values.shapes import Shape, shapes, trimmed

ARROW_TYPES = {
    ColumnType.INTEGER: pa.int64(),
    ColumnType.NUMBER: pa.float64(),
    ColumnType.DATE: pa.date32(),
    ColumnType.DATETIME: pa.timestamp("us"),
    **dict.fromkeys(WORDS, pa.string()),
}


CODED = pa.dictionary(pa.int32(), pa.string())
"""Words that recur, each held once."""


class Notation(msgspec.Struct, frozen=True, kw_only=True):
    """How numbers and dates are written. ``missing_words`` stand for "no value" in every column,
    ``value_words`` only in columns of numbers and dates, where they can't be anything else. ``shares``: whether 12 % is
    read as 12, which isn't so among plain numbers."""

    decimal: str = "."
    thousands: str = ""
    day_first: bool = True
    missing_words: tuple[str, ...] = ()
    value_words: tuple[str, ...] = ()
    shares: bool = True

    @classmethod
    def of(
        cls,
        dialect: Dialect,
        *,
        missing_words: tuple[str, ...] = (),
        value_words: tuple[str, ...] = (),
        shares: bool = True,
    ) -> Notation:
        """The notation of a dialect."""
        return cls(
            decimal=dialect.decimal,
            thousands=dialect.thousands,
            day_first=dialect.day_first is not False,
            missing_words=missing_words,
            value_words=value_words,
            shares=shares,
        )


def number_shapes(notation: Notation) -> tuple[Shape, ...]:
    """The shapes that are numbers in a notation."""
    point = notation.decimal == "."
    plain = (Shape.DOT, Shape.EXPONENT) if point else (Shape.COMMA, Shape.COMMA_EXPONENT)
    maybe = Shape.MAYBE_DOT if point else Shape.MAYBE_COMMA
    return (Shape.INTEGER, Shape.ZERO_LED, Shape.LONG, *plain, maybe, *thousand_shapes(notation))


def thousand_shapes(notation: Notation) -> tuple[Shape, ...]:
    """The shapes that hold thousands marks in a notation."""
    if not notation.thousands:
        return ()
    if notation.decimal == ".":
        return (Shape.MAYBE_COMMA, Shape.COMMAS, Shape.COMMAS_DOT)
    return (Shape.MAYBE_DOT, Shape.DOTS, Shape.DOTS_COMMA)


def integer_shapes(notation: Notation) -> tuple[Shape, ...]:
    """The shapes that are whole numbers in a notation."""
    grouped = [s for s in thousand_shapes(notation) if s not in (Shape.COMMAS_DOT, Shape.DOTS_COMMA)]
    return (Shape.INTEGER, Shape.ZERO_LED, *grouped)


def convert_column(
    values: pa.Array, type: ColumnType, notation: Notation, *, proven: bool = False
) -> tuple[pa.Array, NDArray[np.bool_]]:
    """Text cells as a column of ``type``, and which cells failed (null in the result). Empty cells and missing words
    become null without failing. Words stay exactly as they are.

    ``proven`` says that every cell was seen to be of that type and that empty ones are null, so that plain cells
    need no second look.
    """
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks() if values.num_chunks != 1 else values.chunk(0)
    if pa.types.is_dictionary(values.type):
        if proven and type in WORDS and not notation.missing_words:
            return values, np.zeros(len(values), bool)
        typed, failed = convert_column(values.dictionary, type, notation, proven=proven)
        return typed.take(values.indices), _taken(failed, values.indices)
    if proven and type in WORDS and not notation.missing_words:
        return values, np.zeros(len(values), bool)
    if proven and type in (ColumnType.INTEGER, ColumnType.NUMBER):
        cast = _cast_at_once(values, type, notation)
        if cast is not None:
            return cast, np.zeros(len(values), bool)
    if type in WORDS:
        return _without(values, notation.missing_words, blank=pc.equal(values, "")), np.zeros(len(values), bool)
    encoded = _encoded(values)
    if encoded is None:
        return _converted(values, type, notation)
    typed, failed = _converted(encoded.dictionary, type, notation)
    return typed.take(encoded.indices), _taken(failed, encoded.indices)


def _taken(failed: NDArray[np.bool_], indices: pa.Array) -> NDArray[np.bool_]:
    """Which cells failed, by which words did; a null is no word."""
    if not failed.any():
        return np.zeros(len(indices), bool)
    return failed[numbers_of(indices.fill_null(0))] & valid_of(indices)


def without_empty(values: pa.ChunkedArray) -> pa.Array:
    """Text cells with null for those that are empty, also where they come as a dictionary."""
    cells = values.chunk(0) if values.num_chunks == 1 else values.combine_chunks()
    if not pa.types.is_dictionary(cells.type):
        return _without(cells, (), blank=pc.equal(cells, ""))
    place = pc.index(cells.dictionary, "").as_py()
    if place < 0:
        return cells
    words = pa.concat_arrays([cells.dictionary.slice(0, place), cells.dictionary.slice(place + 1)])
    indices = numbers_of(cells.indices.fill_null(place))
    kept = pa.array(indices - (indices > place), pa.int32(), mask=indices == place)
    return pa.DictionaryArray.from_arrays(kept, words)


def in_code(words: pa.Array, *, wanted: bool) -> pa.Array:
    """A column of words as a dictionary or plainly; anything else as it is."""
    coded = pa.types.is_dictionary(words.type)
    if wanted:
        return words if coded else words.dictionary_encode()
    return words.cast(pa.string()) if coded else words


def _cast_at_once(values: pa.Array, type: ColumnType, notation: Notation) -> pa.Array | None:
    """Cells without spaces, marks and words, as Arrow reads them; None where there is more to them."""
    words = (*notation.missing_words, *notation.value_words)
    cells = _without(values, words, blank=pc.is_null(values)) if words else values
    if type is ColumnType.NUMBER and notation.decimal == ",":
        if notation.thousands:
            cells = pc.replace_substring(cells, notation.thousands, "")
        cells = pc.replace_substring(cells, ",", ".")
    try:
        return pc.cast(cells, ARROW_TYPES[type])
    except pa.ArrowInvalid:
        return None


def _encoded(values: pa.Array) -> pa.DictionaryArray | None:
    """The column by its distinct cells, where they are few enough to be worth it."""
    if len(values) < 1000 or values.null_count:
        return None
    if pc.count_distinct(values.slice(0, 500)).as_py() > 350:
        return None
    return values.dictionary_encode()


def _without(values: pa.Array, words: tuple[str, ...], *, blank: pa.Array) -> pa.Array:
    if words:
        named = pc.is_in(trimmed(values), value_set=pa.array(words, pa.string()))
        blank = pc.or_(blank, named)
    if not pc.any(blank).as_py():
        return values
    return pc.if_else(blank, pa.scalar(None, pa.string()), values)


def _converted(values: pa.Array, type: ColumnType, notation: Notation) -> tuple[pa.Array, NDArray[np.bool_]]:
    cells = trimmed(values)
    cells = _without(cells, (*notation.missing_words, *notation.value_words), blank=pc.equal(cells, ""))
    found = shapes(cells)
    if type in (ColumnType.INTEGER, ColumnType.NUMBER):
        cells, found = _laid_bare(cells, found, notation)
    match type:
        case ColumnType.INTEGER:
            return _integers(cells, found, notation)
        case ColumnType.NUMBER:
            return _numbers(cells, found, notation)
        case ColumnType.DATE:
            return _times(cells, found, notation, (Shape.DATE,), date=True)
        case _:
            return _times(cells, found, notation, (Shape.DATE, Shape.DATETIME), date=False)


def _laid_bare(cells: pa.Array, found: NDArray[np.uint8], notation: Notation) -> tuple[pa.Array, NDArray[np.uint8]]:
    """The cells without currencies and the like around them, with their shapes."""
    around = decorated(cells, found)
    if around is None:
        return cells, found
    kept = np.ones(len(around.places), bool) if notation.shares else ~mask_of(pc.equal(around.units, PERCENT))
    places = around.places[kept]
    chosen = np.zeros(len(cells), bool)
    chosen[places] = True
    found = found.copy()
    found[places] = around.shapes[kept]
    return pc.replace_with_mask(cells, pa.array(chosen), around.bare.filter(pa.array(kept))), found


def _split(
    cells: pa.Array, found: NDArray[np.uint8], allowed: tuple[Shape, ...]
) -> tuple[pa.Array, NDArray[np.bool_], NDArray[np.bool_]]:
    """The cells of allowed shapes (the rest null), which they are, and which of the others failed."""
    good = np.isin(found, allowed)
    failed = ~good & (found != Shape.EMPTY)
    kept = cells if good.all() else pc.if_else(pa.array(good), cells, pa.scalar(None, pa.string()))
    return kept, good, failed


def _integers(cells: pa.Array, found: NDArray[np.uint8], notation: Notation) -> tuple[pa.Array, NDArray[np.bool_]]:
    kept, good, failed = _split(cells, found, integer_shapes(notation))
    return pc.cast(_bare(kept, found[good], notation), pa.int64()), failed


def _numbers(cells: pa.Array, found: NDArray[np.uint8], notation: Notation) -> tuple[pa.Array, NDArray[np.bool_]]:
    kept, good, failed = _split(cells, found, number_shapes(notation))
    plain = _bare(kept, found[good], notation)
    if notation.decimal == ",":
        plain = pc.replace_substring(plain, ",", ".")
    return pc.cast(plain, pa.float64()), failed


def _bare(cells: pa.Array, found: NDArray[np.uint8], notation: Notation) -> pa.Array:
    """Without thousands marks and plus signs."""
    if notation.thousands and np.isin(found, thousand_shapes(notation)).any():
        cells = pc.replace_substring(cells, notation.thousands, "")
    if pc.any(pc.starts_with(cells, "+")).as_py():
        cells = pc.replace_substring_regex(cells, r"^\+", "")
    return cells


def _times(
    cells: pa.Array, found: NDArray[np.uint8], notation: Notation, allowed: tuple[Shape, ...], *, date: bool
) -> tuple[pa.Array, NDArray[np.bool_]]:
    cells, compact = dashed(cells)
    found = np.where(compact, np.uint8(Shape.DATE), found)
    _kept, good, failed = _split(cells, found, allowed)
    convert = to_dates if date else to_moments
    kind = "datetime64[D]" if date else "datetime64[us]"
    times, impossible = convert(cells.filter(pa.array(good)), day_first=notation.day_first)
    whole = np.zeros(len(cells), kind)
    whole[good] = times
    failed[np.flatnonzero(good)[impossible]] = True
    array = pa.array(whole, mask=failed | (found == Shape.EMPTY))
    return array.cast(ARROW_TYPES[ColumnType.DATE if date else ColumnType.DATETIME]), failed
