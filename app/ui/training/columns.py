"""Which columns to learn from: a list to tick, with the reason where leaving one out is proposed; and in which
direction a column of numbers may work."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QListView, QWidget

from app.data.records import ColumnType
from app.learning.records import PlannedColumn
from app.text.words import Words
from app.ui.theme import Theme
from app.ui.widgets.basics import button, column, label
from app.ui.widgets.form import Dropdown, Field, Option

_ROWS_SHOWN = 8
_NAMED = 4
_WAYS = {0: "free", 1: "never_falls", -1: "never_rises"}
_NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER)
Index = QModelIndex | QPersistentModelIndex


class ColumnModel(QAbstractListModel):
    """The columns of the plan, with what the analyst ticked differently."""

    ticked = Signal()

    def __init__(self, words: Words, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._columns: tuple[PlannedColumn, ...] = ()
        self.overrides: dict[str, bool] = {}
        self.directions: dict[str, int] = {}

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
            return " · ".join([column.name, *self._said_of(column)])
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if self.used(column) else Qt.CheckState.Unchecked
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole) and column.reason:
            return self._words.text(column.reason)
        return None

    def _said_of(self, column: PlannedColumn) -> list[str]:
        way = self.directions.get(column.name, 0)
        said = [self._words(f"ui_training.direction.{_WAYS[way]}.short")] if way else []
        return [*said, *([self._words.text(column.reason)] if column.reason else [])]

    def direct(self, row: int, way: int) -> None:
        """Set in which direction the column of a row may work."""
        name = self._columns[row].name
        self.directions.pop(name, None)
        if way:
            self.directions[name] = way
        self.dataChanged.emit(self.index(row, 0), self.index(row, 0))
        self.ticked.emit()

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
        self._view = view = QListView()
        view.setObjectName("training.column_list")
        view.setAccessibleName(words("ui_training.column_list"))
        view.setModel(self._model)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setUniformItemSizes(True)
        view.setFixedHeight(theme.size(32) * _ROWS_SHOWN)
        view.selectionModel().currentChanged.connect(self._on_current_changed)
        self._model.modelReset.connect(self._on_columns_reset)
        self._direction = Dropdown(theme, [Option(w, words(f"ui_training.direction.{w}")) for w in _WAYS.values()])
        self._direction.setObjectName("training.direction")
        self._direction.chosen.connect(self._on_direction_chosen)
        self._words = words
        self._direction_field = Field("", self._direction, words("ui_training.direction.help"))
        self._direction_field.hide()
        self.setLayout(column(view, self._direction_field))

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        numeric = current.isValid() and self._model.columns()[current.row()].type in _NUMBERS
        self._direction_field.setVisible(numeric)
        if numeric:
            name = self._model.columns()[current.row()].name
            self._direction_field.set_caption(self._words("ui_training.direction", column=name))
            self._direction.set_value(_WAYS[self._model.directions.get(name, 0)])

    @Slot()
    def _on_columns_reset(self) -> None:
        self._direction_field.hide()

    @Slot(str)
    def _on_direction_chosen(self, chosen: str) -> None:
        current = self._view.currentIndex()
        if current.isValid():
            self._model.direct(current.row(), next(way for way, word in _WAYS.items() if word == chosen))

    def set_columns(self, columns: Sequence[PlannedColumn]) -> None:
        """Show the columns of a plan."""
        self._model.set_columns(columns)

    def forget(self) -> None:
        """Another target: what was ticked by hand no longer counts."""
        self._model.overrides.clear()
        self._model.directions.clear()

    def excluded(self) -> tuple[str, ...]:
        """Columns that the analyst left out against the proposal."""
        return tuple(name for name, used in self._model.overrides.items() if not used)

    def included(self) -> tuple[str, ...]:
        """Columns that the analyst took in against the proposal."""
        return tuple(name for name, used in self._model.overrides.items() if used)

    def increasing(self) -> tuple[str, ...]:
        """Columns with which the prediction never falls."""
        return tuple(name for name, way in self._model.directions.items() if way > 0)

    def decreasing(self) -> tuple[str, ...]:
        """Columns with which the prediction never rises."""
        return tuple(name for name, way in self._model.directions.items() if way < 0)

    def directions(self) -> dict[str, int]:
        """Both, as 1 and -1."""
        return dict(self._model.directions)

    def direct(self, directions: dict[str, int]) -> None:
        """Set these directions again, and no others."""
        self._model.directions.clear()
        self._model.directions.update(directions)

    def ticked(self) -> dict[str, bool]:
        """What the analyst ticked or unticked by hand."""
        return dict(self._model.overrides)

    def tick(self, columns: dict[str, bool]) -> None:
        """Tick and untick these by hand again, and no others."""
        self._model.overrides.clear()
        self._model.overrides.update(columns)

    def left_out(self) -> tuple[str, ...]:
        """The columns that aren't learned from."""
        return tuple(c.name for c in self._model.columns() if not self._model.used(c))

    def counts(self) -> tuple[int, int]:
        """How many are used, of how many."""
        columns = self._model.columns()
        return sum(self._model.used(c) for c in columns), len(columns)


class ColumnsHead(QWidget):
    """How many columns are learned from, as a button that opens the list, and the names of those that aren't."""

    def __init__(self, words: Words, clicked: Callable[[], None]) -> None:
        super().__init__()
        self._words = words
        self._button = button("", clicked, "link")
        self._button.setObjectName("training.columns")
        self._left_out = label("", "small-muted")
        self._left_out.setObjectName("training.left_out")
        self._left_out.setWordWrap(True)
        self.setLayout(column(self._button, self._left_out))

    def say(self, columns: ColumnChoice) -> None:
        """What is chosen in the list."""
        used, total = columns.counts()
        left = columns.left_out()
        self.setVisible(total > 0)
        sign = "▴" if columns.isVisible() else "▾"
        self._button.setText(f"{self._words('ui_training.columns', used=used, total=total)} {sign}")
        named = ", ".join(left[:_NAMED]) + (", …" if len(left) > _NAMED else "")
        self._left_out.setText(self._words("ui_training.columns.left_out", names=named))
        self._left_out.setVisible(bool(left))
