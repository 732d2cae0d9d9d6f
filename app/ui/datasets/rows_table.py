"""The rows of a stored version: a virtual table that asks the reader for what is looked at."""

from __future__ import annotations

from app.data.reader_protocol import Cell
from app.data.records import Column, ColumnProfile, ColumnType
from app.ui.datasets.cells import NUMERIC, CellFormat, Marks, looks_like_years
from app.ui.models.paged import DataColumn, PagedTableModel
from app.ui.session import Session
from app.ui.widgets.table import Table

_WIDTHS = {ColumnType.TEXT: 220, ColumnType.CATEGORY: 150, ColumnType.DATETIME: 170}


class _Write:
    """Puts a typed cell of the reader into words."""

    def __init__(self, format_: CellFormat) -> None:
        self._format = format_

    def __call__(self, cell: Cell) -> str:
        return self._format(cell if isinstance(cell, str) else repr(cell))


class RowsTable(Table):
    """Scrolls through any number of rows."""

    def __init__(self, session: Session) -> None:
        self._words = session.words
        self.paged = PagedTableModel(session)
        super().__init__(session.theme, self.paged, name=session.words("ui_datasets.part.rows"))
        self.paged.setParent(self)
        self.setObjectName("datasets.rows")
        self._session = session

    def show_rows(self, path: str, rows: int, columns: tuple[Column, ...], profiles: tuple[ColumnProfile, ...]) -> None:
        """Show the stored table at ``path``."""
        marks = Marks(self._words)
        known = {profile.name: profile for profile in profiles}
        shown = [
            DataColumn(c.name, _Write(self._format(marks, c, known.get(c.name))), right=c.type in NUMERIC)
            for c in columns
        ]
        self.paged.show_table(path, rows, shown)
        for section, column in enumerate(columns):
            least = self.fontMetrics().horizontalAdvance(column.name) + self._session.theme.size(24)
            width = self._session.theme.size(_WIDTHS.get(column.type, 110))
            self.setColumnWidth(section, max(least, width))

    def _format(self, marks: Marks, column: Column, profile: ColumnProfile | None) -> CellFormat:
        ends = profile.quantiles if profile is not None else ()
        years = column.type is ColumnType.INTEGER and bool(ends) and looks_like_years(ends[0], ends[-1])
        return CellFormat(self._words, marks, column.type, grouped=not years)
