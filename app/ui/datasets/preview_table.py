"""The view of the preview: a header of two lines (name; type, note) that opens the choice of types."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QFontMetrics, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QWidget

from app.data.records import ColumnType
from app.text.words import Words
from app.ui import theme as tokens
from app.ui.datasets.choices import DETECTED
from app.ui.datasets.preview import PreviewModel
from app.ui.theme import Theme
from app.ui.widgets.basics import chip_size, paint_chip
from app.ui.widgets.table import Table

_NARROWEST, _WIDEST, _JUDGED_ROWS, _JUDGED_COLUMNS = 88, 280, 30, 300


class TypeHeader(QHeaderView):
    """Name in the first line; in the second the type as a chip that opens a menu, and a note."""

    def __init__(self, theme: Theme, model: PreviewModel, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme, self._model = theme, model
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._theme.size(52))

    def wanted_width(self, section: int) -> int:
        """How wide a section must be to show its name, type and note."""
        column = self._model.column(section)
        name = QFontMetrics(self._theme.font(strong=True)).horizontalAdvance(column.name)
        chip = chip_size(self._theme, self._model.chip(section)).width()
        note = self._model.note(section)
        beside = QFontMetrics(self._theme.font("small")).horizontalAdvance(note) + tokens.PAD if note else 0
        return max(name, chip + beside) + 2 * tokens.PAD + tokens.GAP

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803
        painter.save()
        painter.fillRect(rect, self._theme.colour("card"))
        painter.setPen(QPen(self._theme.colour("line"), 0))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        inside = rect.adjusted(tokens.PAD, tokens.GAP, -tokens.PAD, -tokens.GAP)
        half = inside.height() // 2
        self._paint_name(painter, QRect(inside.left(), inside.top(), inside.width(), half), logicalIndex)
        self._paint_type(painter, QRect(inside.left(), inside.top() + half, inside.width(), half), logicalIndex)
        painter.restore()

    def _paint_name(self, painter: QPainter, area: QRect, section: int) -> None:
        painter.setFont(self._theme.font(strong=True))
        painter.setPen(self._theme.colour("text"))
        name = painter.fontMetrics().elidedText(
            self._model.column(section).name.strip(), Qt.TextElideMode.ElideRight, area.width()
        )
        painter.drawText(area, self._side(section), name)

    def _paint_type(self, painter: QPainter, area: QRect, section: int) -> None:
        """The chip on the side of the cells; the note beside it."""
        text, right = self._model.chip(section), self._model.is_right(section)
        size = chip_size(self._theme, text)
        width = min(size.width(), area.width())
        top = area.center().y() - size.height() / 2 + 0.5
        left = area.right() + 1 - width if right else area.left()
        paint_chip(painter, QRectF(left, top, width, size.height()), self._theme, text, "accent")
        beside = width + tokens.PAD
        rest = area.adjusted(0, 0, -beside, 0) if right else area.adjusted(beside, 0, 0, 0)
        if rest.width() > tokens.WIDE:
            painter.setPen(self._theme.colour("muted"))
            note = painter.fontMetrics().elidedText(
                self._model.note(section), Qt.TextElideMode.ElideRight, rest.width()
            )
            painter.drawText(rest, self._side(section), note)

    def _side(self, section: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if self._model.is_right(section) else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


class PreviewTable(Table):
    """The preview. ``typed(column, type)`` says that another type was chosen (``detected``: none of the user's).

    By keyboard: arrows move, Enter or Alt+Down opens the types of the column.
    """

    typed = Signal(str, str)

    def __init__(self, theme: Theme, words: Words) -> None:
        self.preview = PreviewModel(theme, words)
        super().__init__(theme, self.preview, name=words("ui_datasets.preview.title"))
        self.preview.setParent(self)
        self._words = words
        self._corrected: frozenset[str] = frozenset()
        self._wanted: list[int] = []
        self.setObjectName("datasets.preview")
        self.setAccessibleDescription(words("ui_datasets.preview.help"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.header = TypeHeader(theme, self.preview, self)
        self.setHorizontalHeader(self.header)
        self.header.sectionClicked.connect(self.open_types)
        self._menu = QMenu(self)
        self._menu.setObjectName("datasets.types")
        self._menu.triggered.connect(self._on_type_chosen)

    def fit(self, corrected: frozenset[str]) -> None:
        """After the model changed: widths by what is shown, and which types are the user's."""
        self._corrected = corrected
        self._wanted = []
        metrics = QFontMetrics(self._theme.font(tabular=True))
        for section in range(min(self.preview.columnCount(), _JUDGED_COLUMNS)):
            widest = self.header.wanted_width(section)
            for row in range(min(self.preview.rowCount(), _JUDGED_ROWS)):
                text = str(self.preview.index(row, section).data() or "")
                widest = max(widest, metrics.horizontalAdvance(text[:60]) + 2 * tokens.PAD + tokens.GAP)
            limits = self._theme.size(_NARROWEST), self._theme.size(_WIDEST)
            self._wanted.append(max(limits[0], min(limits[1], widest)))
        self._spread()

    def _spread(self) -> None:
        """Wanted widths; room that is left over goes to all columns alike."""
        spare = self.viewport().width() - sum(self._wanted)
        each = max(0, spare // len(self._wanted)) if self._wanted else 0
        for section, width in enumerate(self._wanted):
            self.header.resizeSection(section, width + each)

    @Slot(int)
    def open_types(self, section: int) -> None:
        """Open the choice of types of a column, below its header."""
        column = self.preview.column(section)
        self._menu.clear()
        for type in ColumnType:
            self._add(self.preview.type_name(type), column.name, type, checked=type is column.type)
        if column.name in self._corrected:
            self._menu.addSeparator()
            self._add(self._words("ui_datasets.as_detected"), column.name, DETECTED)
        place = QPoint(self.header.sectionViewportPosition(section), self.header.height())
        self._menu.popup(self.header.viewport().mapToGlobal(place))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        down = event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if (down or enter) and self.currentIndex().isValid():
            self.open_types(self.currentIndex().column())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._spread()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.size(480), self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        rows = self._theme.size(tokens.ROW_HEIGHT) * min(3, max(2, self.preview.rowCount()))
        return QSize(self._theme.size(160), self.header.sizeHint().height() + rows + self._theme.size(12))

    def _add(self, text: str, column: str, value: str, *, checked: bool = False) -> None:
        action = QAction(text, self._menu)
        action.setObjectName(f"datasets.type.{value}")
        action.setCheckable(True)
        action.setChecked(checked)
        action.setData((column, str(value)))
        self._menu.addAction(action)

    @Slot(QAction)
    def _on_type_chosen(self, action: QAction) -> None:
        column, value = action.data()
        self.typed.emit(column, value)
