"""What every table model of the window answers for a cell, in one go: the delegate asks once for each it paints."""

from __future__ import annotations

from typing import Literal, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
Tone = Literal["normal", "muted", "strong"]

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Look(NamedTuple):
    """A cell as it is painted: its text, or ``drawn`` (a chip, an interval, bars) instead of it."""

    text: str
    right: bool = False
    tone: Tone = "normal"
    drawn: object = None


class TableModel(QAbstractTableModel):
    """A read-only table whose cells are looked at through :meth:`look`."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def look(self, row: int, column: int) -> Look:
        """What to paint in a cell."""
        raise NotImplementedError

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        look = self.look(index.row(), index.column())
        if role == Qt.ItemDataRole.DisplayRole or role == Qt.ItemDataRole.AccessibleTextRole:
            return look.text
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if look.right else LEFT
        if role == Qt.ItemDataRole.FontRole and look.tone == "strong":
            return self._theme.font(strong=True, tabular=True)
        return None
