"""What converters share: the graph, and the way to the converter of an estimator inside another."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from app.deployment.onnx.graph import Graph
from app.errors import CicloError


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """Double numbers of shape (rows, width); ``name`` is empty where there is no column."""

    name: str
    width: int


@dataclass(frozen=True, kw_only=True)
class Words:
    """Columns of words, each of shape (rows, 1); missing ones are told by ``missing``, of each column its own."""

    names: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The columns that a pipeline eats, in order: a matrix of one column, or one column of words, each."""

    columns: tuple[Matrix | Words, ...]


Values = Frame | Matrix | Words
Transform = Callable[["Writer", BaseEstimator, Values], Matrix]
Predict = Callable[["Writer", BaseEstimator, Matrix], Matrix]


@dataclass(frozen=True, kw_only=True)
class Writer:
    """The graph, the converters by class, and ``like``: a column of the caller, whose shape says how many rows."""

    graph: Graph
    transformers: Mapping[type, Transform]
    predictors: Mapping[type | str, Predict]
    like: str

    def transform(self, fitted: BaseEstimator, values: Values) -> Matrix:
        """Prepared columns.

        Raises
        ------
        CicloError
            ``deployment.onnx.no_converter`` naming the class.
        """
        if isinstance(fitted, str):
            return self.matrix(values)
        found = self.transformers.get(type(fitted))
        if found is None:
            raise no_converter(type(fitted).__name__)
        return found(self, fitted, values)

    def predict(self, fitted: BaseEstimator, values: Matrix) -> Matrix:
        """Probabilities of the classes that ``fitted`` knows, or amounts of shape (rows, 1); raises as
        :meth:`transform`."""
        kind = type(fitted)
        found = self.predictors.get(kind) or self.predictors.get(f"{kind.__module__}.{kind.__qualname__}")
        if found is None:
            raise no_converter(kind.__name__)
        return found(self, fitted, values)

    def matrix(self, values: Values) -> Matrix:
        """Numbers as they are."""
        if isinstance(values, Matrix):
            return values
        if isinstance(values, Frame) and all(isinstance(column, Matrix) for column in values.columns):
            return self.joined([column for column in values.columns if isinstance(column, Matrix)])
        raise no_converter("words")

    def joined(self, parts: Sequence[Matrix]) -> Matrix:
        """Matrices side by side."""
        present = [part.name for part in parts if part.width]
        width = sum(part.width for part in parts)
        return Matrix(name=self.graph.join(present) if present else "", width=width)


def ask(fitted: BaseEstimator, rows: NDArray[np.float64] | NDArray[np.object_]) -> NDArray[np.float64]:
    """What a fitted preparation makes of some rows, as a dense matrix."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the rows have no names, and words that it doesn't know
        made = fitted.transform(rows)
    return np.asarray(made.toarray() if hasattr(made, "toarray") else made, dtype=np.float64)


def no_converter(kind: str) -> CicloError:
    """What to say of what can't be written."""
    return CicloError("deployment.onnx.no_converter", kind=kind)
