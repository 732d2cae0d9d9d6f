"""The queue of doubtful labels as a table, with what was decided about each."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtWidgets import QAbstractItemView

from app.learning.labels.file import Decision
from app.learning.labels.records import Doubt
from app.text.words import Words
from app.ui.models.records import Column, RecordTableModel
from app.ui.theme import Kind, Theme
from app.ui.widgets.cells import ChipCell
from app.ui.widgets.table import Table

_KINDS: dict[Decision, Kind] = {Decision.KEEP: "good", Decision.CHANGE: "warning", Decision.LEAVE_OUT: "bad"}


class DecidedDoubt(msgspec.Struct, frozen=True, kw_only=True):
    """A doubt, and what the analyst says of it; None as long as nothing."""

    doubt: Doubt
    decision: Decision | None = None


class LabelsTable(Table):
    """Several rows can be chosen together; they are keyed by their number."""

    def __init__(self, theme: Theme, words: Words) -> None:
        self._words = words
        columns = [
            Column[DecidedDoubt](words("ui_datasets.labels.row"), self._row, right=True, sort=_number),
            Column[DecidedDoubt](words("ui_datasets.labels.given"), _given),
            Column[DecidedDoubt](words("ui_datasets.labels.likely"), _likely, tone="strong"),
            Column[DecidedDoubt](
                words("ui_datasets.labels.confidence"), self._confidence, right=True, sort=_confidence
            ),
            Column[DecidedDoubt](words("ui_datasets.labels.decision"), self._decision, drawn=self._chip),
        ]
        self.doubts: RecordTableModel[DecidedDoubt] = RecordTableModel(theme, columns, key=_key)
        super().__init__(theme, self.doubts, name=words("ui_datasets.labels.title"))
        self.doubts.setParent(self)
        self.setObjectName("datasets.labels_table")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.fit_columns(stretch=4)

    def chosen(self) -> list[DecidedDoubt]:
        """The rows that are selected."""
        return [self.doubts.row(index.row()) for index in self.selectionModel().selectedRows()]

    def decide(self, decision: Decision) -> None:
        """Say it of the selected rows, and go to the next one that is open."""
        rows = {one.doubt.row for one in self.chosen()}
        shown = self.doubts.rows()
        last = max((place for place, one in enumerate(shown) if one.doubt.row in rows), default=-1)
        self.doubts.set_rows(
            [msgspec.structs.replace(one, decision=decision) if one.doubt.row in rows else one for one in shown]
        )
        following = self.doubts.rows()[last + 1 :]
        open_one = next((place for place, one in enumerate(following, last + 1) if one.decision is None), last)
        if open_one >= 0:
            self.selectRow(open_one)

    def show_doubts(self, doubts: Sequence[Doubt]) -> None:
        """Show a queue of which nothing is decided."""
        self.doubts.set_rows([DecidedDoubt(doubt=doubt) for doubt in doubts])
        if doubts:
            self.selectRow(0)

    def _row(self, one: DecidedDoubt) -> str:
        return self._words.number(one.doubt.row)

    def _confidence(self, one: DecidedDoubt) -> str:
        return self._words.percent(one.doubt.confidence, 1)

    def _decision(self, one: DecidedDoubt) -> str:
        return self._words(f"ui_datasets.labels.said.{one.decision}") if one.decision is not None else ""

    def _chip(self, one: DecidedDoubt) -> ChipCell | None:
        return ChipCell(self._decision(one), _KINDS[one.decision]) if one.decision is not None else None


def _key(one: DecidedDoubt) -> str:
    return str(one.doubt.row)


def _number(one: DecidedDoubt) -> int:
    return one.doubt.row


def _confidence(one: DecidedDoubt) -> float:
    return one.doubt.confidence


def _given(one: DecidedDoubt) -> str:
    return one.doubt.given


def _likely(one: DecidedDoubt) -> str:
    return one.doubt.likely
