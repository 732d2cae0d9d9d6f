"""What was corrected for a source, and what changed since the version before, on the import page; by clicks."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.data.records import ColumnType, Corrections
from app.data.rules.matching import known_rules
from app.ui.datasets.page import Page
from app.ui.session import Session
from app.ui.widgets.form import Dropdown
from tests.gui.datasets.conftest import Hand

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def texts(page: Page) -> str:
    return "\n".join(label.text() for label in page.importing.findChildren(QLabel) if label.isVisible())


def ventas(folder: Path, month: int, *, change: str = "") -> Path:
    rows = [f"{n:05};Z{n % 3};{n},{n % 10}5;{n % 12 + 1:02}/{n % 12 + 1:02}/2024;{20 + n % 50}" for n in range(1, 91)]
    text = "\n".join(["cliente;zona;importe;alta;edad", *rows]) + "\n"
    path = folder / f"ventas_2024-{month:02}.csv"
    path.write_text(text.replace(";22\n", f";{change}\n", 1) if change else text)
    return path


def choose(hand: Hand, name: str, value: str) -> None:
    dropdown = hand.find(Dropdown, name)
    dropdown.setCurrentIndex(dropdown.findData(value))
    dropdown.activated.emit(dropdown.currentIndex())
    hand.wait_read()


def import_january(page: Page, hand: Hand, folder: Path) -> None:
    """January, its decimal mark and the type of a column corrected."""
    page.begin_import(str(ventas(folder, 1)))
    hand.wait_read()
    choose(hand, "datasets.decimal", ",")
    page.importing.body.table.typed.emit("zona", "text")
    hand.wait_read()
    hand.click("datasets.import_confirm")
    hand.wait_dataset("ventas_2024-01@1")


def corrections(page: Page) -> Corrections:
    state = page.importing.state
    assert state is not None
    return state.corrections


def test_that_the_next_file_opens_as_the_last_was_corrected_and_says_so(page: Page, hand: Hand, tmp_path: Path) -> None:
    import_january(page, hand, tmp_path)
    page.begin_import(str(ventas(tmp_path, 2)))
    hand.wait_read()
    assert page.importing.state.name == "ventas_2024-01"  # type: ignore[union-attr]
    assert corrections(page) == Corrections(decimal=",", types={"zona": ColumnType.TEXT})
    said = texts(page)
    assert "Read as you corrected it for ventas_2024-01.csv: decimal mark a comma; zona is text." in said
    assert "as corrected for ventas_2024-01.csv" in said
    assert "Made like version 1: the same columns, types and categories." in said
    assert "✎" in page.importing.body.table.preview.chip(1)


def test_that_one_click_goes_back_to_what_is_detected(page: Page, hand: Hand, tmp_path: Path) -> None:
    import_january(page, hand, tmp_path)
    page.begin_import(str(ventas(tmp_path, 2)))
    hand.wait_read()
    hand.click("datasets.decimal_detected")
    hand.wait_read()
    assert corrections(page) == Corrections(types={"zona": ColumnType.TEXT})
    hand.click("datasets.rule_afresh")
    hand.wait_read()
    assert corrections(page) == Corrections()
    assert not page.importing.rule.isVisible()


def test_that_going_back_for_good_teaches_that_nothing_needs_correction_any_more(
    page: Page, hand: Hand, tmp_path: Path, session: Session
) -> None:
    import_january(page, hand, tmp_path)
    page.begin_import(str(ventas(tmp_path, 2)))
    hand.wait_read()
    hand.click("datasets.rule_afresh")
    hand.wait_read()
    hand.click("datasets.import_confirm")
    hand.wait_dataset("ventas_2024-01@2")
    assert session.project is not None
    assert known_rules(session.project) == ()


def test_that_a_rule_is_forgotten_by_one_click(
    qtbot: QtBot, page: Page, hand: Hand, tmp_path: Path, session: Session
) -> None:
    import_january(page, hand, tmp_path)
    page.begin_import(str(ventas(tmp_path, 2)))
    hand.wait_read()
    hand.click("datasets.rule_forget")
    hand.wait_read()
    assert corrections(page) == Corrections()
    project = session.project
    assert project is not None
    qtbot.waitUntil(lambda: known_rules(project) == (), timeout=10_000)
    page.begin_import(str(ventas(tmp_path, 3)))
    hand.wait_read()
    assert corrections(page) == Corrections()


def test_that_only_what_changed_is_shown_and_a_type_is_taken_back_by_one_click(
    page: Page, hand: Hand, tmp_path: Path
) -> None:
    import_january(page, hand, tmp_path)
    page.begin_import(str(ventas(tmp_path, 2, change="34,5")))
    hand.wait_read()
    said = texts(page)
    assert "What changed since version 1" in said
    assert "“edad” was a whole number; now it is a number, since line 3 has “34,5”." in said
    assert hand.find(QPushButton, "datasets.treat.edad").text() == "Treat as in version 1"
    hand.click("datasets.treat.edad")
    hand.wait_read()
    assert corrections(page).types["edad"] is ColumnType.INTEGER
    assert "the same columns, types and categories" in texts(page), texts(page)
    (rejected,) = page.importing.state.found.rejected  # type: ignore[union-attr]
    assert rejected.line == 3
    assert page.importing.head.confirm.text() == "Import 89 rows"


def test_that_another_name_is_compared_with_its_own_versions(page: Page, hand: Hand, tmp_path: Path) -> None:
    import_january(page, hand, tmp_path)
    page.begin_import(str(ventas(tmp_path, 2)))
    hand.wait_read()
    assert page.importing.body.changes.isVisible()
    page.importing.head.name.setText("otro")
    page.importing.head.name.textEdited.emit("otro")
    page.importing.head.name.editingFinished.emit()
    hand.wait_read()
    assert not page.importing.body.changes.isVisible()


def test_that_bytes_that_are_a_version_already_are_said_to_be(page: Page, hand: Hand, tmp_path: Path) -> None:
    import_january(page, hand, tmp_path)
    page.begin_import(str(tmp_path / "ventas_2024-01.csv"))
    hand.wait_read()
    hand.click("datasets.import_confirm")
    hand.wait_until(lambda: "this file is ventas_2024-01 version 1 already" in texts(page))
