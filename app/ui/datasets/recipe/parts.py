"""Editors made of several: a column or a number, keys of a join, measures of an aggregate."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.data.recipe.steps import Function, Measure, Plain
from app.data.types import ColumnType
from app.ui import theme as tokens
from app.ui.datasets.recipe.scene import Scene
from app.ui.widgets.basics import button, label
from app.ui.widgets.form import Dropdown, Option, line_edit

_NUMBER, _NONE = "\0number", ""


def columns_of(scene: Scene, names: Sequence[str]) -> list[Option]:
    """Columns as choices, with their types."""
    words = scene.words
    return [Option(n, n, words(f"ui_datasets.type.{scene.types[n]}") if n in scene.types else "") for n in names]


class Operand(QWidget):
    """A column, or a number (of a difference of days: a day) that is typed."""

    def __init__(self, scene: Scene, types: tuple[ColumnType, ...], name: str) -> None:
        super().__init__()
        self._scene = scene
        other = Option(_NUMBER, scene.words("ui_datasets.step.constant"))
        self.column = Dropdown(scene.theme, [*columns_of(scene, scene.columns(types)), other])
        self.constant = line_edit()
        for widget in (self.column, self.constant):
            widget.setAccessibleName(name)
        self.column.chosen.connect(self._on_chosen)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(tokens.PAD)
        layout.addWidget(self.column, 1)
        layout.addWidget(self.constant, 1)
        self._on_chosen(self.column.value())

    def value(self) -> Plain | None:
        """The column's name, or the number."""
        if self.column.value() != _NUMBER:
            return self.column.value()
        typed = self.constant.text().strip()
        number = self._scene.number(typed)
        return number if number is not None else typed or None

    def set_value(self, value: Plain) -> None:
        """Show this."""
        if isinstance(value, str) and value in self._scene.types:
            self.column.set_value(value)
        else:
            self.column.set_value(_NUMBER)
            self.constant.setText(self._scene.shown(value))
        self._on_chosen(self.column.value())

    @Slot(str)
    def _on_chosen(self, value: str) -> None:
        self.constant.setVisible(value == _NUMBER)


class Lines(QWidget):
    """Rows of editors, of which more can be asked for; ``make`` makes one."""

    def __init__(self, scene: Scene, make: Callable[[], QWidget], name: str) -> None:
        super().__init__()
        self._make, self._name = make, name
        self._lines = QVBoxLayout()
        self._lines.setSpacing(tokens.GAP)
        more = button(scene.words("ui_datasets.step.more"), self.add, "link")
        more.setAccessibleName(f"{name}: {more.text()}")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(tokens.GAP)
        layout.addLayout(self._lines)
        layout.addWidget(more)
        self.add()

    @Slot()
    def add(self) -> QWidget:
        """One more line."""
        made = self._make()
        made.setAccessibleName(f"{self._name} {self._lines.count() + 1}")
        self._lines.addWidget(made)
        return made

    def lines(self) -> list[QWidget]:
        """Every line."""
        items = (self._lines.itemAt(at) for at in range(self._lines.count()))
        return [line for item in items if item is not None and (line := item.widget()) is not None]

    def want(self, count: int) -> list[QWidget]:
        """So many lines at least."""
        while self._lines.count() < count:
            self.add()
        return self.lines()


class KeyLine(QWidget):
    """A column here, and the one that it has to equal there."""

    def __init__(self, scene: Scene, there: Callable[[], Sequence[str]]) -> None:
        super().__init__()
        self._there = there
        nothing = Option(_NONE, scene.words("ui_datasets.step.no_column"))
        self._nothing = nothing
        self.here = Dropdown(scene.theme, [nothing, *columns_of(scene, scene.columns())])
        self.other = Dropdown(scene.theme, [nothing])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(tokens.PAD)
        layout.addWidget(self.here, 1)
        layout.addWidget(label("=", wrap=False))
        layout.addWidget(self.other, 1)
        self.here.chosen.connect(self._on_here_chosen)
        self.refresh()

    def refresh(self) -> None:
        """The other dataset is another one."""
        self.other.set_options([self._nothing, *(Option(name, name) for name in self._there())])

    @Slot(str)
    def _on_here_chosen(self, name: str) -> None:
        if not self.other.value() and name in self._there():
            self.other.set_value(name)


class MeasureLine(QWidget):
    """What is worked out of which column, over how many days, and what it is called."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        words = scene.words
        self._scene = scene
        functions = [Option(one, words(f"ui_datasets.step.function.{one}")) for one in Function]
        self.function = Dropdown(scene.theme, functions)
        nothing = Option(_NONE, words("ui_datasets.step.no_column"))
        self.column = Dropdown(scene.theme, [nothing, *columns_of(scene, scene.columns())])
        self.days = line_edit("", words("ui_datasets.step.days"))
        self.into = line_edit("", words("ui_datasets.step.called"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(tokens.PAD)
        for widget, stretch in ((self.function, 3), (self.column, 3), (self.days, 2), (self.into, 3)):
            layout.addWidget(widget, stretch)
        for dropdown in (self.function, self.column):
            dropdown.chosen.connect(self._on_chosen)
        self._on_chosen("")

    @Slot(str)
    def _on_chosen(self, _value: str) -> None:
        """A name that nobody typed follows from what is chosen."""
        self.column.setEnabled(self.function.value() != Function.ROWS)
        column = self.column.value()
        rows = self.function.value() == Function.ROWS
        self.into.setPlaceholderText("rows" if rows else f"{column}_{self.function.value()}" if column else "")

    def value(self) -> dict[str, object] | None:
        """As a measure; None where nothing was chosen."""
        rows = self.function.value() == Function.ROWS
        name = self.into.text().strip() or self.into.placeholderText()
        if not name or not (rows or self.column.value()):
            return None
        days = self._scene.number(self.days.text()) if self.days.text().strip() else 0
        column = "" if rows else self.column.value()
        whole = int(days) if days is not None and days == int(days) else -1
        return {"function": self.function.value(), "into": name, "column": column, "days": whole}

    def set_value(self, measure: Measure) -> None:
        """Show this."""
        told = msgspec.structs.asdict(measure)
        self.function.set_value(told["function"])
        self.column.set_value(told["column"])
        self.days.setText(str(measure.days) if measure.days else "")
        self.into.setText(measure.into)
        self._on_chosen("")
