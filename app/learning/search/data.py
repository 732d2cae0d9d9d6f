"""The rows that are learned from, and the one function that fits."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from app.learning.balance.prior import set_back
from app.learning.balance.rows import balanced_rows
from app.learning.estimators.cost import Size
from app.learning.estimators.kind import EstimatorKind, Params, Traits
from app.learning.estimators.preparation import shape_of, width_after_encoding
from app.learning.matrix import FrameColumn
from app.learning.records import Balance, Task
from app.learning.splits.splitting import Hashes, Sealed

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class LearningData:
    """The training rows, and the guard over those that aren't.

    Attributes
    ----------
    frame, values, rows, units
        A row each: features, target, position in the dataset's table, hash of what stays together.
    folds
        Pairs of positions in ``frame``: fitted on, scored on.
    levels
        Columns after one-hot encoding; 0 where nobody counted them.
    words
        Distinct words of the column that has most.
    absolute
        Whether errors count by their size and not by its square.
    balance
        What is done about classes of unequal size in each fit.
    directions
        Of each column of the frame: 1 where the answer may never fall when it rises, -1 where it may never rise, 0
        where it is free; empty where all are.
    rule, stated
        The rule that is used today, and what it gives for each row, shape (n,): 1 for yes, 0 for no, or an amount.
    """

    task: Task
    classes: int
    frame: pd.DataFrame
    columns: tuple[FrameColumn, ...]
    values: Floats
    rows: Integers
    units: Hashes
    folds: tuple[tuple[Integers, Integers], ...]
    sealed: Sealed
    seed: int
    levels: int = 0
    words: int = 0
    absolute: bool = False
    balance: Balance = Balance.NONE
    directions: tuple[int, ...] = ()
    rule: str = ""
    stated: Floats | None = None

    @property
    def test_share(self) -> float:
        """Rows scored by rows fitted on, averaged over folds."""
        return float(np.mean([len(scored) / len(fitted) for fitted, scored in self.folds]))

    @property
    def fold_size(self) -> Size:
        """What a fit of one fold reads."""
        fitted, scored = self.folds[0]
        return replace(self.whole_size, rows=len(fitted), scored=len(scored))

    @property
    def whole_size(self) -> Size:
        """What a fit on every row reads."""
        width = width_after_encoding(self.columns)
        return Size(
            rows=len(self.rows),
            scored=0,
            width=width,
            words=sum(not column.numeric for column in self.columns),
            levels=max(self.levels, width),
            classes=self.classes,
        )

    @cached_property
    def traits(self) -> Traits:
        """What the target is like."""
        return Traits.of(
            self.task,
            self.values,
            words=self.words,
            directed=any(self.directions),
            absolute=self.absolute,
            balanced=self.balance is not Balance.NONE,
        )


def stated_predictions(data: LearningData, fold: int) -> Floats:
    """What the rule says of the rows that a fold holds out, as a model would: shape (rows, 2) or (rows, 1). Where it
    gives no amount, the mean of the rows learned from counts."""
    assert data.stated is not None
    fitted, scored = data.folds[fold]
    found = data.stated[scored]
    if data.classes:
        return np.column_stack([1.0 - found, found])
    return np.where(np.isnan(found), data.values[fitted].mean(), found).reshape(-1, 1)


def fit(kind: EstimatorKind, params: Params, data: LearningData, positions: Integers, *, rows: int = 0) -> Pipeline:
    """Fit one candidate on some training rows. Every fit of the program goes through here, and so past the guard.

    The caller has limited BLAS and OpenMP to one thread (:func:`app.learning.training.train`): forks inherit that.

    Parameters
    ----------
    rows
        Learn from a sample of so many where there are more; 0 means from all that the kind can use.
    """
    data.sealed.check(data.rows[positions])
    most = min(kind.most_rows, rows or kind.most_rows)
    if len(positions) > most:
        order = np.argsort(data.units[positions], kind="stable")
        positions = np.sort(positions[order[:most]])
    if data.balance is not Balance.NONE and not kind.reference:
        return _fit_balanced(kind, params, data, positions)
    pipeline = _built(kind, params, data, len(positions))
    values = data.values[positions]
    target = values if data.task is Task.REGRESSION else values.astype(np.int64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline.fit(_with_numbers(data.frame.iloc[positions], data.columns), target)
    return pipeline


def _built(kind: EstimatorKind, params: Params, data: LearningData, rows: int) -> Pipeline:
    directions = [way for way, column in zip(data.directions, data.columns, strict=False) if column.numeric]
    shape = shape_of(data.columns, rows, amounts=data.task is Task.REGRESSION, directions=directions)
    return kind.build(data.task, shape, params, data.seed)


def _fit_balanced(kind: EstimatorKind, params: Params, data: LearningData, positions: Integers) -> Pipeline:
    """Fit on rows of balanced classes; the pipeline is none the wiser, and its probabilities mean what they did."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame, target = data.frame.iloc[positions], data.values[positions].astype(np.int64)
        taken = balanced_rows(
            frame,
            target,
            data.columns,
            how=data.balance,
            classes=data.classes,
            seed=data.seed,
        )
        pipeline = _built(kind, params, data, len(taken.target))
        weights = {} if taken.weights is None else {f"{pipeline.steps[-1][0]}__sample_weight": taken.weights}
        pipeline.fit(_with_numbers(taken.frame, data.columns), taken.target, **weights)
        known = pipeline.classes_
        places = np.searchsorted(known, target).astype(np.int64)
        set_back(pipeline[-1], taken.factors[known], pipeline[:-1].transform(frame), places)
    return pipeline


def _with_numbers(frame: pd.DataFrame, columns: tuple[FrameColumn, ...]) -> pd.DataFrame:
    """The rows to learn from; a column of numbers that has none in them holds zeros, from which nothing is learned.

    Gradient boosting of scikit-learn 1.9 fails at such a column (its binning slides a window over no value); this may
    go when it no longer does.
    """
    empty = [n for n, column in enumerate(columns) if column.numeric and _is_empty(frame.iloc[:, n].to_numpy())]
    if empty:
        frame = frame.copy()
        for place in empty:
            frame.isetitem(place, np.zeros(len(frame)))
    return frame


def _is_empty(numbers: Floats) -> bool:
    return bool(np.isnan(numbers[:1]).all() and np.isnan(numbers).all())
