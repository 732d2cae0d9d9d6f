"""Statistics of weighted rows: each gives its value, its value under resampled row counts, and the rows' influence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.statistics.interval import MINIMUM

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Function = Callable[[Floats], Floats]


class Statistic(Protocol):
    """A figure computed from n rows."""

    @property
    def share(self) -> bool:
        """Whether its values lie between 0 and 1."""

    def value(self) -> float:
        """On the rows as they are."""

    def replicates(self, counts: Floats) -> Floats:
        """Shape (b,), for row counts of shape (b, n)."""

    def influence(self) -> Floats:
        """Shape (n,): how much each row moves the value; the sum of squares over n² is the variance."""


class Means:
    """A smooth function of column means: accuracy, F1, Brier, log loss, R², ...

    Parameters
    ----------
    columns
        Shape (n, k): what each row adds.
    function
        Maps means of shape (..., k) to values of shape (...).
    share
        Whether the values lie between 0 and 1.
    """

    def __init__(self, columns: Floats, function: Function, *, share: bool = False) -> None:
        self._columns = np.ascontiguousarray(columns, dtype=np.float64)
        self._function = function
        self.share = share

    def value(self) -> float:
        """On the rows as they are."""
        return float(self._function(self._columns.mean(axis=0)))

    def replicates(self, counts: Floats) -> Floats:
        """For row counts of shape (b, n)."""
        return self._function(counts @ self._columns / self._columns.shape[0])

    def influence(self) -> Floats:
        """Exact jackknife, times n - 1 (Efron & Tibshirani 1993, section 11.5)."""
        n = self._columns.shape[0]
        mean = self._columns.mean(axis=0)
        without_row = self._function(mean + (mean - self._columns) / (n - 1))
        influence: Floats = (n - 1) * (without_row.mean() - without_row)
        return influence


class LogMean:
    """A positive mean, or a power of it (RMSE: mean of squares to the power 1/2), studentised on the log scale."""

    share = False

    def __init__(self, values: Floats, *, power: float = 1.0) -> None:
        self._values = values
        self._scale = float(values.max()) if len(values) and values.max() > 0 else 1.0
        scaled = values / self._scale
        self._columns = np.column_stack([scaled, scaled**2])
        self.power = power

    def value(self) -> float:
        """On the rows as they are."""
        return float(self._values.mean() ** self.power)

    def log_error(self) -> float:
        """Standard error of the log of the mean."""
        return float(self._log_error(self._columns.mean(axis=0)))

    def _log_error(self, means: Floats) -> Floats:
        first, second = means[..., 0], means[..., 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.sqrt(np.maximum(second / first**2 - 1, 0.0) / len(self._values)), dtype=np.float64)

    def replicates(self, counts: Floats) -> Floats:
        """Studentised logs: (log of the resampled mean - log of the mean) / its resampled standard error."""
        means = counts @ self._columns / len(self._values)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(means[:, 0] / self._columns[:, 0].mean())
            return np.asarray(logs / self._log_error(means), dtype=np.float64)

    def influence(self) -> Floats:
        """Delta method."""
        mean = float(self._values.mean())
        slope: float = self.power * mean ** (self.power - 1)
        return slope * (self._values - mean)

    def dominated(self) -> bool:
        """Whether a few rows make so much of the mean that no resampling can tell how far it may be luck: by the mean
        square of the values over the square of their mean, which of squared errors is their kurtosis.

        The limits were set by simulation. Whether a sample looks light is itself luck: under 1,000 rows of Student's t
        with 3 degrees the intervals of samples that do held the truth in half of the cases. So only what looks hardly
        heavier than normal errors passes, unless there are many rows.
        """
        mean = float(np.mean(self._columns[:, 0]))
        if mean <= 0:
            return True
        limit = next(limit for rows, limit in _LIGHT if len(self._values) >= rows)
        return float(np.mean(self._columns[:, 1])) > limit * mean**2


_LIGHT = ((50_000, 12.0), (5_000, 7.0), (0, 4.0))
"""From so many rows on, the largest kurtosis of errors whose mean square has an interval."""
ENOUGH_ERRORS = 300
"""Rows under which it can't be told whether large errors are rare."""


def heavy_tails(errors: Floats) -> bool:
    """Whether a few of the errors, shape (n,), make up the mean of their squares; False for too few to tell."""
    return LogMean(errors**2, power=0.5).dominated() if len(errors) >= MINIMUM else False


class AveragePrecision:
    """Average precision as scikit-learn defines it: precision at each threshold, weighted by the gain in recall."""

    share = True

    def __init__(self, positive: Booleans, scores: Floats) -> None:
        self._order = np.argsort(-scores, kind="stable")
        ordered = scores[self._order]
        self._positive = positive[self._order].astype(np.float64)
        self._last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)

    def value(self) -> float:
        """On the rows as they are."""
        return float(self._weighted(np.ones((1, len(self._order))))[0])

    def replicates(self, counts: Floats) -> Floats:
        """For row counts of shape (b, n)."""
        return self._weighted(counts[:, self._order])

    def _weighted(self, weights: Floats) -> Floats:
        rows = np.cumsum(weights, axis=1)[:, self._last]
        found = np.cumsum(weights * self._positive, axis=1)[:, self._last]
        gained = np.diff(found, axis=1, prepend=0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            values: Floats = np.sum(gained * np.where(rows > 0, found / rows, 0.0), axis=1) / found[:, -1]
        return values

    def influence(self) -> Floats:
        """Derivative with respect to each row's weight, times n (infinitesimal jackknife, Efron & Tibshirani 1993,
        section 21.3)."""
        rows = (self._last + 1).astype(np.float64)
        found = np.cumsum(self._positive)[self._last]
        gained = np.diff(found, prepend=0.0)
        group = np.searchsorted(self._last, np.arange(len(self._order)))
        later = _from_end(gained / rows)[group]
        diluted = _from_end(gained * found / rows**2)[group]
        own = self._positive * (found / rows)[group]
        slope = (own + self._positive * later - diluted - self.value() * self._positive) / found[-1]
        result = np.empty(len(slope))
        result[self._order] = slope * len(slope)
        return result


def _from_end(values: Floats) -> Floats:
    return np.cumsum(values[::-1])[::-1]


class Median:
    """Median of values; for paired differences (its own interval is distribution-free)."""

    share = False

    def __init__(self, values: Floats) -> None:
        self._order = np.argsort(values, kind="stable")
        self._sorted = values[self._order]

    def value(self) -> float:
        """On the rows as they are."""
        return float(np.median(self._sorted))

    def replicates(self, counts: Floats) -> Floats:
        """For row counts of shape (b, n)."""
        passed = np.cumsum(counts[:, self._order], axis=1)
        half = passed[:, -1:] / 2
        lower, upper = (passed >= half).argmax(axis=1), (passed > half).argmax(axis=1)
        medians: Floats = (self._sorted[lower] + self._sorted[upper]) / 2
        return medians

    def influence(self) -> Floats:
        """Sign over twice the density at the median, from the spread of the middle tenth (Efron & Tibshirani 1993,
        section 21.3)."""
        low, high = np.quantile(self._sorted, [0.45, 0.55])
        result = np.empty(len(self._sorted))
        result[self._order] = np.sign(self._sorted - self.value()) * (high - low) / 0.2
        return result


class Difference:
    """One statistic minus another on the same rows."""

    share = False

    def __init__(self, first: Statistic, second: Statistic) -> None:
        self._first, self._second = first, second

    def value(self) -> float:
        """On the rows as they are."""
        return self._first.value() - self._second.value()

    def replicates(self, counts: Floats) -> Floats:
        """For row counts of shape (b, n)."""
        return self._first.replicates(counts) - self._second.replicates(counts)

    def influence(self) -> Floats:
        """The difference of the influences."""
        return self._first.influence() - self._second.influence()
