"""The rows of a stored version: a virtual table that asks the reader for what is looked at."""

from __future__ import annotations

from app.data.reader_protocol import Cell
from app.data.records import Column, ColumnProfile, ColumnType
from app.ui import theme as tokens
from app.ui.datasets.cells import NUMERIC, CellFormat, Marks, looks_like_years, reads_as_code
from app.ui.models.paged import DataColumn, PagedTableModel
from app.ui.session import Session
from app.ui.widgets.table import Table

_WIDTHS = {
    ColumnType.IDENTIFIER: 130,
    ColumnType.TEXT: 220,
    ColumnType.CATEGORY: 150,
    ColumnType.DATE: 112,
    ColumnType.DATETIME: 170,
}
_NARROWEST, _WIDEST = 96, 280


class _Write:
    """Puts a typed cell of the reader into words."""

    def __init__(self, format_: CellFormat) -> None:
        self._format = format_

    def __call__(self, cell: Cell) -> str:
        return self._format(cell if isinstance(cell, str) else repr(cell))


class RowsTable(Table):
    """Scrolls through any number of rows."""

    def __init__(self, session: Session) -> None:
        self._session, self._words = session, session.words
        self.paged = PagedTableModel(session)
        super().__init__(session.theme, self.paged, name=session.words("ui_datasets.part.rows"))
        self.paged.setParent(self)
        self.setObjectName("datasets.rows")

    def show_rows(self, path: str, rows: int, columns: tuple[Column, ...], profiles: tuple[ColumnProfile, ...]) -> None:
        """Show the stored table at ``path``."""
        marks = Marks(self._words)
        known = {profile.name: profile for profile in profiles}
        shown = [self._column(marks, c, known.get(c.name)) for c in columns]
        self.paged.show_table(path, rows, shown)
        for section, (column, data) in enumerate(zip(columns, shown, strict=True)):
            self.setColumnWidth(section, self._width(column, data, known.get(column.name)))

    def _width(self, column: Column, shown: DataColumn, profile: ColumnProfile | None) -> int:
        """Room for the name and, of a number, for the values that the profile knows: a part of a number misleads."""
        size, measure = self._session.theme.size, self.fontMetrics().horizontalAdvance
        widest = max(measure(column.name) + size(12), size(_WIDTHS.get(column.type, _NARROWEST)) - 2 * tokens.PAD)
        if profile is not None and column.type in NUMERIC:
            longest = max((measure(shown.write(repr(value))) for value in profile.quantiles), default=0)
            widest = max(widest, min(size(_WIDEST), longest + size(12)))
        return widest + 2 * tokens.PAD

    def _column(self, marks: Marks, column: Column, profile: ColumnProfile | None) -> DataColumn:
        ends = profile.quantiles if profile is not None else ()
        years = column.type is ColumnType.INTEGER and bool(ends) and looks_like_years(ends[0], ends[-1])
        grouped = not (years or reads_as_code(column.name))
        format_ = CellFormat(self._words, marks, column.type, grouped=grouped)
        format_.learn(ends[:1] + ends[-1:])
        learn = format_.learn if column.type is ColumnType.NUMBER else None
        return DataColumn(column.name, _Write(format_), right=column.type in NUMERIC, learn=learn)
