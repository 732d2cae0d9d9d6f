"""The names of curves, written beside them where they cover least."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF

from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.ui.widgets.chart_parts import Drawn

Floats = npt.NDArray[np.float64]
_PLACES, _SAMPLES = 13, 240
_GAP, _FAR = 5.0, 60.0
_ASIDE, _RINGS = 14.0, 4
_COVERED, _OUTSIDE, _ON_A_NAME = 20.0, 2_000.0, 1_000.0


@dataclass
class _Name:
    item: pg.TextItem
    leader: pg.PlotCurveItem
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
        self._names = [_name(plot, theme, curve) for curve in self._curves]
        self.arrange()

    def arrange(self) -> None:
        """Give each name the place, of those along its curve, that covers least and is farthest from other curves.

        The name of a point that has no room beside it moves away, on a thin line; one that could only lie on another
        name is left out: the pointer says it.
        """
        if not self._names:
            return
        area = QRectF(0, 0, self._box.width(), self._box.height())
        lines = [self._pixels(curve, area) for curve in self._curves]
        whiskers = np.concatenate([self._whiskers(curve, area) for curve in self._curves])
        ends = np.concatenate([self._ends(curve, area) for curve in self._curves])
        taken: list[QRectF] = []
        for position, name in enumerate(self._names):
            others = np.concatenate([whiskers, *(line for at, line in enumerate(lines) if at != position)])
            places = [*_places(lines[position], name), *(_beyond(ends, name) if len(lines[position]) > 1 else ())]
            costs = [_cost(place, area, lines[position], others, taken) for place in places]
            best = places[int(np.argmin(costs))]
            fits = bool(min(costs) < _ON_A_NAME)
            name.item.setVisible(fits)
            if fits:
                taken.append(best)
                self._move(name, best, area)
            self._lead(name, lines[position], best, area, wanted=fits)

    def _pixels(self, curve: Drawn, area: QRectF) -> Floats:
        """Points along the curve, evenly spread between its first and last, in pixels of the plot."""
        x, y = self._to_pixels(curve.x, curve.y, area)
        if len(x) == 1:
            return np.column_stack([x, y])
        way = np.concatenate([[0.0], np.cumsum(np.nan_to_num(np.hypot(np.diff(x), np.diff(y))))])
        steps = np.linspace(0.0, way[-1], _SAMPLES)
        return np.column_stack([np.interp(steps, way, x), np.interp(steps, way, y)])

    def _whiskers(self, curve: Drawn, area: QRectF) -> Floats:
        """Points along the intervals of a curve of points, in pixels of the plot."""
        if not _has_whiskers(curve):
            return np.zeros((0, 2))
        steps = np.linspace(0.0, 1.0, _PLACES)[:, None]
        y = curve.low + steps * (curve.high - curve.low)
        return np.column_stack(self._to_pixels(np.broadcast_to(curve.x, y.shape).ravel(), y.ravel(), area))

    def _ends(self, curve: Drawn, area: QRectF) -> Floats:
        """x, top and bottom of each interval of a curve of points, in pixels of the plot."""
        if not _has_whiskers(curve):
            return np.zeros((0, 3))
        x, top = self._to_pixels(curve.x, curve.high, area)
        return np.column_stack([x, top, self._to_pixels(curve.x, curve.low, area)[1]])

    def _to_pixels(self, x: Floats, y: Floats, area: QRectF) -> tuple[Floats, Floats]:
        (x0, x1), (y0, y1) = self._box.viewRange()
        return (x - x0) / (x1 - x0) * area.width(), (y1 - y) / (y1 - y0) * area.height()

    def _to_values(self, x: float, y: float, area: QRectF) -> tuple[float, float]:
        (x0, x1), (y0, y1) = self._box.viewRange()
        return x0 + x / max(1.0, area.width()) * (x1 - x0), y1 - y / max(1.0, area.height()) * (y1 - y0)

    def _move(self, name: _Name, place: QRectF, area: QRectF) -> None:
        name.item.setPos(*self._to_values(place.left(), place.top(), area))

    def _lead(self, name: _Name, line: Floats, place: QRectF, area: QRectF, *, wanted: bool) -> None:
        """The thin line from a point to its name, where the name lies apart."""
        apart = wanted and len(line) == 1 and _distance(line[0], place) > _ASIDE
        name.leader.setVisible(apart)
        if apart:
            x, y = _nearest_end(line[0], place)
            start, end = self._to_values(line[0, 0], line[0, 1], area), self._to_values(x, y, area)
            name.leader.setData([start[0], end[0]], [start[1], end[1]])


def _has_whiskers(curve: Drawn) -> bool:
    return curve.points and len(curve.low) == len(curve.x) == len(curve.high)


def _name(plot: pg.PlotItem, theme: Theme, curve: Drawn) -> _Name:
    item = pg.TextItem(curve.name, color=theme.colour("muted") if len(curve.x) == 1 else curve.colour)
    item.setFont(theme.font("small"))
    item.textItem.document().setDocumentMargin(1.0)  # Qt's own would set the words beside their place
    item.updateTextPos()
    leader = pg.PlotCurveItem(pen=pg.mkPen(theme.colour("muted"), width=1), antialias=True)
    leader.setZValue(-1)
    for thing in (item, leader):
        plot.addItem(thing, ignoreBounds=True)
    size = item.textItem.boundingRect().size()
    return _Name(item, leader, size.width(), size.height())


def _places(line: Floats, name: _Name) -> Iterator[QRectF]:
    """Beside a point, or farther away from it; above and below a curve, and at the sides of what runs upright, at
    several places along it."""
    width, height = name.width, name.height
    alone = len(line) == 1
    for x, y in line[np.linspace(0, len(line) - 1, min(_PLACES, len(line))).astype(int)]:
        gap = _GAP + 3 if alone else _GAP
        for ring in range(_RINGS if alone else 1):
            away = gap + ring * height
            if ring == 0:
                yield QRectF(x + gap, y - height / 2, width, height)
                yield QRectF(x - gap - width, y - height / 2, width, height)
            for left in (x - width / 2, x + gap, x - gap - width) if ring else (x - width / 2, x, x - width):
                yield QRectF(left, y - away - height, width, height)
                yield QRectF(left, y + away, width, height)


def _beyond(ends: Floats, name: _Name) -> Iterator[QRectF]:
    """Above and below the intervals of points, at some of them."""
    for x, top, bottom in ends[:: max(1, len(ends) // _PLACES)]:
        for left in (x - name.width / 2, x, x - name.width):
            yield QRectF(left, top - _GAP - name.height, name.width, name.height)
            yield QRectF(left, bottom + _GAP, name.width, name.height)


def _cost(place: QRectF, area: QRectF, own: Floats, others: Floats, taken: Sequence[QRectF]) -> float:
    cost = 0.0 if area.contains(place) else _OUTSIDE
    cost += _ON_A_NAME * sum(place.intersects(name) for name in taken)
    for points in (own, others):
        x, y = points[:, 0], points[:, 1]
        inside = (x > place.left() - 5) & (x < place.right() + 5) & (y > place.top() - 4) & (y < place.bottom() + 4)
        cost += _COVERED * int(inside.sum())
    centre = place.center()
    nearest = np.hypot(others[:, 0] - centre.x(), (others[:, 1] - centre.y()) * 2)
    clear = float(np.nanmin(nearest)) if np.isfinite(nearest).any() else _FAR
    if len(own) > 1:
        return cost - min(_FAR, clear) / _FAR * (_COVERED / 2)
    return cost + _COVERED * _crossed(own[0], place, taken) + _distance(own[0], place) / _FAR


def _nearest_end(point: Floats, place: QRectF) -> tuple[float, float]:
    """The place's nearest spot to a point."""
    x, y = float(point[0]), float(point[1])
    return min(max(x, place.left()), place.right()), min(max(y, place.top()), place.bottom())


def _crossed(point: Floats, place: QRectF, names: Sequence[QRectF]) -> int:
    """How many names the thin line from a point to a place would run through."""
    steps = np.linspace(0.0, 1.0, _PLACES)
    ways = [a + steps * (b - a) for a, b in zip(point, _nearest_end(point, place), strict=True)]
    spots = [QPointF(x, y) for x, y in zip(*ways, strict=True)]
    return sum(any(name.contains(spot) for spot in spots) for name in names)


def _distance(point: Floats, place: QRectF) -> float:
    x, y = _nearest_end(point, place)
    return float(np.hypot(x - point[0], y - point[1]))
