"""Two distributions of one column on one scale: the earlier version filled, the later one drawn over it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.data.records import ColumnType
from app.data.versions.records import ColumnChange, ShiftChart
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.datasets.cells import TEMPORAL
from app.ui.datasets.summary import moment_of
from app.ui.theme import Theme

_SOFT, _HEAD, _FOOT = 110, 26, 22


class ShiftView(QWidget):
    """Shows the chart of a :class:`ColumnChange`."""

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self._theme, self._words = theme, words
        self._chart: ShiftChart | None = None
        self._type = ColumnType.TEXT
        self._names = ("", "")
        self.setObjectName("datasets.shift_chart")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._on_theme_changed)

    def show_change(self, change: ColumnChange, names: tuple[str, str], described: str) -> None:
        """Draw this column's two distributions; ``names`` are those of the versions."""
        shift = change.shift
        self._chart = shift.chart if shift is not None else None
        self._type = ColumnType.INTEGER if shift is not None and shift.of_length else change.type
        self._names = names
        self.setAccessibleName(self._words("ui_datasets.compare.chart_name", column=change.name))
        self.setAccessibleDescription(described)
        self.setVisible(self._chart is not None)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        size = self._theme.size
        labels = len(self._lines()) if self._chart is not None and self._chart.labels else 0
        return QSize(size(300), size(_HEAD) + (size(34) * labels if labels else size(200)) + tokens.PAD)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.size(200), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._chart is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font("small", tabular=True))
        self._paint_names(painter)
        if self._chart.labels:
            self._paint_words(painter)
        else:
            self._paint_numbers(painter, self._chart)
        painter.end()

    def _colours(self) -> tuple[QColor, QColor]:
        soft = self._theme.series(0)
        soft.setAlpha(_SOFT)
        return soft, self._theme.series(1)

    def _paint_names(self, painter: QPainter) -> None:
        """The two versions, each with its sign, in place of a legend apart."""
        left, side = 4.0, self._theme.size(10)
        for name, colour, filled in zip(self._names, self._colours(), (True, False), strict=True):
            sign = QRectF(left, 7, side, side)
            painter.setPen(Qt.PenStyle.NoPen if filled else QPen(colour, 2))
            painter.setBrush(colour if filled else Qt.BrushStyle.NoBrush)
            painter.drawRect(sign)
            painter.setPen(self._theme.colour("text"))
            width = painter.fontMetrics().horizontalAdvance(name) + 4
            painter.drawText(QRectF(sign.right() + 6, 2, width, 20), Qt.AlignmentFlag.AlignVCenter, name)
            left = sign.right() + 6 + width + tokens.SPACE

    # Numbers and dates

    def _paint_numbers(self, painter: QPainter, chart: ShiftChart) -> None:
        size = self._theme.size
        area = QRectF(self.rect()).adjusted(4, size(_HEAD), -4, -size(_FOOT))
        top = max((*chart.before, *chart.after, 1e-9))
        painter.setPen(QPen(self._theme.colour("line"), 0))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        soft, strong = self._colours()
        for shares, fill in ((chart.before, True), (chart.after, False)):
            outline = self._outline(area, shares, top)
            painter.setPen(Qt.PenStyle.NoPen if fill else QPen(strong, 2))
            painter.setBrush(soft if fill else Qt.BrushStyle.NoBrush)
            painter.drawPolygon(outline) if fill else painter.drawPolyline(outline)
        self._paint_ends(painter, area, chart)

    def _outline(self, area: QRectF, shares: tuple[float, ...], top: float) -> QPolygonF:
        step = area.width() / max(1, len(shares))
        points = [area.bottomLeft()]
        for place, share in enumerate(shares):
            y = area.bottom() - area.height() * share / top
            points += [QPointF(area.left() + place * step, y), QPointF(area.left() + (place + 1) * step, y)]
        return QPolygonF([*points, area.bottomRight()])

    def _paint_ends(self, painter: QPainter, area: QRectF, chart: ShiftChart) -> None:
        painter.setPen(self._theme.colour("muted"))
        room = QRectF(area.left(), area.bottom() + 2, area.width(), self._theme.size(18))
        low, high = self._written(chart.edges[0]), self._written(chart.edges[-1])
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, low)
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, high)

    def _written(self, value: float) -> str:
        if self._type in TEMPORAL:
            try:  # stored moments are compared in seconds, days included
                moment = moment_of(ColumnType.DATETIME, value)
            except OverflowError:
                return self._words.significant(value)
            return self._words.date(moment)
        return self._words.significant(value)

    # Words

    def _lines(self) -> list[tuple[str, float, float]]:
        chart = self._chart
        if chart is None:
            return []
        lines = list(zip(chart.labels, chart.before, chart.after, strict=True))
        rest = [(self._words("ui_datasets.chart.rest"), *chart.rest)] if any(chart.rest) else []
        return [*lines, *rest]

    def _paint_words(self, painter: QPainter) -> None:
        lines, size = self._lines(), self._theme.size
        top = max(max(before, after) for _label, before, after in lines) or 1.0
        names = self.width() * 0.36
        shares = size(52)
        room = self.width() - names - shares - tokens.PAD
        for place, (label, before, after) in enumerate(lines):
            y = size(_HEAD) + place * size(34)
            painter.setPen(self._theme.colour("text"))
            text = painter.fontMetrics().elidedText(label or "␣", Qt.TextElideMode.ElideRight, int(names) - 8)
            painter.drawText(QRectF(4, y, names - 8, size(30)), Qt.AlignmentFlag.AlignVCenter, text)
            for offset, share, filled in ((3, before, True), (16, after, False)):
                bar = QRectF(names, y + size(offset), max(1.0, room * share / top), size(11))
                self._paint_bar(painter, bar, share, filled=filled)

    def _paint_bar(self, painter: QPainter, bar: QRectF, share: float, *, filled: bool) -> None:
        soft, strong = self._colours()
        painter.setPen(Qt.PenStyle.NoPen if filled else QPen(strong, 2))
        painter.setBrush(soft if filled else Qt.BrushStyle.NoBrush)
        painter.drawRect(bar if filled else bar.adjusted(1, 1, 0, -1))
        painter.setPen(self._theme.colour("muted"))
        said = QRectF(bar.right() + 4, bar.top() - 3, self._theme.size(52), bar.height() + 6)
        painter.drawText(said, Qt.AlignmentFlag.AlignVCenter, self._words.percent(share, 1))

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()
