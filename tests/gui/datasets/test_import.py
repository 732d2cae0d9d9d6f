"""The import page, by clicks, with real jobs."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from app.data.records import DATASET, ColumnType
from app.ui.datasets.page import Page
from app.ui.session import Session
from app.ui.widgets.form import Dropdown
from tests.gui.datasets.conftest import Hand

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def texts(page: Page) -> str:
    return "\n".join(label.text() for label in page.importing.findChildren(QLabel) if label.isVisible())


def test_that_a_project_without_data_offers_to_import(page: Page, hand: Hand) -> None:
    assert page.currentWidget() is page.empty
    assert hand.find(QPushButton, "datasets.import_first").isEnabled()


def test_that_a_file_with_semicolons_and_decimal_commas_is_imported_by_one_click(
    page: Page, hand: Hand, customers: Path, session: Session
) -> None:
    page.begin_import(str(customers))
    hand.wait_read()
    found = page.importing.state.found  # type: ignore[union-attr]
    assert found is not None
    assert hand.find(Dropdown, "datasets.delimiter").value() == ";"
    assert hand.find(Dropdown, "datasets.decimal").value() == ","
    preview = page.importing.body.table.preview
    consumo = next(s for s in range(preview.columnCount()) if preview.column(s).name == "consumo")
    assert preview.column(consumo).type is ColumnType.NUMBER
    assert preview.index(0, consumo).data() == "1,001.51"
    hand.click("datasets.import_confirm")
    hand.wait_dataset("clientes@1")
    (record,) = session.records(DATASET)
    body = page.dataset.version.body  # type: ignore[union-attr]
    assert record.label == "clientes@1"
    assert (body.rows, body.rejected, body.records) == (300, 2, 302)


def test_that_rejected_records_are_listed_before_and_after(page: Page, hand: Hand, customers: Path) -> None:
    page.begin_import(str(customers))
    hand.wait_read()
    assert not page.importing.body.problems.table.isVisible()
    hand.click("datasets.rejected_show")
    shown = page.importing.body.problems.table
    assert shown.isVisible()
    assert [shown.model().index(row, 0).data() for row in range(2)] == ["121", "201"]
    hand.click("datasets.import_confirm")
    hand.wait_dataset("clientes@1")
    hand.click("datasets.view_rejected")
    assert page.dataset.rejected.model().rowCount() == 2


def test_that_a_type_is_corrected_in_the_header(qtbot: QtBot, page: Page, hand: Hand, customers: Path) -> None:
    page.begin_import(str(customers))
    hand.wait_read()
    page.importing.body.table.open_types(2)
    menu = hand.find(QMenu, "datasets.types")
    action = next(a for a in menu.actions() if a.objectName() == "datasets.type.text")
    assert isinstance(action, QAction)
    action.trigger()
    menu.hide()
    hand.wait_read()
    assert page.importing.body.table.preview.column(2).type is ColumnType.TEXT
    hand.click("datasets.import_confirm")
    hand.wait_dataset("clientes@1")
    assert page.dataset.version.body.columns[2].type is ColumnType.TEXT  # type: ignore[union-attr]


def test_that_types_are_reached_by_keyboard(qtbot: QtBot, page: Page, hand: Hand, customers: Path) -> None:
    page.begin_import(str(customers))
    hand.wait_read()
    table = page.importing.body.table
    table.setCurrentIndex(table.preview.index(0, 1))
    qtbot.keyClick(table, Qt.Key.Key_Return)
    menu = hand.find(QMenu, "datasets.types")
    qtbot.waitUntil(menu.isVisible)
    menu.hide()


def test_that_a_separator_is_corrected_and_given_back(qtbot: QtBot, page: Page, hand: Hand, customers: Path) -> None:
    page.begin_import(str(customers))
    hand.wait_read()
    names = page.importing.body.table.preview.columnCount()
    dropdown = hand.find(Dropdown, "datasets.delimiter")
    dropdown.setCurrentIndex(dropdown.findData("\t"))
    dropdown.activated.emit(dropdown.currentIndex())
    hand.wait_read()
    assert page.importing.body.table.preview.columnCount() < names
    dropdown.setCurrentIndex(dropdown.findData("detected"))
    dropdown.activated.emit(dropdown.currentIndex())
    hand.wait_read()
    assert page.importing.body.table.preview.columnCount() == names
    assert dropdown.value() == ";"


def test_that_words_for_missing_can_be_set(page: Page, hand: Hand, customers: Path) -> None:
    page.begin_import(str(customers))
    hand.wait_read()
    editor = hand.find(QLineEdit, "datasets.missing")
    editor.setFocus()
    editor.selectAll()
    editor.insert("Málaga, n/d")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    hand.wait_read()
    found = page.importing.state.found  # type: ignore[union-attr]
    assert found is not None
    assert next(c for c in found.columns if c.name == "provincia").missing == 100


def test_that_the_next_import_of_a_source_is_its_next_version_and_keeps_the_corrections(
    page: Page, hand: Hand, customers: Path, session: Session
) -> None:
    page.begin_import(str(customers))
    hand.wait_read()
    page.importing.body.table.typed.emit("provincia", "text")
    hand.wait_read()
    hand.click("datasets.import_confirm")
    hand.wait_dataset("clientes@1")
    customers.write_bytes(customers.read_bytes() + "00301;02/04/2021;León;1,5;no\r\n".encode("cp1252"))
    page.begin_import(str(customers))
    hand.wait_read()
    assert page.importing.body.table.preview.column(2).type is ColumnType.TEXT
    assert "Read as you corrected it for clientes.csv" in texts(page)
    assert "becomes version 2 of clientes" in texts(page)
    hand.click("datasets.import_confirm")
    hand.wait_dataset("clientes@2")
    chooser = hand.find(Dropdown, "datasets.version")
    assert chooser.isVisible()
    assert chooser.count() == 2


def test_that_an_import_is_stopped_and_leaves_nothing(
    qtbot: QtBot, page: Page, hand: Hand, tmp_path: Path, session: Session
) -> None:
    path = tmp_path / "large.csv"
    row = ",".join(str(number) for number in range(20)) + "\n"
    path.write_text(",".join(f"c{number}" for number in range(20)) + "\n" + row * 600_000)
    page.begin_import(str(path))
    hand.wait_read()
    hand.click("datasets.import_confirm")
    qtbot.waitUntil(page.importing.progress.isVisible)
    qtbot.waitUntil(lambda: bool(session.jobs.running("data.import")), timeout=30_000)
    hand.click("datasets.import_stop")
    qtbot.waitUntil(lambda: not session.jobs.open("data.import"), timeout=30_000)
    qtbot.waitUntil(lambda: "Nothing was stored" in texts(page))
    assert session.records(DATASET) == []
    assert hand.find(QPushButton, "datasets.import_confirm").isEnabled()


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.csv", b""), ("binary.csv", bytes(range(256)) * 64), ("gone.csv", None)],
)
def test_that_a_file_that_is_no_table_is_refused_in_a_sentence(
    qtbot: QtBot, page: Page, hand: Hand, tmp_path: Path, name: str, content: bytes | None
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    page.begin_import(str(path))
    qtbot.waitUntil(lambda: page.importing.state is not None and not page.importing.state.busy, timeout=30_000)
    said = texts(page)
    assert "data." not in said
    assert len(said.splitlines()) >= 2
    assert not hand.find(QPushButton, "datasets.import_confirm").isEnabled()
    assert hand.find(QPushButton, "datasets.import_cancel").isEnabled()


def test_that_a_dataset_needs_a_name_that_can_be_said(page: Page, hand: Hand, customers: Path) -> None:
    page.begin_import(str(customers))
    hand.wait_read()
    editor = hand.find(QLineEdit, "datasets.import_name")
    editor.selectAll()
    QTest.keyClicks(editor, "a@2")
    assert not hand.find(QPushButton, "datasets.import_confirm").isEnabled()
    editor.selectAll()
    QTest.keyClicks(editor, "customers")
    hand.click("datasets.import_confirm")
    hand.wait_dataset("customers@1")


def test_that_cancelling_goes_back_and_stores_nothing(
    page: Page, hand: Hand, customers: Path, session: Session
) -> None:
    page.begin_import(str(customers))
    hand.wait_read()
    hand.click("datasets.import_cancel")
    assert page.currentWidget() is page.empty
    assert session.records(DATASET) == []


def test_that_words_that_may_mean_missing_are_only_taken_by_a_click(page: Page, hand: Hand, tmp_path: Path) -> None:
    path = tmp_path / "streets.csv"
    path.write_text("street,city\n" + "".join(f"{('-', 'Main')[n % 2]},Town {n % 9}\n" for n in range(200)))
    page.begin_import(str(path))
    hand.wait_read()
    assert hand.find(QLineEdit, "datasets.missing").text() == ""
    assert hand.find(QPushButton, "datasets.missing_word.-").text() == "- · 100"
    hand.click("datasets.missing_word.-")
    hand.wait_read()
    found = page.importing.state.found  # type: ignore[union-attr]
    assert found is not None
    assert found.columns[0].missing == 100
    assert hand.find(QLineEdit, "datasets.missing").text() == "-"
    hand.click("datasets.missing_word.-")
    hand.wait_read()
    found = page.importing.state.found  # type: ignore[union-attr]
    assert found is not None
    assert found.columns[0].missing == 0


def test_that_a_parquet_file_is_imported_without_questions_about_text(
    page: Page, hand: Hand, tmp_path: Path, session: Session
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "sales.parquet"
    pq.write_table(pa.table({"n": [1, 2, 2], "price": [1.5, None, 2.0], "town": ["a", "b", "a"]}), path)
    page.begin_import(str(path))
    hand.wait_read()
    assert not page.importing.body.raw.isVisible()
    assert not hand.find(Dropdown, "datasets.encoding").isVisible()
    hand.click("datasets.import_confirm")
    hand.wait_dataset("sales@1")
    (record,) = session.records(DATASET)
    assert record.label == "sales@1"


def test_that_sheet_and_range_of_a_workbook_are_chosen(
    qtbot: QtBot, page: Page, hand: Hand, tmp_path: Path, session: Session
) -> None:
    from tests.integration.sources.books import sheet, write_book

    body = [["Town", "Sold"], ["a", 1], ["b", 2], ["sum", 3]]
    path = write_book(tmp_path / "sales.xlsx", {"First": sheet([["x"], [1]]), "Data": sheet(body)})
    page.begin_import(str(path))
    hand.wait_read()
    dropdown, field = hand.find(Dropdown, "datasets.sheet"), hand.find(QLineEdit, "datasets.range")
    assert dropdown.value() == "First"
    assert hand.find(Dropdown, "datasets.header").isVisible()
    dropdown.setCurrentIndex(1)
    dropdown.activated.emit(1)
    hand.wait_read()
    field.setFocus()
    QTest.keyClicks(field, "nonsense")
    QTest.keyClick(field, Qt.Key.Key_Return)
    hand.wait_until(lambda: "isn't a range" in texts(page))
    field.clear()
    QTest.keyClicks(field, "A1:B3")
    QTest.keyClick(field, Qt.Key.Key_Return)
    hand.wait_read()
    hand.wait_until(lambda: page.importing.body.table.preview.rowCount() == 2)
    hand.click("datasets.import_confirm")
    hand.wait_dataset("sales@1")
    body_stored = page.dataset.version.body  # type: ignore[union-attr]
    assert (body_stored.rows, body_stored.origin.sheet, body_stored.origin.range) == (2, "Data", "A1:B3")  # type: ignore[union-attr]
    page.begin_import(str(path))
    hand.wait_read()
    assert (dropdown.value(), field.text()) == ("Data", "A1:B3")


def test_that_several_files_become_one_dataset_with_their_names_in_a_column(
    page: Page, hand: Hand, tmp_path: Path, session: Session
) -> None:
    paths = [tmp_path / f"m{n}.csv" for n in (1, 2)]
    for n, path in enumerate(paths):
        path.write_text(f"town,sold\na,{n}\nb,{n}\n")
    page.begin_import("\n".join(map(str, paths)))
    hand.wait_read()
    assert "m1.csv" in texts(page)
    field = hand.find(QLineEdit, "datasets.source_column")
    field.setFocus()
    QTest.keyClicks(field, "month")
    QTest.keyClick(field, Qt.Key.Key_Return)
    hand.wait_read()
    hand.click("datasets.import_confirm")
    hand.wait_dataset("m1@1")
    body = page.dataset.version.body  # type: ignore[union-attr]
    assert (body.rows, [c.name for c in body.columns]) == (4, ["town", "sold", "month"])


def test_that_words_taken_as_missing_are_not_said_to_be_absent(page: Page, hand: Hand, tmp_path: Path) -> None:
    path = tmp_path / "tasas.csv"
    path.write_text("cliente;tasa\n" + "".join(f"c{n};{('12,5', 's/d')[n % 2]}\n" for n in range(40)), encoding="utf-8")
    page.begin_import(str(path))
    hand.wait_read()
    assert "20 cells hold such a word and count as missing." in texts(page)
    assert "no word found" not in texts(page)


def test_that_aspects_a_workbook_does_not_have_leave_no_gap(
    page: Page, hand: Hand, customers: Path, tmp_path: Path
) -> None:
    from tests.integration.sources.books import sheet, write_book

    page.begin_import(str(customers))
    hand.wait_read()
    first = hand.find(Dropdown, "datasets.delimiter").y()
    body = [["Town", "Sold"], ["a", 1], ["b", 2], ["c", 3]]
    page.begin_import(str(write_book(tmp_path / "sales.xlsx", {"Data": sheet(body)})))
    hand.wait_read()
    hand.wait_until(lambda: hand.find(Dropdown, "datasets.decimal").y() <= first + 4)


def test_that_a_note_and_its_author_come_in_with_the_version(page: Page, hand: Hand, customers: Path) -> None:
    page.begin_import(str(customers))
    hand.wait_read()
    hand.find(QLineEdit, "datasets.import_note").setText(" Export of May ")
    hand.find(QLineEdit, "datasets.import_by").setText("Ana")
    hand.click("datasets.import_confirm")
    hand.wait_dataset("clientes@1")
    body = page.dataset.version.body  # type: ignore[union-attr]
    assert (body.note, body.by) == ("Export of May", "Ana")
    page.begin_import(str(customers))
    assert hand.find(QLineEdit, "datasets.import_note").text() == ""
