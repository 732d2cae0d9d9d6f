"""The Verification tab, by clicks, with real reports."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.text.words import Words, choose_locale
from app.ui.session import Session
from app.ui.typed_numbers import parse_number
from app.ui.verification.page import Page
from app.ui.widgets.table import Table
from app.verification.policy import gate_limit, least_differences
from app.verification.records import DECISION, REPORT, Decision
from app.verification.state import VersionState
from tests.gui.trained import Hand, model_id, nameless, version

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_that_a_project_without_versions_says_what_to_do(qtbot: QtBot, empty_session: Session) -> None:
    hand = Hand(qtbot, Page(empty_session))
    assert "Train a model first" in hand.words()


def test_that_a_version_stays_sealed_until_its_report_is_asked_for(hand: Hand, page: Page, session: Session) -> None:
    page.show_record(model_id(session, "left@2"))
    assert "that it has never seen" in hand.words()
    assert not hand.sees("verification.approve")
    hand.click("verification.verify")
    hand.until(lambda: hand.sees("verification.approve"))
    assert len(session.records(REPORT)) == 2
    assert version(session, "left@2").state is VersionState.VERIFIED


def test_that_a_stopped_report_leaves_the_rows_sealed(hand: Hand, page: Page, session: Session) -> None:
    page.show_record(model_id(session, "left@2"))
    hand.click("verification.verify")
    hand.click("verification.stop")
    hand.until(lambda: "stay sealed" in hand.words())
    assert len(session.records(REPORT)) == 1
    assert hand.sees("verification.verify")


def test_that_the_report_shows_metrics_with_intervals_beside_the_baseline(
    hand: Hand, page: Page, session: Session
) -> None:
    page.show_record(model_id(session, "left@1"))
    rows = hand.find(Table, "verification.metrics").model()
    assert rows.rowCount() >= 6
    assert all("–" in rows.index(row, 3).data() or rows.index(row, 3).data() for row in range(rows.rowCount()))
    for chart in ("roc", "precision_recall", "calibration", "importance"):
        hand.until(lambda name=chart: hand.sees(f"verification.chart.{name}"))
    assert hand.find(Table, "verification.confusion").model().rowCount() == 2


def test_that_approving_is_recorded_with_name_and_comment(hand: Hand, page: Page, session: Session) -> None:
    page.show_record(model_id(session, "left@1"))
    hand.write("verification.by", "Ana Ruiz")
    hand.write("verification.comment", "Good on rows it has never seen.")
    hand.click("verification.approve")
    hand.until(lambda: version(session, "left@1").state is VersionState.APPROVED)
    hand.until(lambda: "Approved by Ana Ruiz" in hand.words())
    assert "Good on rows it has never seen." in hand.words()
    assert hand.sees("verification.to_deployment")
    assert not hand.sees("verification.approve")


def test_that_a_decision_can_be_made_again_and_replaces_the_first(hand: Hand, page: Page, session: Session) -> None:
    page.show_record(model_id(session, "left@1"))
    hand.write("verification.comment", "Fine")
    hand.click("verification.approve")
    hand.click("verification.decide_again")
    hand.write("verification.comment", "Wrong data, after all")
    hand.click("verification.reject")
    hand.until(lambda: version(session, "left@1").state is VersionState.REJECTED)
    first, second = session.records(DECISION)
    assert second.read(Decision).supersedes == (first.id,)
    hand.until(lambda: "Rejected by" in hand.words())
    assert not hand.sees("verification.to_deployment")


def test_that_a_failed_gate_wants_a_reason_before_approval(hand: Hand, page: Page, session: Session) -> None:
    page.show_record(model_id(session, "left@1"))
    hand.write("verification.limit_value", "0.999")
    hand.click("verification.limit_set")
    hand.until(lambda: "one gate isn't met" in hand.words())
    hand.click("verification.approve")
    assert "Write why it may be used" in hand.words()
    assert not session.records(DECISION)
    hand.write("verification.comment", "Only for a trial with twenty customers.")
    hand.click("verification.approve")
    hand.until(lambda: bool(session.records(DECISION)))
    decision = session.records(DECISION)[0].read(Decision)
    assert decision.override == "Only for a trial with twenty customers."
    assert decision.failed_gates


def test_that_a_decision_without_a_name_is_refused_in_place(hand: Hand, page: Page, session: Session) -> None:
    page.show_record(model_id(session, "left@1"))
    before = hand.words()
    hand.write("verification.by", "")
    hand.click("verification.approve")
    hand.until(lambda: "name" in hand.words().removeprefix(before).lower() and hand.words() != before)
    assert not session.records(DECISION)


def test_that_a_limit_that_is_no_number_is_refused_in_place(hand: Hand, page: Page, session: Session) -> None:
    page.show_record(model_id(session, "left@1"))
    hand.write("verification.limit_value", "high")
    hand.click("verification.limit_set")
    assert "“high” isn't a number." in hand.words()
    assert session.project is not None
    assert gate_limit(session.project, "left") is None


def test_that_what_is_at_stake_changes_the_gates_and_wants_two_people(hand: Hand, page: Page, session: Session) -> None:
    page.show_record(model_id(session, "left@1"))
    assert "two people must approve" not in hand.words()
    hand.choose("verification.risk", "high")
    hand.until(lambda: "two people must approve" in hand.words())
    hand.until(lambda: "rows; 500 are asked for." in hand.words())
    hand.choose("verification.limit_metric", "size")
    hand.write("verification.limit_value", "0.000001")
    hand.click("verification.limit_set")
    hand.until(lambda: "that are allowed." in hand.words())
    hand.write("verification.comment", "A trial")
    hand.click("verification.approve")
    hand.until(lambda: version(session, "left@1").state is VersionState.HALF)
    hand.until(lambda: hand.sees("verification.approve"))
    assert not hand.sees("verification.to_deployment")
    hand.write("verification.comment", "Again")
    hand.click("verification.approve")
    hand.until(lambda: "each with a key of their own" in hand.words())


def test_that_an_empty_limit_takes_it_away(hand: Hand, page: Page, session: Session) -> None:
    page.show_record(model_id(session, "left@1"))
    hand.write("verification.limit_value", "0.6")
    hand.click("verification.limit_set")
    assert session.project is not None
    project = session.project
    hand.until(lambda: gate_limit(project, "left") is not None)
    hand.write("verification.limit_value", "")
    hand.click("verification.limit_set")
    hand.until(lambda: gate_limit(project, "left") is None)


def test_that_a_limit_is_read_with_a_decimal_comma_in_spanish(qtbot: QtBot, session: Session) -> None:
    session.words = Words(choose_locale("es"))
    page = Page(session)
    hand = Hand(qtbot, page)
    page.show_record(model_id(session, "left@1"))
    hand.write("verification.limit_value", "0,65")
    hand.click("verification.limit_set")
    assert session.project is not None
    project = session.project
    hand.until(lambda: gate_limit(project, "left") is not None)
    limit = gate_limit(project, "left")
    assert limit is not None
    assert limit.limit == pytest.approx(0.65)


def test_that_the_smallest_difference_that_matters_is_set_where_the_gates_are(
    hand: Hand, page: Page, session: Session
) -> None:
    page.show_record(model_id(session, "left@1"))
    assert session.project is not None
    project = session.project
    hand.write("verification.least_value", "-1")
    hand.click("verification.least_set")
    assert "“-1” isn't a number from 0 up." in hand.words()
    hand.write("verification.least_value", "0.02")
    hand.click("verification.least_set")
    hand.until(lambda: list(least_differences(project, "left").values()) == [0.02])
    hand.write("verification.least_value", "")
    hand.click("verification.least_set")
    hand.until(lambda: not least_differences(project, "left"))


@pytest.mark.parametrize("width", [1000, 1280, 1600])
def test_that_no_word_of_the_metrics_is_cut_in_spanish(qtbot: QtBot, session: Session, width: int) -> None:
    session.words = Words(choose_locale("es"))
    page = Page(session)
    hand = Hand(qtbot, page)
    page.resize(width, 650)
    page.show_record(model_id(session, "left@1"))
    table = hand.find(Table, "verification.metrics")
    model = table.model()
    written = [c for c in range(model.columnCount()) if c != 2]  # there the interval is drawn
    hand.until(lambda: table.columnWidth(0) >= table.sizeHintForColumn(0))
    assert all(table.columnWidth(c) >= table.sizeHintForColumn(c) for c in written)
    assert table.horizontalScrollBar().maximum() == 0
    strip = table.columnWidth(2)
    assert strip == 0 or strip >= 60
    gates = hand.find(QPushButton, "verification.limit_set").parentWidget()
    assert gates is not None
    sentences = [said for said in gates.findChildren(QLabel) if said.isVisible() and said.wordWrap()]
    assert sentences
    hand.until(lambda: all(said.height() >= said.heightForWidth(said.width()) for said in sentences))


@pytest.mark.parametrize(("typed", "half", "value"), [("0,8", "0,5", 0.8), ("0.8", "0.5", 0.8), ("a", "0.5", None)])
def test_that_numbers_are_read_in_the_readers_format(typed: str, half: str, value: float | None) -> None:
    assert parse_number(typed, half) == value


@pytest.mark.parametrize(("name", "start"), [("report.html", b"<!DOCTYPE"), ("report.pdf", b"%PDF-")])
def test_that_the_report_is_saved_as_a_file(
    hand: Hand, page: Page, session: Session, tmp_path: Path, name: str, start: bytes
) -> None:
    from PySide6.QtWidgets import QFileDialog

    page.show_record(model_id(session, "left@1"))
    hand.click("verification.save")
    chooser = page.findChild(QFileDialog, "chooser")
    assert chooser is not None
    target = tmp_path / name
    chooser.fileSelected.emit(str(target))
    chooser.reject()
    hand.until(target.is_file)
    assert target.read_bytes().startswith(start)


def test_that_a_page_made_again_shows_the_same_version(qtbot: QtBot, hand: Hand, page: Page, session: Session) -> None:
    page.show_record(model_id(session, "left@1"))
    other = Page(session)
    other.recall(page.remember())
    assert Hand(qtbot, other).sees("verification.approve")


def test_that_two_clicks_make_one_decision(qtbot: QtBot, hand: Hand, page: Page, session: Session) -> None:
    page.show_record(model_id(session, "left@1"))
    for _ in range(2):
        qtbot.mouseClick(hand.find(QPushButton, "verification.approve"), Qt.MouseButton.LeftButton)
    hand.until(lambda: version(session, "left@1").state is VersionState.APPROVED)
    assert session.project is not None
    assert len(session.project.records(DECISION)) == 1


def test_that_a_decision_is_made_by_keyboard_alone(qtbot: QtBot, hand: Hand, page: Page, session: Session) -> None:
    page.show_record(model_id(session, "left@1"))
    comment = hand.find(QPlainTextEdit, "verification.comment")
    comment.setFocus()
    qtbot.keyClicks(comment, "By keyboard")
    qtbot.keyClick(comment, Qt.Key.Key_Tab)
    approve = hand.find(QPushButton, "verification.approve")
    hand.until(approve.hasFocus)
    qtbot.keyClick(approve, Qt.Key.Key_Space)
    hand.until(lambda: version(session, "left@1").state is VersionState.APPROVED)


def test_that_every_control_has_a_name(hand: Hand, page: Page, session: Session) -> None:
    page.show_record(model_id(session, "left@1"))
    assert not nameless(page)
