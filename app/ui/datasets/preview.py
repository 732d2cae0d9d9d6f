"""The table as it will be: a live preview whose header takes corrections of the types."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, QObject, Qt

from app.data.records import ColumnType, InspectedColumn
from app.text.words import Words
from app.ui.datasets.cells import CellFormat, formats_of
from app.ui.models.look import Index, Look, TableModel
from app.ui.theme import Theme

COLUMN = Qt.ItemDataRole.UserRole + 10  # the InspectedColumn of a header section


class PreviewModel(TableModel):
    """The first rows of an import, put into the reader's language as they are painted."""

    def __init__(self, theme: Theme, words: Words, parent: QObject | None = None) -> None:
        super().__init__(theme, parent)
        self._words = words
        self._missing = words("ui_datasets.missing")
        self._columns: tuple[InspectedColumn, ...] = ()
        self._rows: tuple[tuple[str | None, ...], ...] = ()
        self._formats: list[CellFormat] = []
        self._corrected: dict[str, str] = {}

    def show(
        self,
        columns: tuple[InspectedColumn, ...],
        rows: tuple[tuple[str | None, ...], ...],
        decimals: tuple[int, ...] = (),
        corrected: Mapping[str, str] | None = None,
    ) -> None:
        """Show another reading of the file, with the decimals of the file where they are known. ``corrected`` are the
        columns whose type was set by hand, with what is said of that."""
        self.beginResetModel()
        self._columns, self._rows, self._corrected = columns, rows, dict(corrected or {})
        self._formats = formats_of(
            self._words, [column.type for column in columns], rows, decimals, [column.name for column in columns]
        )
        self.endResetModel()

    def is_right(self, section: int) -> bool:
        """Whether the cells of a column stand at the right."""
        return self._formats[section].right

    def chip(self, section: int) -> str:
        """The type of a column as its header says it, with a pencil where it was set by hand."""
        column = self._columns[section]
        mark = "✎ " if column.name in self._corrected else ""
        return f"{mark}{self.type_name(column.type)} ▾"

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

    def look(self, row: int, column: int) -> Look:
        cells, format_ = self._rows[row], self._formats[column]
        cell = cells[column] if column < len(cells) else None
        if cell is None:
            return Look(self._missing, format_.right, "muted")
        return Look(format_(cell), format_.right)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal or section >= len(self._columns):
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.name
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            said = (column.name, self.type_name(column.type), self._corrected.get(column.name), self.note(section))
            return " · ".join(part for part in said if part)
        return None
