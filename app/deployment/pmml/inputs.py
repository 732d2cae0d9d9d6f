"""The columns that a caller gives, and the frame that is made of them by derived fields.

As in ONNX files: a number, whole or not, is a double; a date is days since 1970-01-01, a datetime seconds. The dates of
PMML itself end at whole seconds, and not every program reads them. Words are strings, truth values the words ``true``
and ``false``. What is missing is missing.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from app.data.records import ColumnType
from app.deployment.onnx.inputs import is_words
from app.deployment.pmml.dates import DAY_S, date_parts, days_of
from app.deployment.pmml.markup import Expression, apply, number, ref, where_known
from app.deployment.pmml.writer import Column, Columns, Words, Writer
from app.errors import CicloError
from app.learning.matrix import MOMENTS, NUMBERS, Floats, Objects, cast_column, frame_columns, moments, words
from app.learning.records import Feature

_LARGEST = float(np.finfo(np.float32).max)


def frame(writer: Writer, features: Sequence[Feature], fields: Mapping[str, str]) -> Columns:
    """The columns of the frame, of the field that holds each feature.

    Raises
    ------
    CicloError
        ``deployment.pmml.prose``.
    """
    kinds = {feature.name: feature for feature in features}
    parts = {f.name: _parts(writer, f, ref(fields[f.name])) for f in features if f.type in MOMENTS}
    columns: list[Column | Words] = []
    for column in frame_columns(features):
        feature = kinds[column.feature]
        if feature.prose:
            raise CicloError("deployment.pmml.prose", column=feature.name)
        if is_words(feature):
            columns.append(Words(name=fields[feature.name]))
        elif column.part:
            columns.append(Column(name=f"{feature.name}|{column.part}", expression=parts[feature.name][column.part]))
        else:
            columns.append(Column(name=f"{feature.name}|bounded", expression=_bounded(ref(fields[feature.name]))))
    return columns


def _parts(writer: Writer, feature: Feature, given: Expression) -> dict[str, Expression]:
    known = writer.named(f"{feature.name}|known", _finite(given, given))
    if feature.type is ColumnType.DATE:
        return date_parts(writer, feature.name, known)
    return date_parts(writer, feature.name, where_known(known, days_of(known)), known)


def _bounded(given: Expression) -> Expression:
    """Trees see single precision; what lies beyond counts as its end, in training too."""
    return _finite(given, apply("min", apply("max", given, number(-_LARGEST)), number(_LARGEST)))


def _finite(given: Expression, value: Expression) -> Expression:
    """``value``; missing where what was given is missing or infinite."""
    finite = apply("lessOrEqual", apply("abs", given), number(sys.float_info.max))
    return where_known(given, apply("if", finite, value))


def given(table: pa.Table, features: Sequence[Feature]) -> dict[str, Floats | Objects]:
    """A table's columns as the file's inputs: doubles, missing is NaN; words, missing is None."""
    return {feature.name: _given(table, feature) for feature in features}


def _given(table: pa.Table, feature: Feature) -> Floats | Objects:
    values = cast_column(table.column(feature.name), feature.type)
    if feature.type in NUMBERS:
        found: Floats = values.to_numpy().astype(np.float64)
        return found
    if feature.type in MOMENTS:
        seconds = moments(values)
        return seconds / DAY_S if feature.type is ColumnType.DATE else seconds
    return words(values)
