"""What is expected of a dataset as a table: state, sentence, how many rows don't fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.data.expectations.editing import key_of
from app.data.expectations.records import Expectation, Result, Verdict
from app.data.expectations.words import broken_sentence, sentence
from app.text.words import Words
from app.ui.models.records import Column, RecordTableModel
from app.ui.theme import Kind, Theme
from app.ui.widgets.cells import ChipCell
from app.ui.widgets.table import Table

_KINDS: dict[Verdict, Kind] = {Verdict.MET: "good", Verdict.BROKEN: "warning", Verdict.UNCHECKED: "neutral"}
_ORDER = (Verdict.BROKEN, Verdict.UNCHECKED, Verdict.MET)


@dataclass(frozen=True)
class Row:
    """An expectation with what became of it; None while that isn't known."""

    expectation: Expectation
    result: Result | None = None


def rows_of(expectations: Sequence[Expectation], results: Sequence[Result] = ()) -> list[Row]:
    """A row for each expectation, what isn't met first."""
    known = {key_of(one.expectation): one for one in results}
    rows = [Row(one, known.get(key_of(one))) for one in expectations]
    return sorted(rows, key=_rank)


def _rank(row: Row) -> int:
    return _ORDER.index(row.result.verdict) if row.result is not None else 0


class ExpectationsTable(Table):
    """The table; rows are keyed by the name of the expectation."""

    def __init__(self, theme: Theme, words: Words) -> None:
        self._words = words
        columns = [
            Column[Row](words("expectations.ui.state"), self._state, drawn=self._chip),
            Column[Row](words("expectations.ui.expected"), self._expected, hint=self.told),
            Column[Row](words("expectations.ui.rows"), self._count, right=True),
        ]
        self.expectations: RecordTableModel[Row] = RecordTableModel(theme, columns, key=_key)
        super().__init__(theme, self.expectations, name=words("expectations.ui.title"))
        self.expectations.setParent(self)
        self.setObjectName("datasets.expectations")
        self.fit_columns(stretch=1, widths={0: 120, 2: 110})

    def told(self, row: Row) -> str:
        """What is expected; where it isn't met, with the evidence."""
        broken = row.result is not None and row.result.verdict is Verdict.BROKEN
        return self._words.text(broken_sentence(row.result) if broken and row.result else sentence(row.expectation))

    def _expected(self, row: Row) -> str:
        return self._words.text(sentence(row.expectation))

    def _state(self, row: Row) -> str:
        return self._words(f"expectations.ui.state.{row.result.verdict}") if row.result is not None else ""

    def _chip(self, row: Row) -> ChipCell:
        return ChipCell(self._state(row), _KINDS[row.result.verdict] if row.result is not None else "neutral")

    def _count(self, row: Row) -> str:
        return self._words.number(row.result.rows) if row.result is not None and row.result.rows else ""


def _key(row: Row) -> str:
    return key_of(row.expectation)
