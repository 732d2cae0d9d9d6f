"""Prices and threshold by clicks; the champion and the rule beside the version."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtWidgets import QDoubleSpinBox, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app.learning.records import MODEL
from app.ui.session import Session
from app.ui.settings import Settings
from app.ui.theme import Theme
from app.ui.verification.page import Page
from app.ui.verification.price_form import PriceForm
from app.ui.verification.threshold_chart import ThresholdChart
from app.ui.widgets.table import Table
from app.verification.records import DECISION, REPORT, Report
from app.verification.state import decide
from app.verification.value.records import OPERATING_POINT, OperatingPoint, ValueTable
from app.verification.value.stored import set_value_table, value_table
from tests.gui.trained import Hand, model_id, nameless

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def give_prices(hand: Hand, session: Session) -> None:
    hand.click("verification.value.show")
    hand.write("verification.value.price.0.1", "-10")
    hand.write("verification.value.price.1.0", "-200")
    hand.write("verification.value.rows", "5000")
    hand.write("verification.value.currency", "eur")
    hand.click("verification.value.store")
    assert session.project is not None
    project = session.project
    hand.until(lambda: value_table(project, "left") is not None)


def test_that_prices_are_stored_and_the_threshold_they_call_for_is_taken(
    hand: Hand, page: Page, session: Session
) -> None:
    page.show_record(model_id(session, "left@1"))
    assert not hand.sees("verification.worth.chart")
    give_prices(hand, session)
    assert session.project is not None
    stored = value_table(session.project, "left")
    assert stored is not None
    assert (stored.cells, stored.rows, stored.currency) == (((0.0, -10.0), (-200.0, 0.0)), 5000, "EUR")
    hand.until(lambda: hand.sees("verification.worth.chart"))
    assert "judge again before deciding" in hand.words()
    before = hand.find(QLabel, "verification.worth.money").text()
    hand.click("verification.worth.best")
    after = hand.find(QLabel, "verification.worth.money").text()
    assert after != before
    assert "a month (95% between" in after
    chosen = hand.find(QDoubleSpinBox, "verification.worth.threshold").value() / 100
    assert chosen < 0.5, "missing one costs twenty times a false alarm"
    hand.click("verification.worth.use")
    hand.until(lambda: bool(session.records(OPERATING_POINT)))
    point = session.records(OPERATING_POINT)[0].read(OperatingPoint)
    assert point.best
    assert point.threshold == pytest.approx(chosen, abs=0.001)
    hand.click("verification.again")
    hand.until(lambda: len(session.records(REPORT)) == 2)
    report = session.records(REPORT)[-1].read(Report)
    assert report.threshold == point.threshold
    assert report.worth is not None
    hand.until(lambda: hand.sees("verification.worth.gain"))
    assert not hand.sees("verification.worth.stale")
    assert not nameless(page)


def test_that_dragging_moves_money_and_counts(hand: Hand, page: Page, session: Session) -> None:
    page.show_record(model_id(session, "left@1"))
    give_prices(hand, session)
    hand.until(lambda: hand.sees("verification.worth.chart"))
    chart = hand.find(ThresholdChart, "verification.worth.chart")
    said = []
    for at in (0.1, 0.4, 0.9):
        chart.move_line(at)
        assert chart._line is not None
        chart._line.setValue(at + 0.01)  # as the mouse does
        said.append(hand.find(QLabel, "verification.worth.money").text())
        assert hand.find(QDoubleSpinBox, "verification.worth.threshold").value() == pytest.approx(100 * (at + 0.01))
    assert len(set(said)) == 3
    hand.find(QDoubleSpinBox, "verification.worth.threshold").setValue(41.0)
    assert hand.find(QLabel, "verification.worth.money").text() == said[1]
    assert chart._line is not None
    assert chart._line.value() == pytest.approx(0.41)
    shares = hand.find(ThresholdChart, "verification.worth.shares")
    assert shares._line is not None
    shares._line.setValue(0.63)
    assert chart._line.value() == pytest.approx(0.63), "both lines move together"
    counts = [hand.find(QLabel, f"verification.worth.{kind}").text() for kind in ("found", "missed", "false_alarms")]
    assert all(count.replace(",", "").isdigit() for count in counts)


def test_that_dragging_says_how_many_rows_cannot_be_acted_on(
    qtbot: QtBot, hand: Hand, page: Page, session: Session
) -> None:
    page.show_record(model_id(session, "left@1"))
    give_prices(hand, session)
    project = session.project
    assert project is not None
    prices = value_table(project, "left")
    assert prices is not None
    set_value_table(project, msgspec.structs.replace(prices, capacity=50))
    other = Page(session)
    shown = Hand(qtbot, other)
    other.show_record(model_id(session, "left@1"))
    shown.until(lambda: shown.sees("verification.worth.chart"))
    shown.find(QDoubleSpinBox, "verification.worth.threshold").setValue(0.0)
    assert "Of 5,000 rows a month that reach the threshold, 50 can be acted on: the 4,950" in shown.words()
    shown.find(QDoubleSpinBox, "verification.worth.threshold").setValue(100.0)
    assert "least likely are left out" not in shown.words()


def test_that_moving_the_threshold_of_an_approved_version_is_warned_of(
    hand: Hand, page: Page, session: Session
) -> None:
    page.show_record(model_id(session, "left@1"))
    give_prices(hand, session)
    hand.until(lambda: hand.sees("verification.worth.chart"))
    at = hand.find(QDoubleSpinBox, "verification.worth.threshold")
    at.setValue(41.0)
    assert not hand.sees("verification.worth.approved"), "nothing is approved yet"
    at.setValue(50.0)
    hand.write("verification.comment", "Read.")
    hand.click("verification.approve")
    hand.until(lambda: bool(session.records(DECISION)) and hand.sees("verification.decide_again"))
    assert not hand.sees("verification.worth.approved")
    at.setValue(41.0)
    assert "This version was approved with the threshold 50%" in hand.words()
    hand.click("verification.worth.use")
    hand.until(lambda: bool(session.records(OPERATING_POINT)))
    hand.until(lambda: hand.sees("verification.worth.approved"))


def test_that_what_is_no_price_is_refused_in_place(hand: Hand, page: Page, session: Session) -> None:
    page.show_record(model_id(session, "left@1"))
    hand.click("verification.value.show")
    hand.write("verification.value.price.0.1", "ten")
    hand.click("verification.value.store")
    assert "“ten” isn't a number." in hand.words()
    hand.write("verification.value.price.0.1", "10")
    hand.write("verification.value.currency", "euros")
    hand.click("verification.value.store")
    hand.until(lambda: "“EUROS” is no currency" in hand.words())
    assert session.project is not None
    assert value_table(session.project, "left") is None


@pytest.mark.parametrize(
    ("language", "typed", "value"),
    [("es", "1.234,5", 1234.5), ("es", "-12,25", -12.25), ("en", "1,234.5", 1234.5), ("en", "", 0.0)],
)
def test_that_prices_are_read_in_the_readers_format(
    qtbot: QtBot, qapp: object, language: str, typed: str, value: float
) -> None:
    session = Session(theme=Theme(qapp, mode="light"), settings=Settings(language=language))  # type: ignore[arg-type]
    form = PriceForm(session)
    qtbot.addWidget(form)
    blank = ValueTable(model="m", labels=("a", "b"), cells=((0.0, 0.0), (0.0, 0.0)))
    form.show_table(blank, "b")
    form.findChild(QLineEdit, "verification.value.price.1.0").setText(typed)
    with qtbot.waitSignal(form.given) as given:
        form._on_store_clicked()
    assert given.args[0].cells[1][0] == value
    session.close()


def test_that_the_version_in_use_stands_beside_a_challenger_with_the_rows_that_flipped(
    hand: Hand, page: Page, session: Session
) -> None:
    assert session.project is not None
    decide(session.project, model="left@1", approved=True, by="Ana", comment="Good")
    page.show_record(model_id(session, "left@2"))
    hand.click("verification.verify")
    hand.until(lambda: hand.sees("verification.beside.champion"))
    assert "left v1, the version in use" in hand.words()
    rows = hand.find(Table, "verification.beside.champion.metrics").model()
    assert rows.rowCount() == 9
    hand.click("verification.flips")
    hand.until(lambda: hand.sees("verification.flips.rows"))
    assert hand.find(Table, "verification.flips.rows").model().rowCount() > 0
    hand.click("verification.flips")
    assert not hand.sees("verification.flips.rows")
    assert len(session.records(MODEL)) == 2
