"""From a table to the frame that a pipeline eats: one function for training, verification and scoring."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.records import ColumnType
from app.errors import CicloError
from app.learning.records import Feature

Floats = NDArray[np.float64]
Objects = NDArray[np.object_]

NUMBERS = frozenset({ColumnType.INTEGER, ColumnType.NUMBER})
WORDS = frozenset({ColumnType.BOOLEAN, ColumnType.CATEGORY, ColumnType.TEXT, ColumnType.IDENTIFIER})
MOMENTS = frozenset({ColumnType.DATE, ColumnType.DATETIME})
_SECONDS_A_DAY = 86_400.0
_LARGEST = float(np.finfo(np.float32).max)
"""Trees see single precision; what lies beyond counts as this, in training as in scoring."""

_PARTS: dict[str, Callable[[pa.ChunkedArray], pa.ChunkedArray]] = {
    "day": lambda moments: pc.divide(_seconds(moments), _SECONDS_A_DAY),
    "year": pc.year,
    "month": pc.month,
    "monthday": pc.day,
    "weekday": pc.day_of_week,
    "hour": pc.hour,
}
_DATE_PARTS = ("day", "year", "month", "monthday", "weekday")
"""What a date becomes: days since 1970, year, month, day of the month, day of the week (Monday is 0)."""


@dataclass(frozen=True, kw_only=True)
class FrameColumn:
    """A column of the frame: of which feature, and whether it is a number, a word or ``prose``."""

    name: str
    feature: str
    numeric: bool
    part: str = ""
    prose: bool = False


def frame_columns(features: Sequence[Feature]) -> tuple[FrameColumn, ...]:
    """The columns of the frame, in order. A date gives its parts as numbers, a datetime its hour as well."""
    columns: list[FrameColumn] = []
    taken = {feature.name for feature in features}
    for feature in features:
        if feature.type in MOMENTS:
            parts = (*_DATE_PARTS, "hour") if feature.type is ColumnType.DATETIME else _DATE_PARTS
            for part in parts:
                name = _unlike(f"{feature.name}|{part}", taken)
                columns.append(FrameColumn(name=name, feature=feature.name, numeric=True, part=part))
                taken.add(name)
        else:
            numeric = feature.type in NUMBERS
            columns.append(FrameColumn(name=feature.name, feature=feature.name, numeric=numeric, prose=feature.prose))
    return tuple(columns)


def _unlike(name: str, taken: Collection[str]) -> str:
    """A name that no other column has."""
    while name in taken:
        name += "|"
    return name


def feature_frame(table: pa.Table, features: Sequence[Feature]) -> pd.DataFrame:
    """The frame for ``features``: float64 numbers (missing and infinite are NaN, the largest is
    single precision's), object words (missing is None, of prose empty).

    Parameters
    ----------
    table
        Has a column for each feature, stored as its type says, or convertible without loss; others are ignored.
    features
        The schema of the model. Words that it doesn't know are kept as they are.

    Raises
    ------
    CicloError
        ``learning.missing_column`` or ``learning.wrong_type``, naming the column.
    """
    types = {feature.name: feature.type for feature in features}
    series = {}
    for position, column in enumerate(frame_columns(features)):
        values = _column(table, column.feature, types[column.feature])
        series[position] = pd.Series(_values(values, column), dtype=np.float64 if column.numeric else object)
    frame = pd.DataFrame(series, index=pd.RangeIndex(table.num_rows))
    frame.columns = pd.Index([column.name for column in frame_columns(features)], dtype=object)
    return frame


def _column(table: pa.Table, name: str, type_: ColumnType) -> pa.ChunkedArray:
    if not table.schema.get_all_field_indices(name):  # quicker than the list of thousands of names
        raise CicloError("learning.missing_column", column=name)
    try:
        return cast_column(table.column(name), type_)
    except pa.ArrowException as error:
        raise CicloError("learning.wrong_type", column=name, type=type_.value) from error


def cast_column(values: pa.ChunkedArray, type_: ColumnType) -> pa.ChunkedArray:
    """A column in the Arrow type that its feature needs."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if type_ in NUMBERS:
        return values.cast(pa.float64(), safe=False) if pa.types.is_integer(values.type) else values.cast(pa.float64())
    if type_ in MOMENTS:
        return values.cast(pa.timestamp("us"))
    return values.cast(pa.string())


def _values(values: pa.ChunkedArray, column: FrameColumn) -> Floats | Objects:
    if column.part:
        return numbers(_PARTS[column.part](values))
    if column.prose:
        return words(pc.fill_null(values, ""))
    return np.clip(numbers(values), -_LARGEST, _LARGEST) if column.numeric else words(values)


def numbers(values: pa.ChunkedArray) -> Floats:
    """Float64 values; missing and infinite ones are NaN."""
    array: Floats = values.cast(pa.float64(), safe=False).to_numpy().astype(np.float64)
    array[~np.isfinite(array)] = np.nan
    return array


def words(values: pa.ChunkedArray) -> Objects:
    """Python strings; missing ones are None. Equal words are one object: each row costs a pointer."""
    known, codes = in_code(values)
    found: Objects = np.array([*known.to_pylist(), None], dtype=object)[codes]
    return found


def in_code(values: pa.ChunkedArray) -> tuple[pa.Array, NDArray[np.int32]]:
    """The different values of a column, and for each row the place of its own; behind the last where it is missing."""
    if not pa.types.is_dictionary(values.type):
        values = values.dictionary_encode()
    chunks = values.unify_dictionaries().chunks
    known = chunks[0].dictionary if chunks else pa.array([], values.type.value_type)
    codes = np.empty(len(values), dtype=np.int32)
    start = 0
    for chunk in chunks:
        codes[start : start + len(chunk)] = chunk.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)
        start += len(chunk)
    return known, codes


def _seconds(moments: pa.ChunkedArray) -> pa.ChunkedArray:
    microseconds = moments.cast(pa.timestamp("us")).cast(pa.int64())
    return pc.divide(microseconds.cast(pa.float64(), safe=False), 1e6)


def moments(values: pa.ChunkedArray) -> Floats:
    """Dates and datetimes as seconds since 1970; missing ones are NaN."""
    return numbers(_seconds(values))


def describe_features(
    table: pa.Table, columns: Sequence[tuple[str, ColumnType]], *, prose: Collection[str] = ()
) -> tuple[Feature, ...]:
    """The schema that a model keeps of its training rows: levels by frequency, ranges, whether missing was seen.

    Ranges of dates are days since 1970, of datetimes seconds. Columns of ``prose`` are read by their words.
    """
    return tuple(_describe(table.column(name), name, type_, prose=name in prose) for name, type_ in columns)


def _describe(values: pa.ChunkedArray, name: str, type_: ColumnType, *, prose: bool) -> Feature:
    missing = values.null_count > 0
    if prose:
        return Feature(name=name, type=type_, missing_seen=missing, prose=True)
    if type_ in WORDS:
        return Feature(name=name, type=type_, levels=levels(values, type_), missing_seen=missing)
    found = moments(values) if type_ in MOMENTS else numbers(values)
    if type_ is ColumnType.DATE:
        found = found / _SECONDS_A_DAY
    known = found[~np.isnan(found)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (None, None)
    return Feature(name=name, type=type_, low=low, high=high, missing_seen=len(known) < len(found))


def levels(values: pa.ChunkedArray, type_: ColumnType) -> tuple[str, ...]:
    """The words of a column, most frequent first, ties in alphabetical order."""
    counts = cast_column(values, type_).drop_null().value_counts()
    pairs = zip(counts.field("counts").to_pylist(), counts.field("values").to_pylist(), strict=True)
    return tuple(word for _, word in sorted((-count, word) for count, word in pairs))
