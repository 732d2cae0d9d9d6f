"""The table: one look for every list of records, and the delegates that draw into its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.ui import theme as tokens
from app.ui.models.records import DRAWN, KEY
from app.ui.theme import Kind, Theme
from app.ui.widgets.basics import chip_size, paint_chip

Index = QModelIndex | QPersistentModelIndex


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


class CellDelegate(QStyledItemDelegate):
    """Draws a cell: its ground and line, its text, and over it what ``Column.drawn`` gave."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Without the style: asked for a cell's ground and text, it takes as long as for all the rest of the page."""
        theme, area = self._theme, QRectF(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(area, theme.colour("accent_soft"))
        painter.setPen(QPen(theme.colour("line"), 0))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        inside = area.adjusted(tokens.PAD, 0, -tokens.PAD, 0)
        text = index.data(Qt.ItemDataRole.DisplayRole)
        if text:
            self._paint_text(painter, inside, option, index, text)
        drawn = index.data(DRAWN)
        if drawn is not None:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_cell(painter, inside, theme, drawn, selected=selected)
            painter.restore()

    def _paint_text(
        self, painter: QPainter, area: QRectF, option: QStyleOptionViewItem, index: Index, text: str
    ) -> None:
        font = index.data(Qt.ItemDataRole.FontRole) or option.font
        painter.setFont(font)
        painter.setPen(index.data(Qt.ItemDataRole.ForegroundRole) or self._theme.colour("text"))
        line = text.replace("\n", " ") if "\n" in text else text
        shown = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area, index.data(Qt.ItemDataRole.TextAlignmentRole), shown)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        drawn = index.data(DRAWN)
        if drawn is None:
            size = super().sizeHint(option, index)
            return QSize(size.width() + 2 * tokens.PAD, size.height())
        return QSize(_cell_width(self._theme, drawn) + 2 * tokens.PAD, self._theme.size(tokens.ROW_HEIGHT))


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


class Table(QTableView):
    """A table of records. ``picked(key)`` is sent when a row is chosen, ``opened(key)`` for a double click or Enter.

    With ``whole`` the table is as high as its rows and the page scrolls instead of it.
    """

    picked = Signal(str)
    opened = Signal(str)

    def __init__(self, theme: Theme, model: QAbstractItemModel, *, name: str, whole: bool = False) -> None:
        super().__init__()
        self._theme, self._whole = theme, whole
        self._choosing = False
        self.setModel(model)
        self.setAccessibleName(name)
        self.setItemDelegate(CellDelegate(theme, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._dress()
        theme.changed.connect(self._on_theme_changed)
        self.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self.doubleClicked.connect(self._on_double_clicked)
        model.modelReset.connect(self._on_reset)
        if whole:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            model.rowsInserted.connect(self._on_reset)
            model.rowsRemoved.connect(self._on_reset)

    def fit_columns(self, *, stretch: int | None = None, widths: Mapping[int, int] | None = None) -> None:
        """Columns as wide as what they hold; ``stretch`` takes the rest, ``widths`` fixes some (pixels at scale 1)."""
        header = self.horizontalHeader()
        for section in range(self.model().columnCount()):
            mode = QHeaderView.ResizeMode.Stretch if section == stretch else QHeaderView.ResizeMode.ResizeToContents
            header.setSectionResizeMode(section, mode)
        for section, width in (widths or {}).items():
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(section, self._theme.size(width))

    def pick(self, key: str) -> None:
        """Choose the row with that key without sending ``picked``."""
        find = getattr(self.model(), "find", None)
        row = find(key) if find is not None else -1
        self._choosing = True
        if row >= 0:
            self.selectRow(row)
        else:
            self.clearSelection()
        self._choosing = False

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._height()) if self._whole else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.size(160), self._height() if self._whole else self._theme.size(120))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._on_double_clicked(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _height(self) -> int:
        rows = self.model().rowCount() * self.verticalHeader().defaultSectionSize()
        bar = self.horizontalScrollBar().sizeHint().height() if self.horizontalScrollBar().maximum() else 0
        return rows + self.horizontalHeader().sizeHint().height() + bar + 2

    def _dress(self) -> None:
        self.setFont(self._theme.font(tabular=True))
        self.verticalHeader().setDefaultSectionSize(self._theme.size(tokens.ROW_HEIGHT))
        self.horizontalHeader().setMinimumSectionSize(self._theme.size(40))

    @Slot()
    def _on_theme_changed(self) -> None:
        self._dress()
        self.updateGeometry()

    @Slot()
    def _on_reset(self) -> None:
        self.updateGeometry()

    @Slot(QModelIndex, QModelIndex)
    def _on_row_changed(self, current: QModelIndex, before: QModelIndex) -> None:
        if current.isValid() and not self._choosing:
            self.picked.emit(current.data(KEY) or "")

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        self.opened.emit(index.data(KEY) or "")
