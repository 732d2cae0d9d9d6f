"""The columns that a caller gives, and the frame that is made of them in the graph.

A number, whole or not, is a double, missing is NaN. A word is a string; missing is a word of its own
(:func:`missing_word`), since an empty one is a word as well. Prose comes in lower case, missing is empty. A date is
days since 1970-01-01, a datetime seconds, both as double, missing is NaN. Truth values are the words ``true`` and
``false``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from app.data.records import ColumnType
from app.deployment.onnx.dates import date_parts, days_of
from app.deployment.onnx.graph import Array, Graph
from app.deployment.onnx.writer import Frame, Matrix, Words
from app.learning.matrix import MOMENTS, NUMBERS, cast_column, frame_columns, moments, words
from app.learning.records import Feature

MISSING = "__missing__"
UNITS = {
    ColumnType.DATE: "days since 1970-01-01",
    ColumnType.DATETIME: "seconds since 1970-01-01T00:00:00",
}
_LARGEST = float(np.finfo(np.float32).max)
_DAY_S = 86_400.0


def missing_word(feature: Feature) -> str:
    """The word that says that there is none: unlike all that the model knows."""
    if feature.prose:
        return ""
    word = MISSING
    while word in feature.levels:
        word += "_"
    return word


def is_words(feature: Feature) -> bool:
    """Whether a feature's column is of strings."""
    return feature.type not in NUMBERS | MOMENTS


def declare(graph: Graph, features: tuple[Feature, ...], *, flat: bool = False) -> dict[str, str]:
    """An input for each feature; by feature the name of its column in the graph, shape (rows, 1)."""
    return {feature.name: graph.input(feature.name, words=is_words(feature), flat=flat) for feature in features}


def frame(
    graph: Graph, features: tuple[Feature, ...], given: Mapping[str, str], gaps: Mapping[str, str] | None = None
) -> Frame:
    """The columns of the frame, made of the columns of the features.

    Parameters
    ----------
    gaps
        What says in columns of words that there is none, where it isn't what it is in inputs.
    """
    kinds = {feature.name: feature for feature in features}
    parts = {f.name: _parts(graph, f, given[f.name]) for f in features if f.type in MOMENTS}
    columns: list[Matrix | Words] = []
    for column in frame_columns(features):
        feature = kinds[column.feature]
        if column.part:
            columns.append(Matrix(name=parts[feature.name][column.part], width=1))
        elif column.numeric:
            columns.append(Matrix(name=_bounded(graph, given[feature.name]), width=1))
        else:
            gap = (gaps or {}).get(feature.name, missing_word(feature))
            columns.append(Words(names=(given[feature.name],), missing=(gap,)))
    return Frame(columns=tuple(columns))


def _parts(graph: Graph, feature: Feature, given: str) -> dict[str, str]:
    known = _finite(graph, given, given)
    if feature.type is ColumnType.DATE:
        return date_parts(graph, known)
    return date_parts(graph, days_of(graph, known), known)


def _bounded(graph: Graph, given: str) -> str:
    ends = graph.number(-_LARGEST), graph.number(_LARGEST)
    return _finite(graph, given, graph.add("Clip", given, *ends))


def _finite(graph: Graph, given: str, value: str) -> str:
    """``value``, or NaN where what was given is missing or infinite."""
    known = graph.add("Less", graph.add("Abs", given), graph.number(np.inf))
    return graph.add("Where", known, value, graph.number(np.nan))


def feeds(table: pa.Table, features: tuple[Feature, ...]) -> dict[str, Array]:
    """A table's columns as the file's inputs, each of shape (rows, 1)."""
    return {feature.name: _feed(table, feature).reshape(-1, 1) for feature in features}


def _feed(table: pa.Table, feature: Feature) -> Array:
    values = cast_column(table.column(feature.name), feature.type)
    if feature.type in NUMBERS:
        numbers: Array = values.to_numpy().astype(np.float64)
        return numbers
    if feature.type in MOMENTS:
        seconds = moments(values)
        return seconds / _DAY_S if feature.type is ColumnType.DATE else seconds
    return words(_lower(values) if feature.prose else values.fill_null(missing_word(feature)))


def _lower(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """As scikit-learn makes prose small: by Python, whose capitals aren't quite those of Arrow."""
    return pa.chunked_array([pa.array([(cell or "").lower() for cell in values.to_pylist()], pa.string())])
