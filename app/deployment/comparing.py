"""The answers of an export beside those of its model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.deployment.records import CLOSE
from app.learning.model import Predictions
from app.learning.records import Signature, Task

Floats = NDArray[np.float64]


def compare(expected: Predictions, found: Predictions, signature: Signature) -> tuple[float, int, int]:
    """The largest difference, how many labels differ, and how many rows tie.

    Differences of probabilities are absolute; those of amounts beyond 1 are relative to the amount. Of rows that tie
    (:data:`app.deployment.records.CLOSE`) no label is counted. A row that gets no answer has an empty label and NaN.
    """
    if signature.task is Task.REGRESSION:
        return _largest(found.values, expected.values), 0, 0
    if found.labels.shape != expected.labels.shape:
        return float("inf"), len(expected.labels), 0
    margins = _margins(expected.probabilities, signature.threshold)
    decided = (margins > CLOSE) | np.isnan(margins)
    flips = int(np.count_nonzero((found.labels != expected.labels) & decided))
    return _largest(found.probabilities, expected.probabilities), flips, int(np.count_nonzero(~decided))


def _margins(probabilities: Floats, threshold: float) -> Floats:
    """How far each row lies from getting another label, shape (n,)."""
    if probabilities.shape[1] == 2:
        return np.abs(probabilities[:, 1] - threshold)
    ordered = np.sort(probabilities, axis=1)
    margins: Floats = ordered[:, -1] - ordered[:, -2]
    return margins


def _largest(found: Floats, expected: Floats) -> float:
    if found.shape != expected.shape:
        return float("inf")
    with np.errstate(invalid="ignore"):
        apart = np.abs(found - expected) / np.maximum(1.0, np.abs(expected))
    apart[(found == expected) | (np.isnan(found) & np.isnan(expected))] = 0.0
    largest = float(np.max(apart, initial=0.0))
    return largest if np.isfinite(largest) else float("inf")
