"""The records that can't become rows: line, reason, raw text."""

from __future__ import annotations

from collections.abc import Sequence

from app.data.records import Rejected
from app.text.words import Words
from app.ui.models.records import Column, RecordTableModel
from app.ui.theme import Theme
from app.ui.widgets.table import Table

_LONGEST_RAW = 500
MOST_SHOWN = 10_000


class RejectedTable(Table):
    """A table of rejected records."""

    def __init__(self, theme: Theme, words: Words) -> None:
        self._words = words
        columns = [
            Column[Rejected](words("ui_datasets.rejected.line"), self._line, right=True, sort=_line_number),
            Column[Rejected](words("ui_datasets.rejected.reason"), self._reason),
            Column[Rejected](words("ui_datasets.rejected.raw"), _raw, tone="muted", hint=_raw),
        ]
        self.rejected: RecordTableModel[Rejected] = RecordTableModel(theme, columns)
        super().__init__(theme, self.rejected, name=words("ui_datasets.rejected.title"))
        self.rejected.setParent(self)
        self.setObjectName("datasets.rejected")
        self.fit_columns(stretch=2, widths={0: 72, 1: 320})

    def show_rejected(self, rejected: Sequence[Rejected]) -> None:
        """Show these."""
        self.rejected.set_rows(rejected[:MOST_SHOWN])

    def _line(self, one: Rejected) -> str:
        line = self._words.number(one.line)
        return f"{one.file} · {line}" if one.file else line

    def _reason(self, one: Rejected) -> str:
        return self._words.text(one.reason)


def _line_number(one: Rejected) -> tuple[str, int]:
    return one.file, one.line


def _raw(one: Rejected) -> str:
    return one.raw[:_LONGEST_RAW].replace("\t", "⇥").replace("\n", "⏎")


def balance(rows: int, rejected: int, words: Words) -> str:
    """``rows + rejected = records`` in words."""
    if not rejected:
        return words("ui_datasets.balance.none", n=rows)
    return words("ui_datasets.balance.some", n=rejected, rows=rows, records=rows + rejected)
