"""Preparation inside the pipeline, refitted with it in every fold; plain scikit-learn parts only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from app.learning.matrix import FrameColumn

MOST_LEVELS = 254
"""Gradient boosting sorts values into 255 bins, one of them for what is missing."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a pipeline is built for: positions of number and word columns in the frame, and how many rows it learns
    from."""

    numeric: tuple[int, ...]
    words: tuple[int, ...]
    rows: int

    @property
    def width(self) -> int:
        return len(self.numeric) + len(self.words)


def shape_of(columns: Sequence[FrameColumn], rows: int) -> Shape:
    """The shape of a frame with these columns."""
    return Shape(
        numeric=tuple(i for i, c in enumerate(columns) if c.numeric),
        words=tuple(i for i, c in enumerate(columns) if not c.numeric),
        rows=rows,
    )


def scaled(shape: Shape, *, most_levels: int = MOST_LEVELS) -> ColumnTransformer:
    """For linear models and neighbours: medians and an indicator for what is missing, one scale, one-hot words."""
    numbers = Pipeline(
        [
            ("impute", SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)),
            ("scale", StandardScaler()),
        ]
    )
    return _columns(shape, numbers, _one_hot(shape, most_levels))


def ordered(shape: Shape) -> ColumnTransformer:
    """For trees: medians and an indicator for what is missing, words as numbers in alphabetical order."""
    numbers = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    return _columns(shape, numbers, _codes(unknown=-1, missing=-2))


def native(shape: Shape) -> ColumnTransformer:
    """For gradient boosting, which knows missing values and categories itself: numbers as they are, words coded.

    The frame's number columns come first, so the words are the last ``len(shape.words)`` columns.
    """
    return _columns(shape, "passthrough", _codes(unknown=np.nan, missing=np.nan))


def nothing(shape: Shape) -> ColumnTransformer:
    """For the baseline, which looks at no column."""
    return ColumnTransformer([("none", "drop", list(range(shape.width)))])


def _columns(shape: Shape, numbers: object, words: object) -> ColumnTransformer:
    parts = [("numbers", numbers, list(shape.numeric)), ("words", words, list(shape.words))]
    return ColumnTransformer([part for part in parts if part[2]], sparse_threshold=0.0)


def _one_hot(shape: Shape, most_levels: int) -> OneHotEncoder:
    rare = 2 if shape.rows < 500 else 10
    return OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=rare, max_categories=most_levels)


def _codes(*, unknown: float, missing: float) -> OrdinalEncoder:
    return OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=unknown,
        encoded_missing_value=missing,
        max_categories=MOST_LEVELS,
    )
