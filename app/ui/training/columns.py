"""Which columns to learn from: a list to tick, with the reason where leaving one out is proposed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QFrame, QListView, QWidget

from app.learning.records import PlannedColumn
from app.text.words import Words
from app.ui.theme import Theme
from app.ui.widgets.basics import column

_ROWS_SHOWN = 8
Index = QModelIndex | QPersistentModelIndex


class ColumnModel(QAbstractListModel):
    """The columns of the plan, with what the analyst ticked differently."""

    ticked = Signal()

    def __init__(self, words: Words, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._columns: tuple[PlannedColumn, ...] = ()
        self.overrides: dict[str, bool] = {}

    def set_columns(self, columns: Sequence[PlannedColumn]) -> None:
        """Show another plan; what was ticked by hand stays."""
        self.beginResetModel()
        self._columns = tuple(columns)
        self.endResetModel()

    def used(self, column: PlannedColumn) -> bool:
        """Whether it will be learned from."""
        return self.overrides.get(column.name, column.used)

    def columns(self) -> tuple[PlannedColumn, ...]:
        return self._columns

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        column = self._columns[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{column.name} · {self._words.text(column.reason)}" if column.reason else column.name
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if self.used(column) else Qt.CheckState.Unchecked
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole) and column.reason:
            return self._words.text(column.reason)
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        self.overrides[self._columns[index.row()].name] = Qt.CheckState(value) == Qt.CheckState.Checked
        self.dataChanged.emit(index, index)
        self.ticked.emit()
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable


class ColumnChoice(QWidget):
    """The list. ``changed`` is sent for the analyst's ticks only."""

    changed = Signal()

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self._model = ColumnModel(words, self)
        self._model.ticked.connect(self.changed)
        view = QListView()
        view.setObjectName("training.column_list")
        view.setAccessibleName(words("ui_training.column_list"))
        view.setModel(self._model)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setUniformItemSizes(True)
        view.setFixedHeight(theme.size(32) * _ROWS_SHOWN)
        self.setLayout(column(view))

    def set_columns(self, columns: Sequence[PlannedColumn]) -> None:
        """Show the columns of a plan."""
        self._model.set_columns(columns)

    def forget(self) -> None:
        """Another target: what was ticked by hand no longer counts."""
        self._model.overrides.clear()

    def excluded(self) -> tuple[str, ...]:
        """Columns that the analyst left out against the proposal."""
        return tuple(name for name, used in self._model.overrides.items() if not used)

    def included(self) -> tuple[str, ...]:
        """Columns that the analyst took in against the proposal."""
        return tuple(name for name, used in self._model.overrides.items() if used)

    def ticked(self) -> dict[str, bool]:
        """What the analyst ticked or unticked by hand."""
        return dict(self._model.overrides)

    def tick(self, columns: dict[str, bool]) -> None:
        """Tick and untick these by hand again."""
        self._model.overrides.update(columns)

    def counts(self) -> tuple[int, int]:
        """How many are used, of how many."""
        columns = self._model.columns()
        return sum(self._model.used(c) for c in columns), len(columns)
