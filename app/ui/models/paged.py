"""A table of any length: rows come from the reader process, a page at a time, around what is on the screen."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QModelIndex, QObject, Qt, QTimer, Signal, Slot

from app.data.reader_protocol import Answer, Cell, Failed, RowsAnswer
from app.errors import CicloError
from app.ui.models.look import LEFT, RIGHT, Index, Look, TableModel
from app.ui.session import Session

PAGE_ROWS, BLOCK_COLUMNS = 128, 40
_KEPT_PAGES = 96
_GATHER_MS = 8
Key = tuple[int, int]


@dataclass(frozen=True)
class DataColumn:
    """A column of stored data: its name, and how a cell that isn't missing is written.

    ``learn`` is shown the cells of each page that comes; it says whether the column is written otherwise from now on.
    """

    title: str
    write: Callable[[Cell], str]
    right: bool = False
    help: str = ""
    learn: Callable[[Iterable[Cell]], bool] | None = None


@dataclass
class _Page:
    cells: Sequence[tuple[Cell, ...]]
    looks: dict[tuple[int, int], Look] = field(default_factory=dict)


class PagedTableModel(TableModel):
    """Rows of the stored table at ``path``; cells that haven't come yet show an ellipsis.

    ``failed(CicloError)`` says that the reader couldn't answer; the next scroll asks again.
    """

    failed = Signal(object)
    loaded = Signal()

    def __init__(
        self,
        session: Session,
        columns: Sequence[DataColumn] = (),
        *,
        path: str = "",
        rows: int = 0,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(session.theme, parent)
        self._reader = session.reader
        self._missing, self._loading = session.words("ui.table.missing"), session.words("ui.table.loading")
        self._columns, self._path, self._rows = tuple(columns), path, rows
        self._pages: OrderedDict[Key, _Page] = OrderedDict()
        self._wanted: OrderedDict[Key, None] = OrderedDict()
        self._asked: Key | None = None
        self._view = self._reader.open_view(self._on_answered)
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(_GATHER_MS)
        self._gather.timeout.connect(self._on_gathered)

    def show_table(self, path: str, rows: int, columns: Sequence[DataColumn]) -> None:
        """Show another stored table."""
        self.beginResetModel()
        self._columns, self._path, self._rows = tuple(columns), path, rows
        self._pages.clear()
        self._wanted.clear()
        self._asked = None
        self._reader.close_view(self._view)
        self._view = self._reader.open_view(self._on_answered)
        self.endResetModel()

    # Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def look(self, row: int, column: int) -> Look:
        page, right = self._page(row, column), self._columns[column].right
        if page is None:
            return Look(self._loading, right, "muted")
        place = (row % PAGE_ROWS, column % BLOCK_COLUMNS)
        look = page.looks.get(place)
        if look is None:
            cell = page.cells[place[0]][place[1]]
            missing = cell is None
            text = self._missing if cell is None else self._columns[column].write(cell)
            look = page.looks[place] = Look(text, right, "muted" if missing else "normal")
        return look

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        if section >= len(self._columns):
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.right else LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.help or None
        return None

    # Pages

    def _page(self, row: int, column: int) -> _Page | None:
        key = (row // PAGE_ROWS, column // BLOCK_COLUMNS)
        page = self._pages.get(key)
        if page is None:
            self._want(key)
            return None
        return page if row % PAGE_ROWS < len(page.cells) else None

    def _want(self, key: Key) -> None:
        """Remember what was looked at last; ask once the painting is over."""
        self._wanted.pop(key, None)
        self._wanted[key] = None
        if not self._gather.isActive() and self._asked is None:
            self._gather.start()

    @Slot()
    def _on_gathered(self) -> None:
        """Ask for the page that was looked at last; older wishes that scrolled by are forgotten."""
        while len(self._wanted) > 6:
            self._wanted.popitem(last=False)
        if not self._wanted or not self._path:
            return
        key, _ = self._wanted.popitem(last=True)
        self._asked = key
        page, block = key
        first = block * BLOCK_COLUMNS
        columns = tuple(range(first, min(len(self._columns), first + BLOCK_COLUMNS)))
        whole = len(columns) == len(self._columns)
        start = page * PAGE_ROWS
        self._reader.ask_rows(self._view, self._path, start, start + PAGE_ROWS, None if whole else columns)

    def _on_answered(self, answer: Answer) -> None:
        key, self._asked = self._asked, None
        if isinstance(answer, Failed):
            self._wanted.clear()
            self.failed.emit(CicloError(answer.code, **answer.params))
        elif isinstance(answer, RowsAnswer) and key is not None:
            self._keep(key, answer)
        if self._wanted:
            self._gather.start()

    def _keep(self, key: Key, answer: RowsAnswer) -> None:
        self._pages[key] = _Page(answer.rows)
        while len(self._pages) > _KEPT_PAGES:
            self._pages.popitem(last=False)
        first, left = key[0] * PAGE_ROWS, key[1] * BLOCK_COLUMNS
        last = min(self._rows, first + PAGE_ROWS) - 1
        if self._learn(left, answer.rows):
            for page in self._pages.values():
                page.looks.clear()
            first, last = 0, self._rows - 1
        right = min(len(self._columns), left + BLOCK_COLUMNS) - 1
        if last >= first and right >= left:
            self.dataChanged.emit(self.index(first, left), self.index(last, right))
        self.loaded.emit()

    def _learn(self, left: int, rows: Sequence[tuple[Cell, ...]]) -> bool:
        """Show new cells to their columns; whether one of those is written otherwise now."""
        grown = False
        for place, column in enumerate(self._columns[left : left + BLOCK_COLUMNS]):
            if column.learn is not None and column.learn(row[place] for row in rows):
                grown = True
        return grown
