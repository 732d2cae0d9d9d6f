"""What a step does, row by row: cells with what they held, columns that are new, rows that go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.data.reader_protocol import Cell, PreviewAnswer, PreviewRow
from app.data.types import NUMBERS, Types
from app.errors import CicloError
from app.text.words import Words
from app.ui.datasets.cells import CellFormat, Marks, looks_like_years, reads_as_code
from app.ui.models.records import Column, RecordTableModel
from app.ui.theme import Theme
from app.ui.widgets.basics import Card, label
from app.ui.widgets.cells import ChipCell
from app.ui.widgets.messages import Notice
from app.ui.widgets.table import Table


@dataclass(frozen=True)
class _Cell:
    """How one column is written, and whether a step made it."""

    place: int
    format: CellFormat
    missing: str
    made: bool

    def text(self, row: PreviewRow) -> str:
        """The cell, and what it held."""
        now = self._written(row.cells[self.place])
        return f"{self._written(row.before[self.place])} → {now}" if self.place in row.before else now

    def drawn(self, row: PreviewRow) -> ChipCell | None:
        """A chip where something is new."""
        if self.place in row.before:
            return ChipCell(self.text(row), "warning")
        return ChipCell(self.text(row), "accent") if self.made else None

    def _written(self, cell: Cell) -> str:
        return self.missing if cell is None else self.format(cell if isinstance(cell, str) else repr(cell))


class PreviewCard(Card):
    """The card at the right."""

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__(words("ui_datasets.recipe.preview"))
        self._words = words
        self.setObjectName("datasets.recipe_preview")
        self.rows: RecordTableModel[PreviewRow] = RecordTableModel(theme, [])
        self.table = Table(theme, self.rows, name=words("ui_datasets.recipe.preview"))
        self.rows.setParent(self.table)
        self.table.setSortingEnabled(False)
        self._sentence = label("", "body")
        self._foot = label("", "small-muted")
        self.notice = Notice(theme, close_name=words("ui_datasets.close"))
        for widget in (self._sentence, self.notice):
            self.body.addWidget(widget)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self._foot)

    def show_sentence(self, sentence: str) -> None:
        """What step is looked at."""
        self._sentence.setText(sentence)

    @property
    def foot(self) -> str:
        """What is said of the rows that are shown."""
        return self._foot.text()

    def show_error(self, error: CicloError) -> None:
        """Why there is nothing to see."""
        self.notice.say_error(self._words, error)
        self.rows.set_columns([], [])
        self._foot.setText("")

    def show_answer(self, answer: PreviewAnswer, first: Sequence[str]) -> None:
        """Show the rows; the columns ``first`` and those that a step made stand at the left."""
        words = self._words
        self.notice.hide()
        order = sorted(answer.types, key=lambda name: (name not in first, name not in answer.made))
        columns = [self._column(name, answer, answer.types) for name in order]
        if any(one.gone for one in answer.rows):
            columns.insert(0, Column("", self._fate, drawn=self._fate_chip))
        self.rows.set_columns(columns, answer.rows)
        self.table.fit_columns()
        code = "whole" if answer.whole else "part"
        said = [words(f"ui_datasets.recipe.looked_{code}", n=answer.looked)]
        if any(one.before for one in answer.rows):
            said.append(words("ui_datasets.recipe.changed_first"))
        if answer.examples:
            said.append(words("ui_datasets.recipe.examples"))
        self._foot.setText(" ".join(said))

    def _column(self, name: str, answer: PreviewAnswer, types: Types) -> Column[PreviewRow]:
        place = list(types).index(name)
        type = types[name]
        held = [cell for row in answer.rows for cell in (row.cells[place], row.before.get(place))]
        numbers = [cell for cell in held if isinstance(cell, (int, float))]
        years = type in NUMBERS and bool(numbers) and looks_like_years(min(numbers), max(numbers))
        grouped = not (years or reads_as_code(name))
        format_ = CellFormat(self._words, Marks(self._words), type, grouped=grouped)
        format_.learn(numbers)
        cell = _Cell(place, format_, self._words("ui.table.missing"), name in answer.made)
        title = self._words("ui_datasets.recipe.new_column", column=name) if cell.made else name
        return Column(title, cell.text, right=type in NUMBERS, drawn=cell.drawn)

    def _fate(self, row: PreviewRow) -> str:
        return self._words("ui_datasets.recipe.goes" if row.gone else "ui_datasets.recipe.stays")

    def _fate_chip(self, row: PreviewRow) -> ChipCell:
        return ChipCell(self._fate(row), "bad" if row.gone else "good")
