"""The names of curves, written beside them where they cover least."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetrics

from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.ui.widgets.chart_parts import Drawn

Floats = npt.NDArray[np.float64]
_PLACES, _SAMPLES = 13, 240
_GAP, _FAR = 5.0, 60.0
_COVERED, _OUTSIDE, _ON_A_NAME = 20.0, 2_000.0, 1_000.0


@dataclass
class _Name:
    item: pg.TextItem
    width: float
    height: float


class CurveLabels:
    """Names of at least two curves; ``arrange`` again when the chart has another size."""

    def __init__(self, plot: pg.PlotItem, theme: Theme, curves: Sequence[Drawn]) -> None:
        self._box = plot.getViewBox()
        self._curves = [c for c in curves if len(c.x) and c.name]
        self._names: list[_Name] = []
        if len(self._curves) < 2:
            return
        metrics = QFontMetrics(theme.font("small"))
        for curve in self._curves:
            item = pg.TextItem(curve.name, color=theme.colour("muted") if len(curve.x) == 1 else curve.colour)
            item.setFont(theme.font("small"))
            plot.addItem(item, ignoreBounds=True)
            self._names.append(_Name(item, metrics.horizontalAdvance(curve.name) + 6.0, metrics.height() + 2.0))
        self.arrange()

    def arrange(self) -> None:
        """Give each name the place, of those along its curve, that covers least and is farthest from other curves."""
        if not self._names:
            return
        area = QRectF(0, 0, self._box.width(), self._box.height())
        lines = [self._pixels(curve, area) for curve in self._curves]
        taken: list[QRectF] = []
        for position, name in enumerate(self._names):
            others = np.concatenate([line for at, line in enumerate(lines) if at != position])
            places = list(_places(lines[position], name))
            costs = [_cost(place, area, lines[position], others, taken) for place in places]
            best = places[int(np.argmin(costs))]
            taken.append(best)
            self._move(name, best, area)

    def _pixels(self, curve: Drawn, area: QRectF) -> Floats:
        """Points along the curve, evenly spread between its first and last, in pixels of the plot."""
        (x0, x1), (y0, y1) = self._box.viewRange()
        x = (curve.x - x0) / (x1 - x0) * area.width()
        y = (y1 - curve.y) / (y1 - y0) * area.height()
        if len(x) == 1:
            return np.column_stack([x, y])
        way = np.concatenate([[0.0], np.cumsum(np.nan_to_num(np.hypot(np.diff(x), np.diff(y))))])
        steps = np.linspace(0.0, way[-1], _SAMPLES)
        return np.column_stack([np.interp(steps, way, x), np.interp(steps, way, y)])

    def _move(self, name: _Name, place: QRectF, area: QRectF) -> None:
        (x0, x1), (y0, y1) = self._box.viewRange()
        x = x0 + place.left() / max(1.0, area.width()) * (x1 - x0)
        y = y1 - place.top() / max(1.0, area.height()) * (y1 - y0)
        name.item.setPos(x, y)


def _places(line: Floats, name: _Name) -> Iterator[QRectF]:
    """Beside a point; above and below a curve, and at the sides of what runs upright, at several places along it."""
    width, height = name.width, name.height
    for x, y in line[np.linspace(0, len(line) - 1, min(_PLACES, len(line))).astype(int)]:
        gap = _GAP if len(line) > 1 else _GAP + 3
        yield QRectF(x + gap, y - height / 2, width, height)
        yield QRectF(x - gap - width, y - height / 2, width, height)
        for left in (x - width / 2, x, x - width):
            yield QRectF(left, y - gap - height, width, height)
            yield QRectF(left, y + gap, width, height)


def _cost(place: QRectF, area: QRectF, own: Floats, others: Floats, taken: Sequence[QRectF]) -> float:
    cost = 0.0 if area.contains(place) else _OUTSIDE
    cost += _ON_A_NAME * sum(place.intersects(name) for name in taken)
    for points in (own, others):
        x, y = points[:, 0], points[:, 1]
        inside = (x > place.left() - 2) & (x < place.right() + 2) & (y > place.top() - 1) & (y < place.bottom() + 1)
        cost += _COVERED * int(inside.sum())
    centre = place.center()
    nearest = np.hypot(others[:, 0] - centre.x(), (others[:, 1] - centre.y()) * 2)
    clear = float(np.nanmin(nearest)) if np.isfinite(nearest).any() else _FAR
    return cost - min(_FAR, clear) / _FAR * (_COVERED / 2 if len(own) > 1 else 0.0)
