"""Pipelines, columns prepared apart, unions."""

from __future__ import annotations

from collections.abc import Sequence

from sklearn.base import BaseEstimator

from app.deployment.onnx.writer import Frame, Matrix, Values, Words, Writer, no_converter


def pipeline(writer: Writer, fitted: BaseEstimator, values: Values) -> Matrix:
    """One step after the other."""
    made = values
    for _, step in fitted.steps:
        made = writer.transform(step, made)
    return writer.matrix(made)


def columns(writer: Writer, fitted: BaseEstimator, values: Values) -> Matrix:
    """Each sort of column in its own way, side by side."""
    parts = []
    for _, step, places in fitted.transformers_:
        chosen = [places] if isinstance(places, int) else [int(place) for place in places]
        if chosen and not (isinstance(step, str) and step == "drop"):
            parts.append(writer.transform(step, _chosen(writer, values, chosen)))
    return writer.joined(parts)


def _chosen(writer: Writer, values: Values, places: Sequence[int]) -> Values:
    if isinstance(values, Matrix):
        return Matrix(name=writer.graph.columns(values.name, places), width=len(places))
    if isinstance(values, Words):
        raise no_converter("words")
    found = [values.columns[place] for place in places]
    of_words = [column for column in found if isinstance(column, Words)]
    if not of_words:
        return writer.matrix(Frame(columns=tuple(found)))
    if len(of_words) < len(found):
        raise no_converter("words")
    return Words(
        names=tuple(name for column in of_words for name in column.names),
        missing=tuple(word for column in of_words for word in column.missing),
    )


def union(writer: Writer, fitted: BaseEstimator, values: Values) -> Matrix:
    """The same columns in several ways, side by side."""
    return writer.joined([writer.transform(step, values) for _, step in fitted.transformer_list])


def selected(writer: Writer, fitted: BaseEstimator, values: Values) -> Matrix:
    """The columns that were kept."""
    given, places = writer.matrix(values), [int(place) for place in fitted.get_support(indices=True)]
    return Matrix(name=writer.graph.columns(given.name, places), width=len(places))


def same(writer: Writer, fitted: BaseEstimator, values: Values) -> Matrix:
    """Columns that pass through: scikit-learn only looks whether they are numbers."""
    return writer.matrix(values)
