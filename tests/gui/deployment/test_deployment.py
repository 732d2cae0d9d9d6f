"""The Deployment tab, by clicks: exports that prove themselves."""

from __future__ import annotations

import socket
import sys
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.deployment.history import deployments, releases
from app.deployment.records import DEPLOYMENT, RELEASE, Deployment
from app.project import Project, Record
from app.text.message import Text
from app.ui.deployment.page import Page
from app.ui.dialogs import Dialog
from app.ui.session import Session
from app.ui.widgets.form import Dropdown
from app.ui.widgets.table import Table
from app.verification.records import REPORT, VERIFY, VerifyRequest
from app.verification.state import decide
from tests.gui.trained import Hand, model_id, nameless

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def page(session: Session) -> Page:
    """With version 1 approved."""
    assert session.project is not None
    decide(session.project, model="left@1", approved=True, by="Ana", comment="Good")
    return Page(session)


def test_that_nothing_goes_out_without_an_approval(qtbot: QtBot, session: Session) -> None:
    hand = Hand(qtbot, Page(session))
    assert "Only an approved version can be exported" in hand.words()
    assert not hand.sees("deployment.export.bundle")


def test_that_an_export_proves_itself_and_is_listed(hand: Hand, page: Page, session: Session) -> None:
    hand.click("deployment.export.bundle")
    focused = page.focusWidget()
    assert focused is not None
    assert focused.objectName() == "deployment.outcome"
    hand.until(lambda: hand.sees("deployment.folder"))
    assert "largest difference 0" in hand.words()
    (record,) = session.records(DEPLOYMENT)
    release = record.read(Deployment)
    assert session.project is not None
    assert (session.project.folder / "exports" / release.file_name).is_file()
    assert hand.find(Table, "deployment.releases").model().rowCount() == 1
    assert hand.find(QLineEdit, "deployment.bundle").text().endswith(".zip")


def test_that_a_path_left_empty_is_asked_for(hand: Hand) -> None:
    hand.click("deployment.score")
    assert hand.words().count("Choose a file here.") == 3


def test_that_the_version_asked_for_is_offered(hand: Hand, page: Page, session: Session) -> None:
    page.show_record(model_id(session, "left@1"))
    assert hand.find(Dropdown, "deployment.version").value() == model_id(session, "left@1")


def test_that_paths_are_kept_when_the_page_is_made_again(
    qtbot: QtBot, hand: Hand, page: Page, session: Session
) -> None:
    hand.write("deployment.source", str(Path(sys.prefix) / "file.csv"))
    other = Page(session)
    other.recall(page.remember())
    again = Hand(qtbot, other)
    assert again.find(QLineEdit, "deployment.source").text().endswith("file.csv")
    assert again.find(QLineEdit, "deployment.out").text().endswith("file-scored.csv")


def test_that_every_control_has_a_name(hand: Hand, page: Page) -> None:
    assert not nameless(page)


def test_that_a_release_is_made_with_notes(hand: Hand, session: Session) -> None:
    hand.write("deployment.release_notes", "First for the branches")
    hand.click("deployment.release_make")
    hand.until(lambda: "Release 1" in hand.words())
    assert "First for the branches" in hand.words()
    (made,) = releases(session.records(RELEASE))
    assert made.body.notes == "First for the branches"
    hand.click("deployment.export.bundle")
    hand.until(lambda: hand.sees("deployment.folder"))
    (deployed,) = deployments(session.records(DEPLOYMENT))
    assert deployed.body.release == made.digest


def test_that_what_was_replaced_comes_back_by_a_click(hand: Hand, session: Session) -> None:
    assert session.project is not None
    for label in ("left@1", "left@2"):
        if label == "left@2":
            judged = VerifyRequest(project=str(session.project.folder), model=label)
            session.submit(VERIFY, judged, Text("ui_deployment.title"))
            hand.until(lambda: len(session.records(REPORT)) == 2)
            session.store(partial(_approve, session.project, label))
            hand.until(lambda: hand.find(Dropdown, "deployment.version").count() == 2)
            hand.choose("deployment.version", model_id(session, label))
        hand.click("deployment.export.bundle")
        hand.until(lambda label=label: newest(session) == label)
        hand.until(lambda: hand.find(QPushButton, "deployment.export.bundle").isEnabled())
    table = hand.find(Table, "deployment.releases")
    states = [table.model().index(place, 3).data() for place in range(2)]
    assert states == ["in use", "replaced"]
    assert "Since release 1:" in hand.words()
    table.setCurrentIndex(table.model().index(1, 0))
    hand.click("deployment.back")
    hand.until(lambda: newest(session) == "left@1" and table.model().rowCount() == 3)
    assert [table.model().index(place, 3).data() for place in range(3)] == ["in use", "replaced", "replaced"]


def newest(session: Session) -> str:
    made = deployments(session.records(DEPLOYMENT))
    return made[-1].body.model if made else ""


def _approve(project: Project, label: str) -> list[Record]:
    return [decide(project, model=label, approved=True, by="Ana", comment="Good", override="a test")]


def test_that_a_server_that_does_not_answer_is_said_before_anything_goes_there(hand: Hand, session: Session) -> None:
    hand.click("deployment.export.mlflow")
    asked, dialog = settings(hand)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # taken, and nobody listens
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
        asked.write("deployment.setting.url", address)
        asked.click("deployment.settings_test")
        asked.until(lambda: f"Nothing answers at {address}" in asked.words())
        assert dialog.focusWidget() is asked.find(QPushButton, "deployment.settings_export")
        assert dialog.height() >= dialog.body.totalHeightForWidth(dialog.width())
        asked.click("deployment.settings_export")
        hand.until(lambda: hand.sees("deployment.export_notice"))
    assert f"Nothing answers at {address}" in hand.words()
    assert not session.records(DEPLOYMENT)


def test_that_what_an_address_needs_as_well_is_asked_for_in_place(hand: Hand, session: Session) -> None:
    hand.click("deployment.export.submarine")
    asked, dialog = settings(hand)
    asked.write("deployment.setting.url", "http://127.0.0.1:1")
    asked.click("deployment.settings_export")
    assert "This is needed." in asked.words()
    assert dialog.isVisible()
    assert not session.jobs.open()
    dialog.reject()


def settings(hand: Hand) -> tuple[Hand, Dialog]:
    """The dialog that is open."""
    dialog = next(one for one in QApplication.topLevelWidgets() if one.objectName() == "deployment.settings")
    assert isinstance(dialog, Dialog)
    return Hand(hand.qtbot, dialog), dialog
