"""Preparation inside the pipeline, refitted with it in every fold; plain scikit-learn parts only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    SplineTransformer,
    StandardScaler,
)

from app.learning.matrix import FrameColumn

MOST_LEVELS = 254
"""Gradient boosting sorts values into 255 bins, one of them for what is missing."""


_QUANTILES, _SUBSAMPLE = 1_000, 100_000


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


def levels_after_encoding(distinct: Mapping[str, int], columns: Sequence[FrameColumn]) -> int:
    """How many columns a one-hot encoding makes of the frame, from the number of words of each feature."""
    return sum(1 if c.numeric else max(1, min(distinct[c.feature], MOST_LEVELS)) for c in columns)


def scaled(shape: Shape, *, most_levels: int = MOST_LEVELS, bounded: bool = False) -> ColumnTransformer:
    """For linear models and neighbours: medians and an indicator for what is missing, one scale, one-hot words.

    ``bounded``: a number beyond the range seen counts as its end.
    """
    bounds = [("bounds", MinMaxScaler(clip=True))] if bounded else []
    numbers = Pipeline([("impute", _medians()), *bounds, ("scale", StandardScaler())])
    return _columns(shape, numbers, _one_hot(shape, most_levels))


def normal(shape: Shape, *, most_levels: int = MOST_LEVELS) -> ColumnTransformer:
    """For networks and kernels: as :func:`scaled`, but each number by its rank, as a normal deviate, so that no tail
    reaches far."""
    ranks = QuantileTransformer(
        output_distribution="normal", n_quantiles=max(2, min(_QUANTILES, shape.rows // 2)), subsample=_SUBSAMPLE
    )
    return _columns(shape, Pipeline([("impute", _medians()), ("rank", ranks)]), _one_hot(shape, most_levels))


def curved(shape: Shape, *, knots: int, bounded: bool = False) -> ColumnTransformer:
    """For additive models: each number as cubic B-splines that go on straight beyond the range seen, or level where
    ``bounded``."""
    beyond = "constant" if bounded else "linear"
    splines = SplineTransformer(n_knots=knots, degree=3, knots="quantile", extrapolation=beyond)
    steps = [("impute", _medians()), ("curve", splines), ("scale", StandardScaler())]
    return _columns(shape, Pipeline(steps), _one_hot(shape, MOST_LEVELS))


def binned(shape: Shape, *, bins: int) -> ColumnTransformer:
    """For scorecards: each number as the range that it lies in, with equally many rows in each range."""
    ranges = KBinsDiscretizer(
        n_bins=bins, encode="onehot-dense", strategy="quantile", quantile_method="averaged_inverted_cdf", subsample=None
    )
    known = Pipeline([("impute", SimpleImputer(strategy="median", keep_empty_features=True)), ("ranges", ranges)])
    numbers = FeatureUnion([("known", known), ("missing", MissingIndicator(error_on_new=False))])
    return _columns(shape, numbers, _one_hot(shape, MOST_LEVELS))


def _medians() -> SimpleImputer:
    return SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)


def ordered(shape: Shape) -> ColumnTransformer:
    """For trees: medians and an indicator for what is missing, words as numbers in alphabetical order."""
    return _columns(shape, _medians(), _codes(unknown=-1, missing=-2))


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


def separate(shape: Shape) -> ColumnTransformer:
    """For trees over words without an order: numbers as in :func:`ordered`, one-hot words."""
    return _columns(shape, _medians(), _one_hot(shape, MOST_LEVELS))


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
