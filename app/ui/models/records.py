"""The one table model of the window: rows are whatever structs a page holds, columns say how to show them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from app.ui.theme import Theme

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
Tone = Literal["normal", "muted", "strong"]

DRAWN = Qt.ItemDataRole.UserRole + 1  # what a delegate draws: a Chip, an Interval, a sparkline's counts
KEY = Qt.ItemDataRole.UserRole + 2  # the id of a row's record
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Column(Generic[Row]):
    """How a column is made from a row.

    ``text`` is what is read (also by a screen reader, and for a drawn column); ``drawn`` is handed to the column's
    delegate; ``sort`` orders rows (default: by text).
    """

    title: str
    text: Callable[[Row], str]
    right: bool = False
    tone: Tone = "normal"
    drawn: Callable[[Row], object] | None = None
    hint: Callable[[Row], str] | None = None
    sort: Callable[[Row], object] | None = None
    help: str = ""


class RecordTableModel(QAbstractTableModel, Generic[Row]):
    """A read-only table of structs. ``key`` names a row, so that a selection survives a reload."""

    def __init__(
        self,
        theme: Theme,
        columns: Sequence[Column[Row]],
        rows: Sequence[Row] = (),
        *,
        key: Callable[[Row], str] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._columns = tuple(columns)
        self._rows = list(rows)
        self._texts: dict[tuple[int, int], str] = {}
        self._key = key

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._texts.clear()
        self._rows = list(rows)
        self.endResetModel()

    def set_columns(self, columns: Sequence[Column[Row]], rows: Sequence[Row]) -> None:
        """Show other columns and rows."""
        self.beginResetModel()
        self._texts.clear()
        self._columns, self._rows = tuple(columns), list(rows)
        self.endResetModel()

    def row(self, index: int) -> Row:
        """The struct in row ``index``."""
        return self._rows[index]

    def rows(self) -> list[Row]:
        """Every struct, in the order shown."""
        return list(self._rows)

    def find(self, key: str) -> int:
        """The row whose key is ``key``; -1 where there is none."""
        if self._key is None:
            return -1
        return next((i for i, row in enumerate(self._rows) if self._key(row) == key), -1)

    # Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        column, row = self._columns[index.column()], self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return "" if column.drawn is not None else self._text(index.row(), index.column())
        if role == DRAWN:
            return column.drawn(row) if column.drawn is not None else None
        if role == KEY:
            return self._key(row) if self._key is not None else ""
        return self._look(column, row, role)

    def _text(self, row: int, column: int) -> str:
        """Written once: a number takes Babel longer than all the rest of a cell's painting."""
        place = (row, column)
        if place not in self._texts:
            self._texts[place] = self._columns[column].text(self._rows[row])
        return self._texts[place]

    def _look(self, column: Column[Row], row: Row, role: int) -> object:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.right else LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.hint(row) if column.hint is not None else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return column.text(row)
        if role == Qt.ItemDataRole.ForegroundRole and column.tone == "muted":
            return QColor(self._theme.colours.muted)
        if role == Qt.ItemDataRole.FontRole and column.tone == "strong":
            return self._theme.font(strong=True, tabular=True)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal or section >= len(self._columns):
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.right else LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.help or None
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order the rows by a column."""
        spec = self._columns[column]
        self.layoutAboutToBeChanged.emit()
        self._texts.clear()
        self._rows.sort(key=spec.sort or spec.text, reverse=order == Qt.SortOrder.DescendingOrder)  # type: ignore[arg-type]
        self.layoutChanged.emit()
