"""The chart of one column: upright bars for a histogram, lying ones for words. Hover or arrow keys give the values."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.data.records import Bars, ColumnProfile, Histogram
from app.text.message import amount
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.datasets.cells import TEMPORAL
from app.ui.datasets.summary import spoken_distribution, written
from app.ui.theme import Theme

_MOST_WORDS = 10
_LEFT, _FOOT, _HEAD = 44, 22, 8


def nice_step(span: float, wanted: int) -> float:
    """A step of 1, 2 or 5 times a power of ten that cuts ``span`` into about ``wanted`` pieces."""
    if span <= 0 or not math.isfinite(span):
        return 1.0
    raw = span / max(1, wanted)
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)


def nice_ticks(low: float, high: float, wanted: int) -> list[float]:
    """Round values within ``low`` to ``high``."""
    step = nice_step(high - low, wanted)
    first = math.ceil(low / step - 1e-9)
    return [step * k for k in range(first, math.floor(high / step + 1e-9) + 1)][:20]


@dataclass(frozen=True)
class Bar:
    """A bar: its words and how many rows it stands for."""

    label: str
    count: int
    rest: bool = False


class ColumnChart(QWidget):
    """Shows a :class:`ColumnProfile`."""

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self._theme, self._words = theme, words
        self._profile: ColumnProfile | None = None
        self._bars: list[Bar] = []
        self._current = -1
        self.setObjectName("datasets.chart")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._on_theme_changed)

    def show_column(self, profile: ColumnProfile) -> None:
        """Draw this column."""
        self._profile, self._current = profile, -1
        self._bars = self._bars_of(profile)
        self.setAccessibleName(self._words("ui_datasets.chart.name", column=profile.name))
        self.setAccessibleDescription(spoken_distribution(profile, self._words))
        self.setVisible(bool(self._bars))
        self.updateGeometry()
        self.update()

    def _bars_of(self, profile: ColumnProfile) -> list[Bar]:
        chart = profile.chart
        if isinstance(chart, Histogram):
            edges = [written(profile, edge, self._words) for edge in chart.edges]
            return [Bar(f"{edges[i]} – {edges[i + 1]}", count) for i, count in enumerate(chart.counts)]
        if chart is None:
            return []
        made = [Bar(word, n) for word, n in zip(chart.labels, chart.counts, strict=False)][:_MOST_WORDS]
        rest = chart.rest + sum(chart.counts[_MOST_WORDS:])
        return [*made, Bar(self._words("ui_datasets.chart.rest"), rest, rest=True)] if rest else made

    @property
    def _lying(self) -> bool:
        return self._profile is not None and isinstance(self._profile.chart, Bars)

    def bar_text(self, position: int) -> str:
        """What is said of a bar."""
        bar, total = self._bars[position], max(1, sum(bar.count for bar in self._bars))
        return self._words(
            "ui_datasets.chart.bar", label=bar.label, n=bar.count, share=amount(bar.count / total, "percent")
        )

    # Size and drawing

    def sizeHint(self) -> QSize:
        size = self._theme.size
        return QSize(size(280), size(24) * len(self._bars) + tokens.PAD if self._lying else size(190))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.size(160), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._bars:
            return
        painter = QPainter(self)
        painter.setFont(self._theme.font("small", tabular=True))
        if self._lying:
            self._paint_lying(painter)
        else:
            self._paint_upright(painter)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), tokens.GRID, tokens.GRID)
        painter.end()

    def _area(self) -> QRectF:
        size = self._theme.size
        return QRectF(self.rect()).adjusted(size(_LEFT), size(_HEAD), -tokens.PAD, -size(_FOOT))

    def _paint_upright(self, painter: QPainter) -> None:
        area, highest = self._area(), max(1, max(bar.count for bar in self._bars))
        step = max(1.0, nice_step(highest, 3))
        top = step * math.ceil(highest / step)
        for value in (step * k for k in range(round(top / step) + 1)):
            y = area.bottom() - area.height() * value / top
            painter.setPen(QPen(self._theme.colour("line"), 0))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(self._theme.colour("muted"))
            room = QRectF(0, y - 10, area.left() - tokens.PAD, 20)
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._short(value))
        painter.setPen(Qt.PenStyle.NoPen)
        for position, bar in enumerate(self._bars):
            painter.setBrush(self._colour(position))
            place = self._upright_place(position, area)
            tall = max(1.0, area.height() * bar.count / top) if bar.count else 0.0
            painter.drawRect(QRectF(place.left(), area.bottom() - tall, place.width(), tall))
        self._paint_foot(painter, area)

    def _short(self, value: float) -> str:
        for factor, sign in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
            if value >= factor:
                scale = 1e3 if sign == "k" else factor
                return f"{self._words.significant(value / scale, digits=3)} {sign}"
        return self._words.number(round(value))

    def _paint_foot(self, painter: QPainter, area: QRectF) -> None:
        profile = self._profile
        if profile is None or not isinstance(profile.chart, Histogram):
            return
        low, high = profile.chart.edges[0], profile.chart.edges[-1]
        ticks = [low, high] if profile.type in TEMPORAL else nice_ticks(low, high, 4) or [low]
        painter.setPen(self._theme.colour("muted"))
        free = -1.0
        for tick in ticks:
            x = area.left() + area.width() * ((tick - low) / (high - low) if high > low else 0.5)
            text = written(profile, tick, self._words)
            width = painter.fontMetrics().horizontalAdvance(text) + 2
            left = min(max(0.0, x - width / 2), self.width() - width)
            if left < free:
                continue
            free = left + width + tokens.PAD
            painter.drawText(QRectF(left, area.bottom() + 4, width, self._theme.size(16)), text)

    def _paint_lying(self, painter: QPainter) -> None:
        highest = max(1, max(bar.count for bar in self._bars))
        names, counts = self._lying_widths(painter)
        for position, bar in enumerate(self._bars):
            row = self._lying_row(position)
            painter.setPen(self._theme.colour("muted" if bar.rest else "text"))
            text = painter.fontMetrics().elidedText(bar.label or "␣", Qt.TextElideMode.ElideRight, int(names))
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(4, row.top(), names, row.height()), middle, text)
            painter.setPen(self._theme.colour("muted"))
            count = QRectF(self.width() - counts - 4, row.top(), counts, row.height())
            painter.drawText(count, middle | Qt.AlignmentFlag.AlignRight, self._words.number(bar.count))
            room = self.width() - names - counts - 8 - 2 * tokens.PAD
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._colour(position))
            wide = max(1.0, room * bar.count / highest)
            painter.drawRect(QRectF(names + 4 + tokens.PAD, row.top() + 4, wide, row.height() - 8))

    def _lying_widths(self, painter: QPainter) -> tuple[float, float]:
        metrics = painter.fontMetrics()
        names = max(metrics.horizontalAdvance(bar.label) for bar in self._bars) + 4
        counts = max(metrics.horizontalAdvance(self._words.number(bar.count)) for bar in self._bars)
        return min(float(names), self.width() * 0.45), float(counts)

    def _colour(self, position: int) -> object:
        if self._bars[position].rest:
            return self._theme.colour("muted")
        return self._theme.colour("accent") if position == self._current else self._theme.series(0)

    # Pointing at a bar

    def _upright_place(self, position: int, area: QRectF) -> QRectF:
        step = area.width() / len(self._bars)
        return QRectF(area.left() + position * step, area.top(), max(1.0, step - 1), area.height())

    def _lying_row(self, position: int) -> QRectF:
        height = self._theme.size(24)
        return QRectF(0, tokens.GRID + position * height, self.width(), height)

    def _bar_at(self, place: QPointF) -> int:
        for position in range(len(self._bars)):
            area = self._lying_row(position) if self._lying else self._upright_place(position, self._area())
            if area.contains(place):
                return position
        return -1

    def _point_at(self, position: int) -> None:
        if position != self._current:
            self._current = position
            self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            position = self._bar_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.bar_text(position) if position >= 0 else "", self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self._bar_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        back, on = (Qt.Key.Key_Left, Qt.Key.Key_Up), (Qt.Key.Key_Right, Qt.Key.Key_Down)
        if event.key() not in (*back, *on) or not self._bars:
            super().keyPressEvent(event)
            return
        moved = self._current + (1 if event.key() in on else -1)
        self._point_at(max(0, min(len(self._bars) - 1, moved)))
        text = self.bar_text(self._current)
        self.setAccessibleDescription(text)
        QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), text, self)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()
