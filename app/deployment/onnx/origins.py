"""Where the columns that an estimator sees come from, and where its trees ask: to find rows at its own thresholds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    SplineTransformer,
    TargetEncoder,
)

from app.deployment.onnx import forests, lightgbm
from app.deployment.onnx.tree import Tree
from app.deployment.onnx.words import UNSEEN, answers, known_words
from app.deployment.onnx.writer import ask

Floats = NDArray[np.float64]
_ENCODERS = (OneHotEncoder, OrdinalEncoder, TargetEncoder)
_BOOSTED = "_predictors"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """A column that an estimator sees.

    Attributes
    ----------
    column
        Its place in the frame.
    gap
        Says whether the value is missing, not which it is.
    words, told
        Words that its column may hold (None is missing), and the number that each becomes; empty of numbers.
    filled
        What a missing number becomes.
    known
        Whether anything is known of it: of prose, nothing is.
    """

    column: int
    gap: bool = False
    words: tuple[str | None, ...] = ()
    told: Floats | None = None
    filled: float = np.nan
    known: bool = True


@dataclass(frozen=True, kw_only=True)
class Grown:
    """Trees of a pipeline, the columns that they look at, and some rows as they see them, shape (n, columns).

    ``single``: in single precision. ``stepped``: their sum is calibrated by steps, so that many changes of it change no
    answer.
    """

    trees: tuple[Tree, ...]
    origins: tuple[Origin, ...]
    rows: Floats
    single: bool
    stepped: bool = False


def members(fitted: BaseEstimator) -> Iterator[Pipeline]:
    """The pipelines of a model: itself, or those of a mean."""
    if isinstance(fitted, (VotingClassifier, VotingRegressor)):
        for member in fitted.estimators_:
            yield from members(member)
    else:
        yield fitted


def grown(pipeline: Pipeline, frame: pd.DataFrame) -> Grown | None:
    """The trees of a pipeline; None where it has none."""
    last = _inner(pipeline[-1])
    prepare = pipeline[0]
    if not isinstance(prepare, ColumnTransformer):
        return None
    found, seen = _origins(prepare), np.asarray(pipeline[:-1].transform(frame), dtype=np.float64)
    if hasattr(last, _BOOSTED):
        return _boosted(last, found, seen)
    if hasattr(last, "booster_"):
        return Grown(trees=tuple(lightgbm.grown_trees(last)), origins=tuple(found), rows=seen, single=False)
    inner = getattr(last, "estimators_", [last])
    if not all(hasattr(one, "tree_") for one in inner):
        return None
    with np.errstate(over="ignore"):
        single = seen.astype(np.float32).astype(np.float64)
    trees = tuple(forests.plain_tree(one) for one in inner)
    stepped = isinstance(pipeline[-1], CalibratedClassifierCV)
    return Grown(trees=trees, origins=tuple(found), rows=single, single=True, stepped=stepped)


def _inner(fitted: BaseEstimator) -> BaseEstimator:
    """What is inside calibration or another target."""
    if isinstance(fitted, CalibratedClassifierCV):
        return _inner(fitted.calibrated_classifiers_[0].estimator)
    if isinstance(fitted, TransformedTargetRegressor):
        return _inner(fitted.regressor_)
    return fitted


def _boosted(fitted: BaseEstimator, found: list[Origin], seen: Floats) -> Grown:
    trees = tuple(tree for own in forests.boosted_trees(fitted) for tree in own)
    if fitted._preprocessor is None:
        return Grown(trees=trees, origins=tuple(found), rows=seen, single=False)
    flags = np.asarray(fitted.is_categorical_, dtype=bool)
    tables = forests.codes(fitted._preprocessor.named_transformers_["encoder"])
    first = [_recoded(found[place], table) for place, table in zip(np.flatnonzero(flags), tables, strict=True)]
    others = [found[place] for place in np.flatnonzero(~flags)]
    rows = np.asarray(fitted._preprocess_X(seen, reset=False), dtype=np.float64)
    return Grown(trees=trees, origins=(*first, *others), rows=rows, single=False)


def _recoded(origin: Origin, table: Floats) -> Origin:
    if origin.told is None:
        return origin
    unseen = ~(origin.told < len(table) - 1)  # NaN, too
    told = table[np.where(unseen, len(table) - 1, origin.told).astype(np.int64)]
    return Origin(column=origin.column, words=origin.words, told=told)


def _origins(prepare: ColumnTransformer) -> list[Origin]:
    found: list[Origin] = []
    for name, step, places in prepare.transformers_:
        chosen = [places] if isinstance(places, int) else [int(place) for place in places]
        if not chosen or (isinstance(step, str) and step == "drop"):
            continue
        if isinstance(step, (str, FunctionTransformer)):
            found += [Origin(column=place) for place in chosen]
        elif isinstance(step, SimpleImputer):
            gaps = [] if step.indicator_ is None else step.indicator_.features_
            filled = ask(step, np.full((1, len(chosen)), np.nan))[0]
            found += [Origin(column=place, filled=float(value)) for place, value in zip(chosen, filled, strict=False)]
            found += [Origin(column=chosen[int(gap)], gap=True) for gap in gaps]
        elif isinstance(step, _ENCODERS):
            found += _of_words(step, chosen)
        else:
            made = prepare.output_indices_[name]
            found += [Origin(column=chosen[0], known=False)] * (made.stop - made.start)
    return found


def _of_words(encoder: BaseEstimator, places: list[int]) -> list[Origin]:
    known = known_words(encoder)
    found = []
    for place, words, table in zip(places, known, answers(encoder, known), strict=True):
        candidates = (*words, None, UNSEEN)
        found += [Origin(column=place, words=candidates, told=table[:, k]) for k in range(table.shape[1])]
    return found


def edges(pipeline: Pipeline) -> dict[int, Floats]:
    """Where what is made of a number has an end or a bend: by the number's place in the frame."""
    found: dict[int, Floats] = {}
    prepare = pipeline[0]
    if isinstance(prepare, Pipeline):
        prepare = prepare[0]
    if not isinstance(prepare, ColumnTransformer):
        return found
    for _, step, places in prepare.transformers_:
        chosen = [places] if isinstance(places, int) else [int(place) for place in places]
        for inner in _steps(step):
            for place, ends in zip(chosen, _ends(inner), strict=False):
                found[place] = np.union1d(found.get(place, np.empty(0)), ends[np.isfinite(ends)])
    return found


def _steps(step: object) -> Iterator[object]:
    """The steps that see numbers as they are: up to the first that changes them."""
    if isinstance(step, FeatureUnion):
        for _, part in step.transformer_list:
            yield from _steps(part)
    elif isinstance(step, Pipeline) and isinstance(step[0], SimpleImputer):
        yield step[1]


def _ends(step: object) -> list[Floats]:
    if isinstance(step, KBinsDiscretizer):
        return [np.asarray(edges, dtype=np.float64) for edges in step.bin_edges_]
    if isinstance(step, SplineTransformer):
        return [np.unique(one.t[step.degree : -step.degree]) for one in step.bsplines_]
    if isinstance(step, QuantileTransformer):
        return [np.unique(column) for column in np.asarray(step.quantiles_, dtype=np.float64).T]
    if isinstance(step, MinMaxScaler):
        return [np.array(pair) for pair in zip(step.data_min_, step.data_max_, strict=True)]
    return []
