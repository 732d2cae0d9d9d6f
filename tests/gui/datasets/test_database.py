"""From a database, by clicks, with real jobs."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.data.records import DATASET, DatasetVersion
from app.resources import user_folder
from app.ui.datasets.database_dialog import DatabaseDialog
from app.ui.datasets.page import Page
from app.ui.session import Session
from app.ui.widgets.form import Dropdown
from tests.gui.datasets.conftest import Hand

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE orders (n INTEGER, city TEXT)")
    connection.executemany("INSERT INTO orders VALUES (?, ?)", [(i, ("Lima", "Cuzco")[i % 2]) for i in range(60)])
    connection.commit()
    connection.close()
    return path


def dialog(page: Page, hand: Hand) -> DatabaseDialog:
    hand.wait_until(lambda: bool(page.window().findChildren(DatabaseDialog)))
    return page.window().findChildren(DatabaseDialog)[-1]


def part(asked: DatabaseDialog, name: str) -> QWidget:
    found = asked.findChild(QWidget, f"datasets.database_{name}")
    assert found is not None, name
    return found  # type: ignore[no-any-return]


def listed(asked: DatabaseDialog) -> list[str]:
    table = asked.findChild(Dropdown, "datasets.database_table")
    return [table.itemText(i) for i in range(table.count())]


def test_that_a_table_is_picked_looked_at_and_imported(
    page: Page, hand: Hand, shop: Path, session: Session, qtbot: QtBot
) -> None:
    hand.click("datasets.database_first")
    asked = dialog(page, hand)
    file = part(asked, "file")
    assert isinstance(file, QLineEdit)
    qtbot.keyClicks(file, str(shop))
    qtbot.mouseClick(part(asked, "connect"), Qt.MouseButton.LeftButton)
    hand.wait_until(lambda: listed(asked) == ["orders", "A query of your own…"])
    qtbot.mouseClick(part(asked, "look"), Qt.MouseButton.LeftButton)
    hand.wait_read()
    assert page.importing.body.table.preview.rowCount() == 60
    hand.click("datasets.import_confirm")
    hand.wait_dataset("orders@1")
    (record,) = session.records(DATASET)
    origin = record.read(DatasetVersion).origin
    assert origin is not None
    assert origin.query == 'SELECT * FROM "orders"'


def test_that_a_query_can_be_written(page: Page, hand: Hand, shop: Path, qtbot: QtBot) -> None:
    page.begin_import(str(shop))  # as one that was dropped
    asked = dialog(page, hand)
    hand.wait_until(lambda: len(listed(asked)) == 2)
    table, query = part(asked, "table"), part(asked, "query")
    assert isinstance(table, Dropdown)
    assert isinstance(query, QPlainTextEdit)
    table.set_value("")
    table.chosen.emit("")
    assert not part(asked, "look").isEnabled()
    qtbot.keyClicks(query, "SELECT city, count(*) AS n FROM orders GROUP BY city")
    qtbot.mouseClick(part(asked, "look"), Qt.MouseButton.LeftButton)
    hand.wait_read()
    assert page.importing.body.table.preview.rowCount() == 2
    assert hand.find(QLineEdit, "datasets.import_name").text() == "shop"


def test_that_a_server_that_is_down_is_said_and_the_password_is_left_nowhere(
    page: Page, hand: Hand, qtbot: QtBot
) -> None:
    page.choose_database()
    asked = dialog(page, hand)
    engine = part(asked, "engine")
    assert isinstance(engine, Dropdown)
    engine.set_value("postgresql")
    engine.chosen.emit("postgresql")
    for name, text in (("port", "1"), ("user", "ana"), ("password", "gato")):
        qtbot.keyClicks(part(asked, name), text)
    qtbot.mouseClick(part(asked, "connect"), Qt.MouseButton.LeftButton)
    notice = part(asked, "notice")
    hand.wait_until(lambda: notice.property("kind") == "bad")
    assert list((user_folder() / "handed").iterdir())
    asked.reject()
    assert not list((user_folder() / "handed").iterdir())


def test_that_the_rail_offers_a_database_too(page: Page, hand: Hand) -> None:
    assert hand.find(QPushButton, "datasets.from_database").text() == "Database…"
