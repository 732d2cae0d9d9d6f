"""What a report is computed from: what was predicted and what happened, as arrays of the same rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Classified:
    """Rows of a classification.

    Attributes
    ----------
    labels
        The model's k classes.
    positive
        Index of the positive class; -1 where there are more than two.
    actual, predicted
        Shape (n,): indices into ``labels``.
    probabilities
        Shape (n, k).
    prior
        Shape (k,): the share of each class among the rows learned from; what the baseline always says.
    threshold
        From which probability the positive class is predicted; None for more than two classes.
    """

    labels: tuple[str, ...]
    positive: int
    actual: Codes
    predicted: Codes
    probabilities: Floats
    prior: Floats
    threshold: float | None = None

    @property
    def rows(self) -> int:
        return len(self.actual)

    @property
    def is_positive(self) -> Booleans:
        return np.equal(self.actual, self.positive)

    @property
    def scores(self) -> Floats:
        """Probability of the positive class."""
        return self.probabilities[:, self.positive]

    @property
    def usual(self) -> int:
        """The class that the baseline always predicts."""
        return int(np.argmax(self.prior))

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many rows are of each class."""
        return np.bincount(self.actual, minlength=len(self.labels)).astype(np.int64)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Rows of a regression; ``centre`` is the mean of the rows learned from, which the baseline always says."""

    actual: Floats
    predicted: Floats
    centre: float

    @property
    def rows(self) -> int:
        return len(self.actual)

    @property
    def residuals(self) -> Floats:
        """Actual minus predicted."""
        return self.actual - self.predicted


Observed = Classified | Measured
