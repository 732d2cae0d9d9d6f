"""The table as it will be: a live preview whose header takes corrections of the types."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from app.data.records import ColumnType, InspectedColumn
from app.text.words import Words
from app.ui.datasets.cells import CellFormat, formats_of
from app.ui.models.records import LEFT, RIGHT
from app.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
COLUMN = Qt.ItemDataRole.UserRole + 10  # the InspectedColumn of a header section


class PreviewModel(QAbstractTableModel):
    """The first rows of an import, put into the reader's language as they are painted."""

    def __init__(self, theme: Theme, words: Words, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme, self._words = theme, words
        self._missing = words("ui_datasets.missing")
        self._columns: tuple[InspectedColumn, ...] = ()
        self._rows: tuple[tuple[str | None, ...], ...] = ()
        self._formats: list[CellFormat] = []

    def show(self, columns: tuple[InspectedColumn, ...], rows: tuple[tuple[str | None, ...], ...]) -> None:
        """Show another reading of the file."""
        self.beginResetModel()
        self._columns, self._rows = columns, rows
        self._formats = formats_of(self._words, [column.type for column in columns], rows)
        self.endResetModel()

    def column(self, section: int) -> InspectedColumn:
        """The column in a section of the header."""
        return self._columns[section]

    def note(self, section: int) -> str:
        """What is said of a column beside its type."""
        column = self._columns[section]
        if column.note is not None:
            return self._words.text(column.note)
        return self._words("ui_datasets.preview.missing", n=column.missing) if column.missing else ""

    def type_name(self, type: ColumnType) -> str:
        """A type in words."""
        return self._words(f"ui_datasets.type.{type}")

    # Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        section = index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            cell = self._cell(index)
            return self._missing if cell is None else self._formats[section](cell)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self._formats[section].right else LEFT
        if role == Qt.ItemDataRole.ForegroundRole and self._cell(index) is None:
            return QColor(self._theme.colours.muted)
        return None

    def _cell(self, index: Index) -> str | None:
        row = self._rows[index.row()]
        return row[index.column()] if index.column() < len(row) else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal or section >= len(self._columns):
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.name
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return " · ".join(part for part in (column.name, self.type_name(column.type), self.note(section)) if part)
        return None
