"""The versions of a dataset in the window, by clicks: recognised, noted, put away, restored, compared, purged."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.data.records import DATASET, ImportRequest
from app.data.records import IMPORT as IMPORT_KIND
from app.project import check
from app.text import Words
from app.text.message import Text, amount
from app.ui.datasets.page import Page
from app.ui.datasets.purge_dialog import PurgeDialog
from app.ui.datasets.versions_view import VersionsView
from app.ui.session import Session
from tests.gui.datasets.conftest import Hand

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HEAD = "id,amount,place\n"
FIRST = HEAD + "".join(f"A{n:03},{n},{('Lima', 'Puno')[n % 2]}\n" for n in range(60))
SECOND = FIRST.replace("A007,7,", "A007,7000,").replace("A059,59,Puno\n", "A900,5,Cuzco\n")


@pytest.fixture
def two(page: Page, hand: Hand, session: Session, tmp_path: Path) -> VersionsView:
    """A dataset with two versions, and the page of its versions."""
    for number, content in enumerate((FIRST, SECOND), start=1):
        path = tmp_path / f"{number}.csv"
        path.write_text(content)
        assert session.project is not None
        request = ImportRequest(project=str(session.project.folder), source=str(path), name="sales")
        session.submit(IMPORT_KIND, request, Text("ui.sample_name"))
        hand.wait_until(lambda number=number: len(session.records(DATASET)) == number)  # type: ignore[misc]
    page.show_record(session.records(DATASET)[-1].id)
    hand.wait_dataset("sales@2")
    hand.click("datasets.versions")
    hand.wait_until(lambda: page.versions.table.entries.rowCount() == 2)
    return page.versions


def labels(view: VersionsView) -> list[str]:
    return [entry.label for entry in view.table.entries.rows()]


def test_that_a_file_that_is_a_version_already_is_recognised_and_can_be_imported_all_the_same(
    page: Page, hand: Hand, session: Session, customers: Path
) -> None:
    page.begin_import(str(customers))
    hand.wait_read()
    hand.click("datasets.import_confirm")
    hand.wait_dataset("clientes@1")
    page.begin_import(str(customers))
    hand.wait_read()
    hand.click("datasets.import_confirm")
    hand.wait_until(lambda: page.findChild(QWidget, "datasets.show_known") is not None)
    assert len(session.records(DATASET)) == 1
    hand.click("datasets.import_again")
    hand.wait_dataset("clientes@2")
    assert len(session.records(DATASET)) == 2


def test_that_a_note_is_stored_and_shown_with_the_dataset(
    two: VersionsView, page: Page, hand: Hand, qtbot: QtBot
) -> None:
    hand.find(QPlainTextEdit, "datasets.note").setPlainText("prices corrected")
    hand.find(QLineEdit, "datasets.note_by").setText("Ana")
    hand.click("datasets.version_save")
    hand.wait_until(lambda: two.table.entries.rows()[0].note == "prices corrected")
    assert two.table.entries.rows()[0].by == "Ana"
    hand.click("datasets.versions_back")
    assert page.dataset.version is not None
    hand.wait_until(lambda: page.dataset.version is not None and page.dataset.version.note == "prices corrected")


def test_that_a_version_goes_into_the_bin_and_comes_back_by_undo(two: VersionsView, page: Page, hand: Hand) -> None:
    hand.click("datasets.version_remove")
    hand.wait_until(lambda: labels(two) == ["sales@1"])
    said = [label.text() for label in two.notice.findChildren(QLabel)]
    assert "sales version 2 is in the bin. Nothing was deleted." in said
    hand.find(QCheckBox, "datasets.show_bin").click()
    assert labels(two) == ["sales@2", "sales@1"]
    hand.click("datasets.undo")
    hand.wait_until(lambda: all(entry.binned is None for entry in two.table.entries.rows()))
    assert two.table.entries.rows()[0].newest


def test_that_the_bin_is_reached_from_the_rail_even_where_nothing_else_is_left(
    two: VersionsView, page: Page, hand: Hand, session: Session
) -> None:
    for left in (1, 0):
        hand.click("datasets.version_remove")
        hand.wait_until(lambda left=left: len(session.records(DATASET)) == left)  # type: ignore[misc]
        hand.wait_until(lambda left=left: two.table.entries.rowCount() == left)  # type: ignore[misc]
    hand.click("datasets.versions_back")
    hand.click("datasets.bin")
    hand.wait_until(lambda: len(labels(two)) == 2)
    hand.click("datasets.version_undo")
    hand.wait_until(lambda: len(session.records(DATASET)) == 1)


def test_that_an_older_version_becomes_the_newest(two: VersionsView, page: Page, hand: Hand, session: Session) -> None:
    two.table.selectRow(1)
    hand.click("datasets.version_restore")
    hand.wait_until(lambda: labels(two) == ["sales@3", "sales@2", "sales@1"])
    first, _, third = session.records(DATASET)
    assert first.objects == third.objects


def test_that_two_versions_are_compared(two: VersionsView, page: Page, hand: Hand) -> None:
    hand.click("datasets.version_compare")
    view = page.comparison
    hand.wait_until(lambda: view.found is not None)
    found = view.found
    assert found is not None
    assert (found.rows.key, found.rows.added, found.rows.removed, found.rows.changed) == (("id",), 1, 1, 1)
    assert [view.examples.lines.look(0, c).text for c in range(4)] == ["A007", "amount", "7", "7,000"]
    hand.click("datasets.compare_added")
    assert view.examples.lines.look(0, 0).text == "A900"
    assert view.parts.buttons["added"].text() == "1 added"
    assert Words("es")("ui_datasets.compare.part.added", n=amount(1)) == "1 añadida"
    view.changes.selectRow(1)
    assert view.chart.accessibleDescription()
    hand.click("datasets.compare_back")
    assert page.currentWidget() is two


def test_that_a_version_is_deleted_for_good_only_behind_its_own_name(
    two: VersionsView, page: Page, hand: Hand, session: Session, qtbot: QtBot
) -> None:
    project = session.project
    assert project is not None
    gone = session.records(DATASET)[-1]
    hand.click("datasets.version_purge")

    def dialog() -> PurgeDialog | None:
        found = [w for w in QApplication.topLevelWidgets() if isinstance(w, PurgeDialog) and w.isVisible()]
        return found[0] if found else None

    hand.wait_until(lambda: dialog() is not None)
    asked = dialog()
    assert asked is not None
    assert not asked.delete.isEnabled()
    qtbot.keyClicks(asked.reason, "request")
    qtbot.keyClicks(asked.typed, "sales@2")
    hand.wait_until(asked.delete.isEnabled)
    qtbot.mouseClick(asked.delete, Qt.MouseButton.LeftButton)
    hand.wait_until(lambda: labels(two) == ["sales@1"])
    hand.wait_until(lambda: not project.object_place(gone.objects["table"].sha256).exists())
    assert check(project).damaged == ()
    assert hand.find(QPushButton, "datasets.version_purge").isEnabled()
