"""Pipelines, columns prepared apart, unions."""

from __future__ import annotations

from sklearn.base import BaseEstimator

from app.deployment.pmml.writer import Column, Columns, Writer, numbers_of


def pipeline(writer: Writer, fitted: BaseEstimator, columns: Columns) -> list[Column]:
    """One step after the other."""
    made = columns
    for _, step in fitted.steps:
        made = writer.transform(step, made)
    return numbers_of(made)


def columns(writer: Writer, fitted: BaseEstimator, columns: Columns) -> list[Column]:
    """Each sort of column in its own way, side by side."""
    made: list[Column] = []
    for _, step, places in fitted.transformers_:
        chosen = [places] if isinstance(places, int) else [int(place) for place in places]
        if chosen and not (isinstance(step, str) and step == "drop"):
            made += writer.transform(step, [columns[place] for place in chosen])
    return made


def union(writer: Writer, fitted: BaseEstimator, columns: Columns) -> list[Column]:
    """The same columns in several ways, side by side."""
    return [column for _, step in fitted.transformer_list for column in writer.transform(step, columns)]


def same(writer: Writer, fitted: BaseEstimator, columns: Columns) -> list[Column]:
    """Columns that pass through: scikit-learn only looks whether they are numbers."""
    return numbers_of(columns)
