"""A watched folder in the window: what arrives is proposed, and only a click imports it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.data.records import DATASET
from app.ui.badges import tab_badges
from app.ui.datasets import folder_watch
from app.ui.datasets.page import Page
from app.ui.session import Session
from tests.gui.datasets.conftest import Hand

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_watch, "_EVERY_S", 0.3)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    made = tmp_path / "inbox"
    made.mkdir()
    return made


def ventas(rows: int, column: str = "zona") -> str:
    return f"id;{column}\n" + "".join(f"{n};Z{n % 3}\n" for n in range(rows))


def said(page: Page) -> str:
    return "\n".join(label.text() for label in page.waiting.findChildren(QLabel) if label.isVisible())


def watch(qtbot: QtBot, page: Page, hand: Hand, tmp_path: Path, inbox: Path) -> None:
    """Import a first version, then watch a folder for it: by clicks."""
    first = tmp_path / "ventas_2024-01.csv"
    first.write_text(ventas(60))
    page.begin_import(str(first))
    hand.wait_read()
    hand.click("datasets.import_confirm")
    hand.wait_dataset("ventas_2024-01@1")
    hand.click("datasets.source")
    qtbot.waitUntil(lambda: dialog() is not None)
    found = dialog()
    assert found is not None
    folder = found.findChild(QLineEdit, "datasets.watch_folder")
    begin = found.findChild(QPushButton, "datasets.watch_begin")
    assert isinstance(folder, QLineEdit)
    assert isinstance(begin, QPushButton)
    assert not begin.isEnabled()
    qtbot.keyClicks(folder, str(inbox))
    qtbot.mouseClick(begin, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog() is None, timeout=10_000)


def dialog() -> QWidget | None:
    shown = [w for w in QApplication.topLevelWidgets() if w.objectName() == "datasets.source_dialog"]
    return next((w for w in shown if w.isVisible()), None)


def test_that_a_file_that_arrives_is_proposed_and_imported_by_clicks_only(
    qtbot: QtBot, page: Page, hand: Hand, tmp_path: Path, inbox: Path, session: Session
) -> None:
    (inbox / "ventas_2023.csv").write_text(ventas(5))  # it was there before: not new
    watch(qtbot, page, hand, tmp_path, inbox)
    (inbox / "ventas_2024-02.csv").write_text(ventas(70, column="region"))
    hand.wait_until(lambda: "ventas_2024-02.csv has arrived" in said(page))
    assert "probably renamed" in said(page)
    badge = tab_badges(session)["datasets"]
    assert badge is not None
    assert badge[2] == "1 file waits in a watched folder"
    assert len(session.records(DATASET)) == 1
    hand.click("datasets.waiting_import")
    hand.wait_read()
    hand.click("datasets.import_confirm")
    hand.wait_dataset("ventas_2024-01@2")
    hand.wait_until(lambda: not page.folders.waiting)
    assert not page.waiting.isVisible()


def test_that_a_declined_file_is_not_proposed_again(
    qtbot: QtBot, page: Page, hand: Hand, tmp_path: Path, inbox: Path, session: Session
) -> None:
    watch(qtbot, page, hand, tmp_path, inbox)
    (inbox / "ventas_2024-02.csv").write_text(ventas(70))
    hand.wait_until(lambda: bool(page.folders.waiting))
    hand.click("datasets.waiting_decline")
    hand.wait_until(lambda: len(session.records("watched-file")) == 1)
    assert not page.waiting.isVisible()
    page.folders.refresh()  # as after a restart
    (inbox / "ventas_2024-03.csv").write_text(ventas(80))
    hand.wait_until(lambda: bool(page.folders.waiting))
    assert [Path(one.candidate.path).name for one in page.folders.waiting] == ["ventas_2024-03.csv"]


def test_that_a_file_that_goes_and_bytes_that_are_known_are_said(
    qtbot: QtBot, page: Page, hand: Hand, tmp_path: Path, inbox: Path
) -> None:
    watch(qtbot, page, hand, tmp_path, inbox)
    path = inbox / "ventas_2024-02.csv"
    path.write_text(ventas(70))
    hand.wait_until(lambda: bool(page.folders.waiting))
    path.unlink()
    hand.wait_until(lambda: "ventas_2024-02.csv was taken out" in said(page))
    (inbox / "copia.csv").write_text(ventas(60))
    hand.wait_until(lambda: "has the same bytes as ventas_2024-01@1" in said(page))


def test_that_a_folder_that_cannot_be_reached_is_said_until_it_is_back(
    qtbot: QtBot, page: Page, hand: Hand, tmp_path: Path, inbox: Path
) -> None:
    watch(qtbot, page, hand, tmp_path, inbox)
    inbox.rename(tmp_path / "away")
    hand.wait_until(lambda: "looked for again" in said(page))
    (tmp_path / "away").rename(inbox)
    hand.wait_until(lambda: not page.waiting.isVisible())
    (inbox / "ventas_2024-02.csv").write_text(ventas(70))
    hand.wait_until(lambda: "has arrived" in said(page))


def test_that_a_file_that_is_no_table_can_only_be_declined(
    qtbot: QtBot, page: Page, hand: Hand, tmp_path: Path, inbox: Path
) -> None:
    watch(qtbot, page, hand, tmp_path, inbox)
    (inbox / "ventas_2024-02.csv").write_bytes(bytes(range(256)) * 64)
    hand.wait_until(lambda: "isn't a text file" in said(page))
    assert page.waiting.findChild(QPushButton, "datasets.waiting_import") is None
