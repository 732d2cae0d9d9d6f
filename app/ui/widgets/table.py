"""The table: one look for every list of records."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QLine, QModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from app.ui import theme as tokens
from app.ui.models.look import TableModel
from app.ui.models.records import KEY
from app.ui.theme import Theme
from app.ui.widgets.cells import CellDelegate

_NARROWEST = 64
"""Of a column that gives way."""


class Table(QTableView):
    """A table of records. ``picked(key)`` is sent when a row is chosen, ``opened(key)`` for a double click or Enter.

    With ``whole`` the table is as high as its rows and the page scrolls instead of it.
    """

    picked = Signal(str)
    opened = Signal(str)

    def __init__(self, theme: Theme, model: TableModel, *, name: str, whole: bool = False) -> None:
        super().__init__()
        self._theme, self._whole = theme, whole
        self._choosing = False
        self._uncut: int | None = None
        self._give_way: int | None = None
        self._fixed: dict[int, int] = {}
        self.setModel(model)
        self.setAccessibleName(name)
        self.setItemDelegate(CellDelegate(theme, model, self))
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

    def fit_columns(
        self,
        *,
        stretch: int | None = None,
        widths: Mapping[int, int] | None = None,
        uncut: bool = False,
        give_way: int | None = None,
    ) -> None:
        """Columns as wide as what they hold; ``stretch`` takes the rest, ``widths`` fixes some (pixels at scale 1).

        With ``uncut`` the column that stretches shows all that it holds: where there is no room, one of ``widths`` that
        may ``give_way`` gets narrower and then hides, and the table scrolls sideways if it must.
        """
        header = self.horizontalHeader()
        self._uncut, self._give_way, self._fixed = stretch if uncut else None, give_way, dict(widths or {})
        for section in range(self.model().columnCount()):
            mode = QHeaderView.ResizeMode.Stretch if section == stretch else QHeaderView.ResizeMode.ResizeToContents
            header.setSectionResizeMode(section, mode)
        for section, width in self._fixed.items():
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(section, self._theme.size(width))
        self._keep_uncut()

    def needed_width(self) -> int:
        """How wide the columns are that show all that they hold, without one that gives way."""
        header = self.horizontalHeader()
        known = {section: self._theme.size(width) for section, width in self._fixed.items()}
        sections = [s for s in range(self.model().columnCount()) if s != self._give_way]
        widest = (known.get(s) or max(self.sizeHintForColumn(s), header.sectionSizeHint(s)) for s in sections)
        return sum(widest)

    def _keep_uncut(self) -> None:
        if self._uncut is None:
            return
        header, modes, room = self.horizontalHeader(), QHeaderView.ResizeMode, self.viewport().width()
        spare = room - self.needed_width()
        if self._give_way is not None:
            width = min(self._theme.size(self._fixed[self._give_way]), spare)
            self.setColumnHidden(self._give_way, width < self._theme.size(_NARROWEST))
            header.resizeSection(self._give_way, max(width, self._theme.size(_NARROWEST)))
        fits = spare >= 0
        header.setSectionResizeMode(self._uncut, modes.Stretch if fits else modes.ResizeToContents)
        self.updateGeometry()

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

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._keep_uncut()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self._paint_lines(event.rect())

    def _paint_lines(self, area: QRect) -> None:
        """Below each row, as far as its last column goes."""
        first, last = self.rowAt(area.top()), self.rowAt(area.bottom())
        if first < 0:
            return
        rows = range(first, (last if last >= 0 else self.model().rowCount() - 1) + 1)
        bottoms = [self.rowViewportPosition(row) + self.rowHeight(row) - 1 for row in rows]
        right = self.horizontalHeader().length() - self.horizontalHeader().offset() - 1
        painter = QPainter(self.viewport())
        painter.setPen(QPen(self._theme.colour("line"), 0))
        painter.drawLines([QLine(0, bottom, right, bottom) for bottom in bottoms])
        painter.end()

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
