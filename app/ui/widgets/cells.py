"""What a table's cells look like: their text, and what is drawn instead of it. A page of rows is painted in one turn of
the event loop: so a cell asks its model once, and a line of text is laid out once for as long as it is around."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen, QStaticText, QTransform
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.ui import theme as tokens
from app.ui.models.look import TableModel, Tone
from app.ui.theme import Kind, Theme
from app.ui.widgets.basics import chip_size, paint_chip

Index = QModelIndex | QPersistentModelIndex
_KEPT_LINES = 6000


@dataclass(frozen=True)
class ChipCell:
    """A chip in a cell (``Column(drawn=...)``)."""

    text: str
    kind: Kind = "neutral"


@dataclass(frozen=True)
class IntervalCell:
    """A value with its interval on the common axis ``low_end`` to ``high_end``; ``reference`` is a quiet mark."""

    value: float | None
    low: float | None
    high: float | None
    low_end: float = 0.0
    high_end: float = 1.0
    reference: float | None = None
    quiet: bool = False


@dataclass(frozen=True)
class BarsCell:
    """A small column chart: counts, drawn as high as the largest."""

    counts: Sequence[int]
    labels: Sequence[str] = ()


@dataclass(frozen=True)
class DotsCell:
    """``filled`` of ``total`` dots: complexity."""

    filled: int
    total: int = 4


Cell = ChipCell | IntervalCell | BarsCell | DotsCell


class _Lines:
    """Lines of text in one font and colour, elided and laid out once for each width."""

    def __init__(self, font: QFont, pen: QPen) -> None:
        self._font, self._pen = font, pen
        self._metrics = QFontMetricsF(font)
        self._made: OrderedDict[tuple[str, int], tuple[QStaticText, float]] = OrderedDict()

    def paint(self, painter: QPainter, cell: QRect, text: str, *, right: bool) -> None:
        """Write ``text`` into ``cell``, at its right or left."""
        width = cell.width()
        line, length = self._made.get((text, width)) or self._make(text, width)
        start = cell.x() + (width - tokens.PAD - length if right else tokens.PAD)
        painter.setFont(self._font)
        painter.setPen(self._pen)
        painter.drawStaticText(QPointF(start, cell.y() + (cell.height() - self._metrics.height()) // 2), line)

    def _make(self, text: str, width: int) -> tuple[QStaticText, float]:
        if len(self._made) >= _KEPT_LINES:
            self._made.popitem(last=False)
        plain = text.replace("\n", " ")
        room = width - 2 * tokens.PAD
        line, length = self._laid_out(plain)
        if length > room:
            line, length = self._laid_out(self._metrics.elidedText(plain, Qt.TextElideMode.ElideRight, room))
        self._made[text, width] = line, length
        return line, length

    def _laid_out(self, line: str) -> tuple[QStaticText, float]:
        made = QStaticText(line)
        made.setTextFormat(Qt.TextFormat.PlainText)
        made.prepare(QTransform(), self._font)
        return made, made.size().width()


class CellDelegate(QStyledItemDelegate):
    """Draws a cell: its text, or what its :class:`~app.ui.models.look.Look` hands over to be drawn."""

    def __init__(self, theme: Theme, model: TableModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._look = theme, model.look
        self._dress()
        theme.changed.connect(self._dress)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Without the style: asked for a cell's ground and text, it takes as long as for all the rest of the page."""
        place = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(place, self._selection)
        look = self._look(index.row(), index.column())
        if look.drawn is None:
            if look.text:
                self._lines[look.tone].paint(painter, place, look.text, right=look.right)
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inside = QRectF(place).adjusted(tokens.PAD, 0, -tokens.PAD, 0)
        paint_cell(painter, inside, self._theme, look.drawn, selected=selected)  # type: ignore[arg-type]
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        drawn = self._look(index.row(), index.column()).drawn
        if drawn is None:
            size = super().sizeHint(option, index)
            return QSize(size.width() + 2 * tokens.PAD, size.height())
        return QSize(_cell_width(self._theme, drawn) + 2 * tokens.PAD, self._theme.size(tokens.ROW_HEIGHT))  # type: ignore[arg-type]

    @Slot()
    def _dress(self) -> None:
        theme = self._theme
        plain, strong = theme.font(tabular=True), theme.font(strong=True, tabular=True)
        self._selection = theme.colour("accent_soft")
        self._lines: dict[Tone, _Lines] = {
            "normal": _Lines(plain, QPen(theme.colour("text"))),
            "muted": _Lines(plain, QPen(theme.colour("muted"))),
            "strong": _Lines(strong, QPen(theme.colour("text"))),
        }


def _cell_width(theme: Theme, drawn: Cell) -> int:
    match drawn:
        case ChipCell():
            return chip_size(theme, drawn.text).width() if drawn.text else 0
        case IntervalCell():
            return theme.size(190)
        case BarsCell():
            return theme.size(120)
        case DotsCell():
            return theme.size(14) * drawn.total


def paint_cell(painter: QPainter, area: QRectF, theme: Theme, drawn: Cell, *, selected: bool = False) -> None:
    """Draw what a delegate was handed."""
    match drawn:
        case ChipCell():
            _paint_chip_cell(painter, area, theme, drawn, selected)
        case IntervalCell():
            _paint_interval(painter, area, theme, drawn)
        case BarsCell():
            _paint_bars(painter, area, theme, drawn)
        case DotsCell():
            _paint_dots(painter, area, theme, drawn)


def _paint_chip_cell(painter: QPainter, area: QRectF, theme: Theme, cell: ChipCell, selected: bool) -> None:
    if cell.text:
        size = chip_size(theme, cell.text)
        width = min(float(size.width()), area.width())
        top = area.center().y() - size.height() / 2
        place = QRectF(area.left(), top, width, size.height())
        paint_chip(painter, place, theme, cell.text, cell.kind, selected=selected)


def _paint_interval(painter: QPainter, area: QRectF, theme: Theme, cell: IntervalCell) -> None:
    middle, span = area.center().y(), cell.high_end - cell.low_end or 1.0
    left, width = area.left() + 4, area.width() - 8

    def place(value: float) -> float:
        return left + width * min(1.0, max(0.0, (value - cell.low_end) / span))

    painter.setPen(QPen(theme.colour("line"), 0))
    painter.drawLine(QPointF(left, middle), QPointF(left + width, middle))
    colour = theme.colour("muted") if cell.quiet else theme.series(0)
    if cell.reference is not None:
        painter.setPen(QPen(theme.colour("muted"), 1))
        at = place(cell.reference)
        painter.drawLine(QPointF(at, middle - 6), QPointF(at, middle + 6))
    painter.setPen(Qt.PenStyle.NoPen)
    if cell.low is not None and cell.high is not None:
        soft = theme.colour("muted") if cell.quiet else theme.series(0)
        soft.setAlphaF(0.45)
        painter.setBrush(soft)
        start, end = place(cell.low), place(cell.high)
        painter.drawRoundedRect(QRectF(start, middle - 2, max(2.0, end - start), 4), 2, 2)
    if cell.value is not None:
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(place(cell.value), middle), 3, 3)


def _paint_bars(painter: QPainter, area: QRectF, theme: Theme, cell: BarsCell) -> None:
    if not cell.counts:
        return
    highest = max(max(cell.counts), 1)
    height, bottom = area.height() - 10, area.bottom() - 5
    step = area.width() / len(cell.counts)
    gap = 1.0 if step > 3 else 0.0
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.series(0))
    for position, count in enumerate(cell.counts):
        tall = max(1.0, height * count / highest) if count else 0.0
        painter.drawRect(QRectF(area.left() + position * step, bottom - tall, step - gap, tall))


def _paint_dots(painter: QPainter, area: QRectF, theme: Theme, cell: DotsCell) -> None:
    step, radius = theme.size(13), theme.size(4)
    painter.setPen(QPen(theme.series(2), 1))
    for position in range(cell.total):
        painter.setBrush(theme.series(2) if position < cell.filled else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(area.left() + radius + position * step, area.center().y()), radius, radius)
