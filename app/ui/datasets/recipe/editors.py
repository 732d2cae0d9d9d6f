"""The editor of each sort of entry: made, filled, and read again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from PySide6.QtWidgets import QCheckBox, QLineEdit, QPlainTextEdit, QWidget

from app.data.recipe.steps import Measure, Plain
from app.ui.datasets.recipe.forms import Asked, Want
from app.ui.datasets.recipe.lists import Ticks, WordPairs
from app.ui.datasets.recipe.parts import KeyLine, Lines, MeasureLine, Operand, columns_of
from app.ui.datasets.recipe.scene import Scene
from app.ui.widgets.form import Dropdown, Option, line_edit, text_edit

_NONE = ""
_CHOSEN = (Want.COLUMN, Want.CHOICE, Want.DATASET)
_LONG = (Want.VALUES, Want.LINES, Want.NUMBERS)


class Wrong(Exception):
    """An entry isn't what its field takes."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class Editors:
    """The editors of one form. Those of values ask which column is chosen, those of a join which dataset."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.made: dict[str, QWidget] = {}

    # What others depend on

    @property
    def column(self) -> str:
        """The column that is chosen."""
        chooser = self.made.get("column")
        return chooser.value() if isinstance(chooser, Dropdown) else ""

    def there(self) -> list[str]:
        """The columns of the dataset that is chosen."""
        chooser = self.made.get("dataset")
        return list(self._scene.datasets.get(chooser.value(), {})) if isinstance(chooser, Dropdown) else []

    def follow_column(self) -> None:
        """Another column was chosen."""
        pairs = self.made.get("words")
        if isinstance(pairs, WordPairs):
            pairs.show_column(self.column)

    def follow_dataset(self) -> None:
        """Another dataset was chosen."""
        for editor in self.made.values():
            if isinstance(editor, Lines):
                for line in editor.lines():
                    if isinstance(line, KeyLine):
                        line.refresh()
        ticks = self.made.get("columns")
        if isinstance(ticks, Ticks):
            ticks.show_names(self.there())

    # Making them

    def make(self, asked: Asked, caption: str) -> QWidget:
        """The editor of a field."""
        made = self.made[asked.name] = self._make(asked, caption)
        made.setObjectName(f"datasets.step.{asked.name}")
        return made

    def _make(self, asked: Asked, caption: str) -> QWidget:
        scene = self._scene
        makers: dict[Want, Callable[[], QWidget]] = {
            Want.COLUMNS: lambda: Ticks(scene, scene.columns(asked.types), caption),
            Want.THERE: lambda: Ticks(scene, self.there(), caption),
            Want.WORDS: lambda: WordPairs(scene, caption),
            Want.OPERAND: lambda: Operand(scene, asked.types, caption),
            Want.KEYS: lambda: Lines(scene, lambda: KeyLine(scene, self.there), caption),
            Want.MEASURES: lambda: Lines(scene, lambda: MeasureLine(scene), caption),
            Want.SWITCH: lambda: QCheckBox(caption),
        }
        makers |= dict.fromkeys(_CHOSEN, lambda: Dropdown(scene.theme, self._options(asked)))
        makers |= dict.fromkeys(_LONG, lambda: text_edit(scene.words("ui_datasets.step.one_a_line"), lines=4))
        return makers.get(asked.want, line_edit)()

    def _options(self, asked: Asked) -> list[Option]:
        scene, words = self._scene, self._scene.words
        if asked.want is Want.DATASET:
            return [Option(name, name) for name in scene.datasets]
        if asked.want is Want.CHOICE:
            return [Option(one, words(_choice(asked.name, one))) for one in asked.choices]
        none = [] if asked.least else [Option(_NONE, words("ui_datasets.step.no_column"))]
        return [*none, *columns_of(scene, scene.columns(asked.types))]

    # Reading them

    def read(self, asked: Asked) -> object:
        """What was entered; None where it is left out.

        Raises
        ------
        Wrong
            Where it is none of what the field takes.
        """
        editor = self.made[asked.name]
        found = self._read(asked, editor)
        if asked.least and (found is None or found == "" or _are_few(found, asked.least)):
            raise Wrong(asked.name)
        return found

    def _read(self, asked: Asked, editor: QWidget) -> object:
        if isinstance(editor, (Dropdown, Ticks, WordPairs, Operand)):
            return editor.value()
        if isinstance(editor, QCheckBox):
            return editor.isChecked()
        if isinstance(editor, Lines):
            return self._read_lines(editor)
        if isinstance(editor, QPlainTextEdit):
            return self._read_texts(asked, editor.toPlainText().splitlines())
        return self._read_text(asked, cast("QLineEdit", editor).text())

    def _read_text(self, asked: Asked, text: str) -> object:
        if asked.want is Want.WORD:
            return text
        text = text.strip()
        if not text or asked.want is Want.NAME:
            return text or None
        number = self._scene.value(text, self.column) if asked.want is Want.VALUE else self._scene.number(text)
        if number is None or (asked.want is Want.WHOLE and number != int(number)):
            raise Wrong(asked.name)
        return int(number) if asked.want is Want.WHOLE else number

    def _read_texts(self, asked: Asked, lines: Sequence[str]) -> list[Plain]:
        texts = [text for line in lines if (text := line if asked.want is Want.VALUES else line.strip())]
        if asked.want is Want.LINES:
            return list(texts)
        make: Callable[[str], Plain | None] = self._scene.number
        if asked.want is Want.VALUES:
            make = lambda text: self._scene.value(text, self.column)  # noqa: E731
        found = [make(text) for text in texts]
        if None in found:
            raise Wrong(asked.name)
        return [value for value in found if value is not None]

    def _read_lines(self, editor: Lines) -> object:
        lines = editor.lines()
        if any(isinstance(line, MeasureLine) for line in lines):
            told = [line.value() for line in lines if isinstance(line, MeasureLine)]
            return [one for one in told if one is not None]
        keys = [(line.here.value(), line.other.value()) for line in lines if isinstance(line, KeyLine)]
        return {here: other for here, other in keys if here and other}

    # Filling them

    def fill(self, asked: Asked, value: object) -> None:
        """Show what a step holds."""
        editor = self.made[asked.name]
        if isinstance(editor, WordPairs):
            editor.set_value(self.column, cast("dict[str, str]", value))
        elif isinstance(editor, Dropdown):
            editor.set_value(str(value))
        elif isinstance(editor, Ticks):
            editor.set_value(cast("Sequence[str]", value))
        elif isinstance(editor, Operand):
            editor.set_value(cast("Plain", value))
        elif isinstance(editor, QCheckBox):
            editor.setChecked(bool(value))
        elif isinstance(editor, Lines):
            self._fill_lines(editor, value)
        elif isinstance(editor, QPlainTextEdit):
            editor.setPlainText("\n".join(self._scene.shown(one) for one in cast("Sequence[Plain]", value)))
        elif isinstance(editor, QLineEdit):
            editor.setText(self._scene.shown(cast("Plain | None", value)))

    def _fill_lines(self, editor: Lines, value: object) -> None:
        if isinstance(value, Mapping):
            for line, (here, other) in zip(editor.want(len(value)), value.items(), strict=False):
                if isinstance(line, KeyLine):
                    line.here.set_value(here)
                    line.other.set_value(other)
            return
        measures = cast("Sequence[Measure]", value)
        for line, measure in zip(editor.want(len(measures)), measures, strict=False):
            if isinstance(line, MeasureLine):
                line.set_value(measure)


def _are_few(found: object, least: int) -> bool:
    return isinstance(found, (list, dict)) and len(found) < least


def _choice(field: str, value: str) -> str:
    """The id of a choice's words."""
    if field == "type":
        return f"ui_datasets.type.{value}"
    if field == "part":
        return f"data.date_part.{value}"
    return f"ui_datasets.step.{field}.{_NAMES.get(value, value)}"


_NAMES = {
    "+": "plus",
    "-": "minus",
    "*": "times",
    "/": "over",
    "=": "equal",
    "!=": "unequal",
    "<": "less",
    "<=": "at_most",
    ">": "more",
    ">=": "at_least",
    "in": "among",
    ".": "point",
    ",": "comma",
}
