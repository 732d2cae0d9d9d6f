"""The left rail: the datasets of the project, each with its newest version and rows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.text.words import Words
from app.ui import theme as tokens
from app.ui.datasets.versions import Version
from app.ui.models.records import KEY
from app.ui.theme import Theme
from app.ui.widgets.basics import Card, button

Index = QModelIndex | QPersistentModelIndex
_DETAIL = Qt.ItemDataRole.UserRole + 3


class DatasetListModel(QAbstractListModel):
    """Names with a line below each."""

    def __init__(self, words: Words, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._versions: list[Version] = []

    def show(self, newest: Sequence[Version]) -> None:
        """Show the newest version of each dataset."""
        self.beginResetModel()
        self._versions = list(newest)
        self.endResetModel()

    def find(self, name: str) -> int:
        """The row of a dataset; -1 where it isn't there."""
        return next((i for i, version in enumerate(self._versions) if version.name == name), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._versions)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        version = self._versions[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return version.name
        if role == KEY:
            return version.id
        if role == _DETAIL:
            return self._words("ui_datasets.rail.detail", version=version.number, n=version.body.rows)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{version.name}, {index.data(_DETAIL)}"
        return None


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.text = ""
        option.state &= ~QStyle.StateFlag.State_HasFocus

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self._theme.size(80), self._theme.size(52))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        inside = option.rect.adjusted(tokens.PAD, 7, -tokens.PAD, -7)
        painter.save()
        half = inside.height() // 2
        self._line(painter, QRect(inside.left(), inside.top(), inside.width(), half), str(index.data()), strong=True)
        below = QRect(inside.left(), inside.top() + half, inside.width(), half)
        self._line(painter, below, str(index.data(_DETAIL)), strong=False)
        painter.restore()

    def _line(self, painter: QPainter, area: QRect, text: str, *, strong: bool) -> None:
        painter.setFont(self._theme.font(strong=True) if strong else self._theme.font("small"))
        painter.setPen(self._theme.colour("text" if strong else "muted"))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


class Rail(Card):
    """The list and the import button. ``picked(id)`` is sent for the user's choice only."""

    picked = Signal(str)

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__(words("ui_datasets.rail.title"))
        self.model = DatasetListModel(words, self)
        self.list = QListView()
        self.list.setObjectName("datasets.list")
        self.list.setAccessibleName(words("ui_datasets.rail.title"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Delegate(theme, self.list))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.selectionModel().currentChanged.connect(self._on_current_changed)
        self.import_button = button(words("ui_datasets.import_button"))
        self.import_button.setObjectName("datasets.import")
        self.bin_button = button("", None, "link")
        self.bin_button.setObjectName("datasets.bin")
        self.bin_button.hide()
        self._words = words
        self.database_button = button(words("ui_datasets.rail.database"), None, "link")
        self.database_button.setObjectName("datasets.from_database")
        self._choosing = False
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self.bin_button)
        self.body.addWidget(self.import_button)
        self.body.addWidget(self.database_button)

    def show_datasets(self, newest: Sequence[Version], current: str) -> None:
        """Show these datasets, the one called ``current`` chosen."""
        self._choosing = True
        self.model.show(newest)
        row = self.model.find(current)
        if row >= 0:
            self.list.setCurrentIndex(self.model.index(row, 0))
        self._choosing = False

    def show_bin(self, count: int) -> None:
        """Say how many versions lie in the bin, where any do."""
        self.bin_button.setText(self._words("ui_datasets.rail.bin", n=count))
        self.bin_button.setVisible(count > 0)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex, before: QModelIndex) -> None:
        if current.isValid() and not self._choosing:
            self.picked.emit(current.data(KEY))
