"""Columns with the question when they are known: suspects first, with what a quick model is without each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QAbstractItemView

from app.data.known.records import Known, When
from app.learning.findings.records import FindAnswer, Without
from app.text.message import amount
from app.text.words import Words
from app.ui.models.records import Column, RecordTableModel
from app.ui.theme import Kind, Theme
from app.ui.widgets.cells import ChipCell
from app.ui.widgets.table import Table

_KINDS: dict[When, Kind] = {When.BEFORE: "good", When.AFTER: "bad", When.UNKNOWN: "neutral"}


@dataclass(frozen=True)
class KnownRow:
    """A column, whether it is suspected, its score without it, and the answer."""

    name: str
    suspected: bool
    without: Without | None
    when: When | None


def rows_of(answer: FindAnswer, held: Known, names: Sequence[str]) -> list[KnownRow]:
    """A row for each column but the target."""
    scores = {one.columns[0]: one for one in answer.scores if len(one.columns) == 1}
    rest = [name for name in names if name != answer.target and name not in answer.suspects]
    return [
        KnownRow(name, name in answer.suspects, scores.get(name), held.columns.get(name))
        for name in (*answer.suspects, *rest)
    ]


class KnownTable(Table):
    """Several rows can be chosen together; they are keyed by the column's name."""

    def __init__(self, theme: Theme, words: Words) -> None:
        self._words = words
        columns = [
            Column[KnownRow](words("ui_datasets.known.column"), _name, tone="strong", hint=_name),
            Column[KnownRow](words("ui_datasets.known.suspicion"), self._suspicion, drawn=self._suspicion_chip),
            Column[KnownRow](words("ui_datasets.known.score"), self._score, right=True),
            Column[KnownRow](words("ui_datasets.known.answer"), self._answer, drawn=self._answer_chip),
        ]
        self.known: RecordTableModel[KnownRow] = RecordTableModel(theme, columns, key=_name)
        super().__init__(theme, self.known, name=words("ui_datasets.known.title"))
        self.known.setParent(self)
        self.setObjectName("known.table")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.fit_columns(stretch=0, widths={1: 150, 2: 190, 3: 150})

    def chosen(self) -> list[str]:
        """The names of the columns that are selected."""
        return [self.known.row(index.row()).name for index in self.selectionModel().selectedRows()]

    def _suspicion(self, row: KnownRow) -> str:
        return self._words("ui_datasets.finding.leak") if row.suspected else ""

    def _suspicion_chip(self, row: KnownRow) -> ChipCell:
        return ChipCell(self._suspicion(row), "warning")

    def _score(self, row: KnownRow) -> str:
        if row.without is None:
            return ""
        ends = {"every": amount(row.without.every, "metric"), "without": amount(row.without.without, "metric")}
        return self._words("ui_datasets.known.from_to", **ends)

    def _answer(self, row: KnownRow) -> str:
        return self._words(f"findings.when.{row.when}") if row.when is not None else ""

    def _answer_chip(self, row: KnownRow) -> ChipCell:
        return ChipCell(self._answer(row), _KINDS[row.when] if row.when is not None else "neutral")


def _name(row: KnownRow) -> str:
    return row.name
