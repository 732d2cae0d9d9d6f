"""Worth by threshold, from counts: quick enough to follow the mouse. Light."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from app.verification.value.records import Counts, ValueTable

_HALF = 1.959964
"""Standard errors of a 95 % interval."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """What a threshold comes to in a period: ``worth`` with the ends of its interval, and how many rows of each kind.

    ``beyond``: more rows are pointed out than can be acted on; the money is then of the likeliest that can."""

    threshold: float
    worth: float
    low: float
    high: float
    found: float
    missed: float
    false_alarms: float
    left: float
    beyond: bool

    @property
    def acted(self) -> float:
        """Rows that are acted on."""
        return self.found + self.false_alarms


class WorthCurve:
    """The worth of a model of two classes at each threshold.

    Parameters
    ----------
    positive
        The position of the positive class among the labels of the table.
    """

    def __init__(self, counts: Counts, table: ValueTable, positive: int) -> None:
        self._counts, self._table = counts, table
        negative = 1 - positive
        cells = table.cells
        most = table.share * counts.rows + 1e-9
        reached = (found + alarms for found, alarms in zip(counts.found, counts.false_alarms, strict=True))
        self._first = next((n for n, acted in enumerate(reached) if acted <= most), len(counts.thresholds) - 1)
        self._prices = (
            cells[positive][positive],
            cells[positive][negative],
            cells[negative][positive],
            cells[negative][negative],
        )

    def points(self) -> list[Point]:
        """Every threshold that was counted, rising."""
        return [self._at(n) for n in range(len(self._counts.thresholds))]

    def at(self, threshold: float) -> Point:
        """The counted threshold that points out the same rows, or the nearest above."""
        place = bisect_left(self._counts.thresholds, threshold)
        return self._at(min(place, len(self._counts.thresholds) - 1))

    def best(self) -> Point:
        """The threshold that is worth most among those that the capacity allows; of equals the middle one."""
        points = self.points()
        allowed = [point for point in points if not point.beyond] or points[-1:]
        most = max(point.worth for point in allowed)
        level = [point for point in allowed if point.worth >= most - 1e-12 * max(1.0, abs(most))]
        return level[len(level) // 2]

    def _cells(self, n: int) -> tuple[int, int, int, int]:
        """Rows found, missed, alarmed of for nothing and rightly left."""
        counts = self._counts
        found, false_alarms = counts.found[n], counts.false_alarms[n]
        return found, counts.positives - found, false_alarms, counts.negatives - false_alarms

    def _at(self, n: int) -> Point:
        counts, table = self._counts, self._table
        total = max(1, counts.rows)
        paid = self._cells(max(n, self._first))
        mean = math.fsum(k * price for k, price in zip(paid, self._prices, strict=True)) / total
        square = math.fsum(k * price * price for k, price in zip(paid, self._prices, strict=True)) / total
        error = math.sqrt(max(0.0, square - mean * mean) / total)
        scale = table.rows / total
        worth = table.rows * mean - table.fixed
        half = _HALF * table.rows * error
        rows = [k * scale for k in self._cells(n)]
        return Point(
            threshold=counts.thresholds[n],
            worth=worth,
            low=worth - half,
            high=worth + half,
            found=rows[0],
            missed=rows[1],
            false_alarms=rows[2],
            left=rows[3],
            beyond=rows[0] + rows[2] > table.share * table.rows + 1e-9,
        )


def thinned(points: Sequence[Point], most: int) -> list[Point]:
    """About so many of the points at most, with both ends: half of them evenly among the rows, half evenly along the
    axis, since few rows lie where the curve reaches far."""
    if len(points) <= most:
        return list(points)
    half, last = most // 2, len(points) - 1
    kept = {round(n * last / (half - 1)) for n in range(half)}
    first, reach = points[0].threshold, points[-1].threshold - points[0].threshold
    thresholds = [point.threshold for point in points]
    kept |= {min(last, bisect_left(thresholds, first + n * reach / (half - 1))) for n in range(half)}
    return [points[n] for n in sorted(kept)]
