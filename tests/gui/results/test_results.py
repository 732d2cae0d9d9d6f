"""The Results tab: versions over time."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.deployment.runs.records import EXPERIMENT
from app.ui.results.history import History
from app.ui.results.page import Page
from app.ui.session import Session
from app.ui.widgets.chart import ChartView
from app.ui.widgets.form import Dropdown
from app.ui.widgets.table import Table
from app.verification.state import decide, models
from tests.gui.trained import Hand, model_id, nameless
from tests.integration.deployment.replicas import logged, logged_run, running

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def states(hand: Hand) -> list[str]:
    rows = hand.find(Table, "results.versions").model()
    return [rows.index(row, 1).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(rows.rowCount())]


def test_that_a_project_without_versions_says_what_to_do(qtbot: QtBot, empty_session: Session) -> None:
    assert "Each training adds a version" in Hand(qtbot, Page(empty_session)).words()


def test_that_every_version_is_listed_newest_first_with_its_state(hand: Hand) -> None:
    assert states(hand) == ["not verified", "to decide"]
    assert "2 versions" in hand.words()


def test_that_a_decision_changes_the_list_at_once(hand: Hand, session: Session) -> None:
    assert session.project is not None
    record = decide(session.project, model="left@1", approved=True, by="Ana", comment="Good")
    session.changed.emit({record.kind: (record.id,)})
    assert states(hand) == ["not verified", "approved"]


def test_that_a_metric_is_added_and_taken_away(hand: Hand, page: Page) -> None:
    hand.choose("results.add_metric", "recall")
    hand.until(lambda: hand.sees("results.metric.recall"))
    rows = hand.find(Table, "results.versions").model()
    titles = [
        rows.headerData(c, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole) for c in range(rows.columnCount())
    ]
    assert any("recall" in str(title) for title in titles)
    hand.click("results.metric.recall")
    hand.until(lambda: not hand.sees("results.metric.recall"))


def test_that_a_point_opens_the_report_of_its_version(qtbot: QtBot, hand: Hand, session: Session) -> None:
    hand.until(lambda: hand.sees("results.history"))  # drawn in a turn of its own, a moment after the page
    chart = hand.find(ChartView, "results.history")
    with qtbot.waitSignal(session.navigated) as shown:
        chart.point_clicked.emit(0, 0)
    assert shown.args == ["verification", model_id(session, "left@1")]


def test_that_a_row_opens_its_report_from_the_keyboard(qtbot: QtBot, hand: Hand, session: Session) -> None:
    table = hand.find(Table, "results.versions")
    table.selectRow(1)
    with qtbot.waitSignal(session.navigated) as shown:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert shown.args == ["verification", model_id(session, "left@1")]


def test_that_the_metrics_shown_are_kept_when_the_page_is_made_again(
    qtbot: QtBot, hand: Hand, page: Page, session: Session
) -> None:
    hand.choose("results.add_metric", "recall")
    other = Page(session)
    other.recall(page.remember())
    again = Hand(qtbot, other)
    again.until(lambda: again.sees("results.metric.recall"))


def test_that_every_control_has_a_name(hand: Hand, page: Page) -> None:
    hand.until(lambda: hand.sees("results.history"))
    assert not nameless(page)


def test_that_two_versions_are_set_side_by_side(hand: Hand, page: Page, session: Session) -> None:
    hand.find(Table, "results.versions").selectRow(0)
    choice = hand.find(Dropdown, "results.compare_with")
    assert [choice.itemData(n) for n in range(choice.count())] == ["left@1"]
    hand.choose("results.compare_with", "left@1")
    hand.until(lambda: hand.sees("results.compare"))
    rows = hand.find(Table, "results.compare.settings").model()
    told = {rows.index(n, 0).data(): (rows.index(n, 1).data(), rows.index(n, 2).data()) for n in range(rows.rowCount())}
    assert told["Left out"][0] == "customer, plan"
    assert "left v2 has no report" in hand.words()
    assert not nameless(page)
    hand.click("results.compare.close")
    assert not hand.sees("results.compare")


def test_that_runs_of_an_mlflow_server_are_brought_in_looked_at_and_taken_out_again(
    hand: Hand, page: Page, session: Session
) -> None:
    runs = [logged_run(place, auc=0.7 + place / 100, **({"loss": 0.5} if place else {})) for place in range(3)]
    with running(logged(churn=runs)) as url:
        hand.click("results.import")
        asked = Hand(
            hand.qtbot, next(w for w in QApplication.topLevelWidgets() if w.objectName() == "deployment.settings")
        )
        asked.write("deployment.setting.url", url)
        asked.click("deployment.settings_export")
        hand.until(lambda: hand.sees("results.runs.chart.2"))
    assert "Imported: 3 runs of 1 experiment." in hand.words()
    assert f"Logged on MLflow 3.17.2 at {url}" in hand.words()
    rows = hand.find(Table, "results.runs").model()
    assert [rows.index(n, 0).data() for n in range(rows.rowCount())] == ["try 2", "try 1", "try 0"]
    assert [rows.index(n, 3).data() for n in range(rows.rowCount())] == ["0.500", "0.500", "—"]
    hand.find(ChartView, "results.runs.chart.2").point_clicked.emit(0, 0)
    assert hand.find(Table, "results.runs").currentIndex().row() == 1
    assert not nameless(page)
    hand.click("results.runs.remove")
    hand.until(lambda: hand.sees("results.versions"))
    assert not session.records(EXPERIMENT)


def test_that_what_only_the_training_judged_is_no_part_of_the_line(hand: Hand, session: Session) -> None:
    assert session.project is not None
    newest, oldest = models(session.project)
    history = History(session.words, (oldest, newest), ("roc_auc",))
    judged, trained = history.chart().curves
    assert (judged.x, trained.x) == ((0.0,), (1.0,))
    assert trained.dashed
    assert history.version_at(1, 0) is newest
    assert "at first" not in hand.words()
