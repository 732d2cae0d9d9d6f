"""How long a trained model takes to predict, counted from what it is made of: the same on every machine, whatever else
that does."""

from __future__ import annotations

from collections.abc import Iterator

from app.learning.estimators.catalogue import ENSEMBLE, catalogue
from app.learning.estimators.cost import Params, Size
from app.learning.estimators.footprint import usual
from app.learning.estimators.preparation import levels_after_encoding, width_after_encoding
from app.learning.matrix import frame_columns
from app.learning.records import ModelVersion

_COLUMN_MS = 0.3
"""Of a column of the frame, to be checked and prepared, however few the rows."""


def block_ms(version: ModelVersion) -> float:
    """Milliseconds to predict one block of rows (:data:`app.learning.model.BLOCK`), roughly, by the laws of the
    catalogue for each part of the model."""
    kinds, columns = catalogue(), frame_columns(version.features)
    total = 0.0
    for estimator, params, rows in _parts(version):
        kind = kinds.get(estimator)
        size = Size(
            rows=min(rows, kind.most_rows) if kind is not None else rows,
            scored=0,
            width=width_after_encoding(columns),
            levels=levels_after_encoding({f.name: len(f.levels) for f in version.features}, columns),
            classes=len(version.labels),
        )
        law = kind.footprint if kind is not None else usual
        total += law(size, params).latency_ms + _COLUMN_MS * len(columns)
    return total


def _parts(version: ModelVersion) -> Iterator[tuple[str, Params, int]]:
    """Kind, parameters and rows of each part; of a version that was made before plans were kept, its kind alone."""
    everything = version.split.train_rows
    if version.plan is None or not version.plan.members:
        kind = "" if version.estimator == ENSEMBLE else version.estimator
        yield kind, {}, everything
        return
    for member in version.plan.members:
        tried = version.plan.tried[member.candidate]
        yield tried.estimator, tried.params, tried.rows or everything
