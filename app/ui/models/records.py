"""The one table model of the window: rows are whatever structs a page holds, columns say how to show them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QModelIndex, QObject, Qt

from app.ui.models.look import LEFT, RIGHT, Index, Look, TableModel, Tone
from app.ui.models.tips import plain_tip
from app.ui.theme import Theme

Row = TypeVar("Row")

KEY = Qt.ItemDataRole.UserRole + 2  # the id of a row's record


@dataclass(frozen=True)
class Column(Generic[Row]):
    """How a column is made from a row.

    ``text`` is what is read (also by a screen reader, and for a drawn column); ``drawn`` is handed to the table's
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


class RecordTableModel(TableModel, Generic[Row]):
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
        super().__init__(theme, parent)
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

    def look(self, row: int, column: int) -> Look:
        spec = self._columns[column]
        drawn = spec.drawn(self._rows[row]) if spec.drawn is not None else None
        return Look(self._text(row, column), spec.right, spec.tone, drawn)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == KEY:
            return self._key(self._rows[index.row()]) if self._key is not None else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            hint = self._columns[index.column()].hint
            return plain_tip(hint(self._rows[index.row()])) if hint is not None else None
        return super().data(index, role)

    def _text(self, row: int, column: int) -> str:
        """Written once: a number takes Babel longer than all the rest of a cell's painting."""
        place = (row, column)
        if place not in self._texts:
            self._texts[place] = self._columns[column].text(self._rows[row])
        return self._texts[place]

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
