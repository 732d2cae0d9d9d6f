"""Tables: rows of any number from the reader process, records by key."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.models.paged import DataColumn, PagedTableModel
from app.ui.models.records import Column, RecordTableModel
from app.ui.session import Session
from app.ui.settings import Settings
from app.ui.theme import Theme
from app.ui.widgets.cells import BarsCell, ChipCell, DotsCell, IntervalCell
from app.ui.widgets.table import Table

ROWS, COLUMNS = 1_000_000, 3
_MAKE = """
import sys, pyarrow as pa, pyarrow.parquet as pq
rows, columns, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
table = pa.table({f"c{i}": pa.array(range(i, rows + i), pa.int64()) for i in range(columns)})
pq.write_table(table, path, row_group_size=32_000)
"""


def make_table(path: Path, *, rows: int, columns: int) -> None:
    """In another process: Arrow is never loaded in the window's."""
    subprocess.run([sys.executable, "-c", _MAKE, str(rows), str(columns), str(path)], check=True)


@pytest.fixture(scope="module")
def million(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("table") / "million.parquet"
    make_table(path, rows=ROWS, columns=COLUMNS)
    return path


@pytest.fixture
def session(qapp: QApplication) -> Iterator[Session]:
    made = Session(theme=Theme(qapp, mode="light"), settings=Settings(language="en"))
    yield made
    made.close()


@pytest.fixture
def table(qtbot: QtBot, session: Session, million: Path) -> Table:
    columns = [DataColumn(f"c{i}", str, right=True) for i in range(COLUMNS)]
    model = PagedTableModel(session, columns, path=str(million), rows=ROWS)
    made = Table(session.theme, model, name="rows")
    model.setParent(made)
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    return made


def shown(table: Table, row: int, column: int = 0) -> str:
    return str(table.model().index(row, column).data())


def test_that_a_million_rows_scroll_to_any_place(qtbot: QtBot, table: Table) -> None:
    assert table.model().rowCount() == ROWS
    for row in (0, 500_000, ROWS - 1, 123_456):
        table.scrollTo(table.model().index(row, 0))
        qtbot.waitUntil(lambda row=row: shown(table, row) == str(row), timeout=30_000)
        assert shown(table, row, 2) == str(row + 2)


def test_that_what_has_not_come_yet_is_an_ellipsis(table: Table) -> None:
    assert shown(table, 777_777) == "…"


def test_that_the_reader_is_started_again_when_it_dies(qtbot: QtBot, session: Session, table: Table) -> None:
    qtbot.waitUntil(lambda: shown(table, 0) == "0", timeout=30_000)
    process = session.reader.process_id
    assert process is not None
    os.kill(process, signal.SIGTERM)
    table.scrollTo(table.model().index(600_000, 0))
    qtbot.waitUntil(lambda: shown(table, 600_000) == "600000", timeout=30_000)


def test_that_a_table_that_is_gone_gets_a_sentence(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    model = PagedTableModel(session, [DataColumn("a", str)], path=str(tmp_path / "none.parquet"), rows=10)
    with qtbot.waitSignal(model.failed, timeout=30_000) as signal:
        model.index(0, 0).data()
    assert signal.args[0].code == "project.unreadable"


def test_that_wide_tables_are_read_in_blocks_of_columns(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "wide.parquet"
    make_table(path, rows=10, columns=100)
    model = PagedTableModel(session, [DataColumn(f"c{i}", str) for i in range(100)], path=str(path), rows=10)
    for column in (0, 99, 45):
        qtbot.waitUntil(lambda c=column: model.index(3, c).data() == str(c + 3), timeout=30_000)


def test_that_a_record_stays_chosen_by_its_key_when_rows_move(qtbot: QtBot, qapp: QApplication) -> None:
    theme = Theme(qapp, mode="light")
    model: RecordTableModel[str] = RecordTableModel(theme, [Column("word", text=str)], ["a", "b"], key=str)
    table = Table(theme, model, name="words", whole=True)
    qtbot.addWidget(table)
    picked: list[str] = []
    table.picked.connect(picked.append)
    table.selectRow(1)
    assert picked == ["b"]
    model.set_rows(["new", "a", "b"])
    table.pick("b")
    assert table.currentIndex().row() == 2
    assert picked == ["b"]


def test_that_a_column_kept_uncut_is_as_wide_as_its_text_in_any_window(qtbot: QtBot, qapp: QApplication) -> None:
    word = "a word of many letters that has to be read to its end"
    columns = [Column("long", text=str), Column("other", text=str)]
    table = Table(theme := Theme(qapp, mode="light"), RecordTableModel(theme, columns, [word], key=str), name="words")
    qtbot.addWidget(table)
    table.fit_columns(stretch=0, uncut=True)
    table.show()
    for width in (1200, 300, 1200):
        table.resize(width, 200)
        qtbot.waitUntil(lambda w=width: table.horizontalHeader().length() >= w - 2)
        assert table.columnWidth(0) >= table.sizeHintForColumn(0)
        assert bool(table.horizontalScrollBar().maximum()) == (width == 300)


def test_that_drawn_cells_are_painted_and_read_out(qtbot: QtBot, qapp: QApplication) -> None:
    theme = Theme(qapp, mode="dark")
    cells = [ChipCell("better", "good"), IntervalCell(0.8, 0.7, 0.9), BarsCell((3, 0, 5)), DotsCell(2)]
    model: RecordTableModel[object] = RecordTableModel(
        theme, [Column("cell", text=lambda cell: type(cell).__name__, drawn=lambda cell: cell)], cells
    )
    table = Table(theme, model, name="cells")
    qtbot.addWidget(table)
    table.resize(400, 300)
    table.show()
    assert not table.grab().isNull()
    assert model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "IntervalCell"
