"""Fitted models: stored as canonical skops, opened through its audit only, predicting the same bits in any batch."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from skops import io as skops_io
from threadpoolctl import threadpool_limits

from app.errors import CicloError
from app.learning import canonical
from app.learning.estimators.catalogue import trusted_types
from app.learning.estimators.extras import EXTRAS, lacking
from app.learning.matrix import feature_frame
from app.learning.records import ModelVersion, Signature, Task
from app.learning.scoring import decide
from app.project.durable import writing

Floats = NDArray[np.float64]

BLOCK = 1024
"""Rows are predicted in blocks of exactly so many, the last one filled up: NumPy's sums may take another order, and so
give other last bits, when the shape of an array changes."""

_LARGE_BLOCK = 32_768


@dataclass(frozen=True, kw_only=True)
class FittedModel:
    """A fitted pipeline and what is needed to read its answers."""

    pipeline: BaseEstimator
    signature: Signature


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """What a model says, row by row.

    Attributes
    ----------
    labels
        Shape (n,): predicted classes in source words; empty for regression.
    values
        Shape (n,): predicted amounts; empty for classification.
    probabilities
        Shape (n, k): a column for each label, in the order of the signature's labels; (n, 0) for regression.
    """

    labels: NDArray[np.object_]
    values: Floats
    probabilities: Floats


def signature_of(version: ModelVersion) -> Signature:
    """What a model version says about reading its model."""
    return Signature(
        task=version.task,
        labels=version.labels,
        positive=version.positive,
        threshold=version.threshold,
        features=version.features,
    )


def save_model(pipeline: BaseEstimator, path: Path) -> None:
    """Write a fitted pipeline as a canonical skops file."""
    with writing(path):
        path.write_bytes(canonical.dump(pipeline))


def load_model(source: Path | bytes, *, signature: Signature, trusted: Sequence[str] | None = None) -> FittedModel:
    """Open a skops file. Only types that skops or the catalogue trusts are built.

    Parameters
    ----------
    trusted
        Types beyond those that skops trusts; None means exactly the catalogue's.

    Raises
    ------
    CicloError
        ``learning.untrusted_model`` naming a type, ``learning.needs_extra`` or ``learning.unreadable_model``.
    """
    data = source.read_bytes() if isinstance(source, Path) else source
    return FittedModel(pipeline=open_pipeline(data, trusted=trusted), signature=signature)


def needs_extra(name: str) -> CicloError:
    """What to say where a library isn't there that a model was made with."""
    return CicloError("learning.needs_extra", library=EXTRAS[name], extra=name)


def open_pipeline(data: bytes, *, trusted: Sequence[str] | None = None) -> BaseEstimator:
    """A fitted pipeline from the bytes of its file; raises as :func:`load_model`."""
    allowed = list(trusted_types() if trusted is None else trusted)
    try:
        found = set(skops_io.get_untrusted_types(data=data))
        if extra := lacking(found):
            raise needs_extra(extra)
        strange = sorted(found - set(allowed))
        if strange:
            raise CicloError("learning.untrusted_model", type=strange[0])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pipeline = skops_io.loads(data, trusted=allowed)
    except CicloError:
        raise
    except Exception as error:
        raise CicloError("learning.unreadable_model", cause=type(error).__name__) from error
    if not isinstance(pipeline, (Pipeline, VotingClassifier, VotingRegressor)):
        raise CicloError("learning.untrusted_model", type=type(pipeline).__name__)
    return pipeline


def predict_table(model: FittedModel, table: pa.Table) -> Predictions:
    """Predict the rows of a table that has the signature's columns."""
    return predict(model, feature_frame(table, model.signature.features))


def predict(model: FittedModel, frame: pd.DataFrame) -> Predictions:
    """Predict the rows of a feature frame; the same row gives the same bits in any batch and on any processors."""
    signature = model.signature
    raw = raw_predictions(model.pipeline, frame, classes=len(signature.labels))
    if signature.task is Task.REGRESSION:
        nothing = np.empty(0, dtype=object)
        return Predictions(labels=nothing, values=raw[:, 0].copy(), probabilities=np.empty((len(frame), 0)))
    chosen = decide(raw, threshold=signature.threshold)
    labels = np.array(signature.labels, dtype=object)[chosen]
    return Predictions(labels=labels, values=np.empty(0), probabilities=raw)


def raw_predictions(pipeline: BaseEstimator, frame: pd.DataFrame, *, classes: int) -> Floats:
    """Probabilities of shape (n, classes), or amounts of shape (n, 1) where ``classes`` is 0; the same bits in any
    batch."""
    result = np.empty((len(frame), max(1, classes)), dtype=np.float64)
    positions = np.arange(-(-len(frame) // BLOCK) * BLOCK) % max(1, len(frame))
    with threadpool_limits(1):
        for start in range(0, len(positions), BLOCK):
            block = frame.iloc[positions[start : start + BLOCK]]
            end = min(start + BLOCK, len(frame))
            result[start:end] = _block(pipeline, block, classes)[: end - start]
    return result


def fold_predictions(pipeline: BaseEstimator, frame: pd.DataFrame, *, classes: int) -> Floats:
    """Like :func:`raw_predictions`, for the rows of a fold: they always come together, so nothing is filled up."""
    parts = range(0, len(frame), _LARGE_BLOCK)
    return np.concatenate([_block(pipeline, frame.iloc[start : start + _LARGE_BLOCK], classes) for start in parts])


def _block(model: BaseEstimator, block: pd.DataFrame, classes: int) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _predict_block(model, block, classes)


def _predict_block(model: BaseEstimator, block: pd.DataFrame, classes: int) -> Floats:
    if isinstance(model, (VotingClassifier, VotingRegressor)):
        total, weights = np.zeros((len(block), max(1, classes))), model.weights
        for member, weight in zip(model.estimators_, weights, strict=True):
            total += weight * _predict_block(member, block, classes)
        mean: Floats = total / sum(weights)
        return mean
    prepared, last = model[:-1].transform(block), model[-1]
    if isinstance(last, (LogisticRegression, Ridge)):
        # scipy multiplies sparse rows one by one in plain C; BLAS gives other last bits for other batch sizes
        prepared = sparse.csr_matrix(prepared)
    if not classes:
        return np.asarray(last.predict(prepared), dtype=np.float64).reshape(-1, 1)
    return _every_class(np.asarray(last.predict_proba(prepared)), last.classes_, classes)


def _every_class(found: Floats, known: NDArray[np.int64], classes: int) -> Floats:
    """Columns for the classes that this model has never seen as well: probability 0."""
    if len(known) == classes:
        return found.astype(np.float64, copy=False)
    result = np.zeros((len(found), classes))
    result[:, np.asarray(known, dtype=np.int64)] = found
    return result
