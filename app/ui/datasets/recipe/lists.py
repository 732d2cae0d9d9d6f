"""Editors of lists: columns with a tick, and words beside what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHeaderView, QListView, QTableView

from app.ui.datasets.recipe.scene import Scene

_SHOWN, _SPARE = 7, 4


class Ticks(QListView):
    """Names, each with a tick."""

    def __init__(self, scene: Scene, names: Sequence[str], name: str) -> None:
        super().__init__()
        self.setProperty("role", "entry")
        self._names = QStandardItemModel(self)
        self.setModel(self._names)
        self.setAccessibleName(name)
        self.show_names(names)
        self.setFixedHeight(scene.theme.size(26) * min(_SHOWN, max(3, len(names))) + 6)

    def show_names(self, names: Sequence[str]) -> None:
        """Other names, none of them ticked."""
        self._names.clear()
        for text in names:
            item = QStandardItem(text)
            item.setEditable(False)
            item.setCheckable(True)
            self._names.appendRow(item)

    def value(self) -> list[str]:
        """The names that are ticked."""
        return [item.text() for item in self._items() if item.checkState() is Qt.CheckState.Checked]

    def set_value(self, chosen: Sequence[str]) -> None:
        """Tick these."""
        for item in self._items():
            item.setCheckState(Qt.CheckState.Checked if item.text() in chosen else Qt.CheckState.Unchecked)

    def _items(self) -> list[QStandardItem]:
        return [self._names.item(at) for at in range(self._names.rowCount())]


class WordPairs(QTableView):
    """Words and what each becomes; a word that becomes itself is left alone, one that becomes nothing is missing."""

    def __init__(self, scene: Scene, name: str) -> None:
        super().__init__()
        self.setProperty("role", "entry")
        self._scene = scene
        self._pairs = QStandardItemModel(0, 2, self)
        words = scene.words
        self._pairs.setHorizontalHeaderLabels([words("ui_datasets.step.word"), words("ui_datasets.step.becomes")])
        self.setModel(self._pairs)
        self.setAccessibleName(name)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(scene.theme.size(28))
        self.setFixedHeight(scene.theme.size(28) * (_SHOWN + 1) + 8)

    def show_column(self, column: str) -> None:
        """The words of a column, as far as they are known, and room for others."""
        self._fill({word: word for word in self._scene.known.get(column, ())})

    def set_value(self, column: str, pairs: Mapping[str, str]) -> None:
        """These pairs first, then the other words of the column."""
        self._fill({**pairs, **{word: word for word in self._scene.known.get(column, ()) if word not in pairs}})

    def value(self) -> dict[str, str]:
        """The words that become others."""
        model = self._pairs
        rows = [(model.item(at, 0).text(), model.item(at, 1).text()) for at in range(model.rowCount())]
        return {before: after for before, after in rows if before and before != after}

    def _fill(self, pairs: Mapping[str, str]) -> None:
        self._pairs.setRowCount(0)
        for before, after in (*pairs.items(), *([("", "")] * _SPARE)):
            known = QStandardItem(before)
            known.setEditable(not before)
            self._pairs.appendRow([known, QStandardItem(after)])
