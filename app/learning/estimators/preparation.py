"""Preparation inside the pipeline, refitted with it in every fold; plain scikit-learn parts only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.feature_selection import VarianceThreshold
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
    TargetEncoder,
)

from app.learning.matrix import FrameColumn

MOST_LEVELS = 254
"""Gradient boosting sorts values into 255 bins, one of them for what is missing."""


_QUANTILES, _SUBSAMPLE = 1_000, 100_000
_PARTS, _FEW_PARTS = 60, 20
"""Components of prose: for models that weigh all columns, and for trees, which look at one at a time."""
_BUCKETS = 2_048
_ROUNDING = 1e-12
"""The variance of a direction of prose that is there by rounding only."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a pipeline is built for: positions of number, word and prose columns in the frame, and how many rows it
    learns from; whether it learns amounts. ``directions`` has for each number column 1 where the answer may never fall
    when it rises, -1 where it may never rise, 0 where it is free; empty where all are."""

    numeric: tuple[int, ...]
    words: tuple[int, ...]
    rows: int
    prose: tuple[int, ...] = ()
    amounts: bool = False
    directions: tuple[int, ...] = ()

    @property
    def width(self) -> int:
        return len(self.numeric) + len(self.words) + len(self.prose)


def shape_of(
    columns: Sequence[FrameColumn], rows: int, *, amounts: bool = False, directions: Sequence[int] = ()
) -> Shape:
    """The shape of a frame with these columns."""
    return Shape(
        numeric=tuple(i for i, c in enumerate(columns) if c.numeric),
        words=tuple(i for i, c in enumerate(columns) if not c.numeric and not c.prose),
        rows=rows,
        prose=tuple(i for i, c in enumerate(columns) if c.prose),
        amounts=amounts,
        directions=tuple(directions),
    )


def directions_of(shape: Shape) -> list[int] | None:
    """The direction of each column that :func:`ordered`, :func:`averaged`, :func:`native` or :func:`native_averaged`
    gives; None where all are free."""
    if not any(shape.directions):
        return None
    return [*shape.directions, *([0] * (len(shape.words) + len(shape.prose) * _parts(shape, _FEW_PARTS)))]


def _parts(shape: Shape, most: int) -> int:
    return max(1, min(most, shape.rows // 4))


def levels_after_encoding(distinct: Mapping[str, int], columns: Sequence[FrameColumn]) -> int:
    """How many columns a one-hot encoding makes of the frame, from the number of words of each feature."""
    return sum(_PARTS if c.prose else 1 if c.numeric else _levels(distinct[c.feature]) for c in columns)


def _levels(distinct: int) -> int:
    return max(1, min(distinct, MOST_LEVELS))


def width_after_encoding(columns: Sequence[FrameColumn]) -> int:
    """How many columns a tree looks at."""
    return sum(_FEW_PARTS if c.prose else 1 for c in columns)


def scaled(
    shape: Shape, *, most_levels: int = MOST_LEVELS, bounded: bool = False, words: str = "columns"
) -> ColumnTransformer:
    """For linear models and neighbours: medians and an indicator for what is missing, one scale, one-hot words.

    ``bounded``: a number beyond the range seen counts as its end. ``words``: columns, or target (:func:`_means`).
    """
    bounds = [("bounds", MinMaxScaler(clip=True))] if bounded else []
    numbers = Pipeline([("impute", _medians()), *bounds, ("scale", StandardScaler())])
    coded = _means(shape, scale=True) if words == "target" else _one_hot(shape, most_levels)
    return _columns(shape, numbers, coded, parts=_PARTS)


def normal(shape: Shape, *, most_levels: int = MOST_LEVELS) -> ColumnTransformer:
    """For networks and kernels: as :func:`scaled`, but each number by its rank, as a normal deviate, so that no tail
    reaches far."""
    ranks = QuantileTransformer(
        output_distribution="normal", n_quantiles=max(2, min(_QUANTILES, shape.rows // 2)), subsample=_SUBSAMPLE
    )
    return _columns(
        shape, Pipeline([("impute", _medians()), ("rank", ranks)]), _one_hot(shape, most_levels), parts=_PARTS
    )


def curved(shape: Shape, *, knots: int, bounded: bool = False) -> ColumnTransformer:
    """For additive models: each number as cubic B-splines that go on straight beyond the range seen, or level where
    ``bounded``."""
    beyond = "constant" if bounded else "linear"
    splines = SplineTransformer(n_knots=knots, degree=3, knots="quantile", extrapolation=beyond)
    steps = [("impute", _medians()), ("curve", splines), ("scale", StandardScaler())]
    return _columns(shape, Pipeline(steps), _one_hot(shape, MOST_LEVELS), parts=_PARTS)


def binned(shape: Shape, *, bins: int) -> ColumnTransformer:
    """For scorecards: each number as the range that it lies in, with equally many rows in each range."""
    ranges = KBinsDiscretizer(
        n_bins=bins, encode="onehot-dense", strategy="quantile", quantile_method="averaged_inverted_cdf", subsample=None
    )
    known = Pipeline([("impute", SimpleImputer(strategy="median", keep_empty_features=True)), ("ranges", ranges)])
    numbers = FeatureUnion([("known", known), ("missing", MissingIndicator(error_on_new=False))])
    return _columns(shape, numbers, _one_hot(shape, MOST_LEVELS), ranged=ranges)


def _medians(*, indicated: bool = True) -> SimpleImputer:
    return SimpleImputer(strategy="median", add_indicator=indicated, keep_empty_features=True)


def ordered(shape: Shape) -> ColumnTransformer:
    """For trees: medians and an indicator for what is missing, words as numbers in alphabetical order.

    Where a column has a direction there is no indicator: what was missing would break it.
    """
    return _columns(shape, _medians(indicated=not any(shape.directions)), _codes(unknown=-1, missing=-2))


def native(shape: Shape) -> ColumnTransformer:
    """For gradient boosting, which knows missing values and categories itself: numbers as they are, words coded.

    The frame's number columns come first, so the words are the last ``len(shape.words)`` columns.
    """
    return _columns(shape, "passthrough", _codes(unknown=np.nan, missing=np.nan))


def nothing(shape: Shape) -> ColumnTransformer:
    """For the baseline, which looks at no column."""
    return ColumnTransformer([("none", "drop", list(range(shape.width)))])


def _columns(
    shape: Shape, numbers: object, words: object, *, parts: int = _FEW_PARTS, ranged: KBinsDiscretizer | None = None
) -> ColumnTransformer:
    """Each sort of column prepared in its own way; ``parts`` of prose, of which ``ranged`` makes ranges."""
    sorts = [("numbers", numbers, list(shape.numeric)), ("words", words, list(shape.words))]
    made: list[tuple[str, object, list[int] | int]] = [sort for sort in sorts if sort[2]]
    for position in shape.prose:
        then = _ranges(ranged) if ranged is not None else StandardScaler() if parts == _PARTS else None
        made.append((f"prose{position}", _read_words(shape, parts, then), position))
    return ColumnTransformer(made, sparse_threshold=0.0)


def _ranges(ranged: KBinsDiscretizer) -> Pipeline:
    """Ranges of the directions that say something: where prose has few distinct words, the last ones are rounding
    errors, narrower than any range may be."""
    return Pipeline([("telling", VarianceThreshold(_ROUNDING)), ("ranges", clone(ranged))])


def _read_words(shape: Shape, parts: int, then: object) -> Pipeline:
    """Prose as the main directions of its weighted word counts (latent semantic analysis; S. Deerwester et al., 1990).
    Words are counted by a hash of them, so that nobody's words stand in the model's file."""
    steps: list[tuple[str, object]] = [
        ("count", HashingVectorizer(n_features=_BUCKETS, alternate_sign=False, norm=None)),
        ("weigh", TfidfTransformer(sublinear_tf=True)),
        ("parts", TruncatedSVD(n_components=_parts(shape, parts), random_state=0)),
    ]
    return Pipeline([*steps, ("then", then)] if then is not None else steps)


def _means(shape: Shape, *, scale: bool = False) -> object:
    """Each word as the mean of the target where it stands, shrunk towards the mean of all where it is rare; in
    learning, of other rows than its own (D. Micci-Barreca, "A preprocessing scheme for high-cardinality categorical
    attributes", 2001)."""
    encoder = TargetEncoder(target_type="continuous" if shape.amounts else "auto", random_state=0)
    return Pipeline([("mean", encoder), ("scale", StandardScaler())]) if scale else encoder


def averaged(shape: Shape) -> ColumnTransformer:
    """For trees over words of which there are many: numbers as in :func:`ordered`, words as means of the target."""
    return _columns(shape, _medians(indicated=not any(shape.directions)), _means(shape))


def native_averaged(shape: Shape) -> ColumnTransformer:
    """For gradient boosting: numbers as they are, words as means of the target."""
    return _columns(shape, "passthrough", _means(shape))


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
