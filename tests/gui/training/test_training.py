"""The Training tab, by clicks, with real jobs."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QListView, QPushButton
from pytestqt.qtbot import QtBot

from app.errors import CicloError
from app.jobs.contract import Ended, JobState, Used
from app.learning.records import MODEL, PLAN, TRAIN, Candidate, Estimate, ModelVersion
from app.learning.search.records import CurveGain, LearningCurve
from app.learning.simplest import can_take
from app.learning.splits.records import SplitNote
from app.text.message import Text
from app.text.words import Words
from app.ui.session import Session
from app.ui.training.board import Board
from app.ui.training.curve_card import CurveCard, chart_of
from app.ui.training.form import TrainingForm
from app.ui.training.page import Page
from app.ui.training.split import SplitChoice
from app.ui.training.split_chart import SplitChart
from app.ui.training.usage import usage_words
from app.ui.widgets.chart import ChartView
from app.ui.widgets.form import Dropdown, Segments
from app.ui.widgets.table import Table
from tests.gui.trained import LONG_MS, Hand, model_id, nameless

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_that_a_project_without_data_says_what_to_do(qtbot: QtBot, empty_session: Session) -> None:
    hand = Hand(qtbot, Page(empty_session))
    assert "Import one first" in hand.words()


def test_that_the_form_proposes_target_task_columns_and_sizes(hand: Hand) -> None:
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    said = hand.words()
    assert "One of two cases" in said
    assert "320 learned from" in hand.find(SplitChart, "training.split_chart").accessibleDescription()
    assert hand.find(QPushButton, "training.columns").text().startswith("2 of 4 columns")


def test_that_the_form_begins_where_the_last_training_of_the_target_was(hand: Hand, page: Page) -> None:
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    form = page.findChildren(TrainingForm)[0]
    assert hand.find(QLabel, "training.as_before").text() == "Columns, split, classes and rule as for left v2."
    assert form.columns.excluded() == ("plan",)
    form.target.set_value("months")
    form._on_target_chosen("months")
    assert form.columns.excluded() == ()
    assert not hand.sees("training.as_before")


def test_that_a_narrow_window_shows_the_form_or_what_was_tried(hand: Hand, page: Page) -> None:
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    form, switch = page.findChildren(TrainingForm)[0], page.findChildren(Segments, "sides.switch")[0]
    page.resize(1280, 800)
    hand.until(lambda: form.isVisible() and not switch.isVisible())
    page.resize(640, 800)
    hand.until(lambda: switch.isVisible() and form.width() > 500)
    switch.buttons["right"].click()
    assert not form.isVisible()
    switch.buttons["left"].click()
    hand.click("training.start")
    hand.until(lambda: hand.sees("training.stop"))
    assert not form.isVisible()
    hand.click("training.stop")
    page.resize(1280, 800)
    hand.until(lambda: form.isVisible() and hand.sees("training.start"))


def test_that_it_is_said_where_a_plan_takes_long(hand: Hand, page: Page, qtbot: QtBot) -> None:
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    note = page.findChildren(TrainingForm)[0]._forecast
    note.wait()
    hand.until(lambda: note.text() == "Looking at the data…")
    page.findChildren(TrainingForm)[0]._on_choice_made()
    hand.until(lambda: "of memory" in note.text())


def test_that_without_a_likely_target_the_form_waits_for_one(hand: Hand, page: Page) -> None:
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    form = page.findChildren(TrainingForm)[0]
    form.target.set_value("nothing of that name")
    form._on_target_chosen(form.target.value())
    assert (form.target.value(), form.target.placeholderText()) == ("", "Choose a column")
    assert not hand.find(QPushButton, "training.start").isEnabled()
    assert not hand.sees("training.columns")
    assert not form._forecast.isVisible()
    assert not form._forecast._slow.isActive()


def test_that_another_target_takes_back_what_held_for_the_one_before(hand: Hand, page: Page) -> None:
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    form = page.findChildren(TrainingForm)[0]
    assert "One of two cases" in hand.words()
    form._on_target_chosen(form.target.value())
    assert "One of two cases" not in hand.words()
    assert form.columns.counts() == (0, 0)
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    assert "One of two cases" in hand.words()


def test_that_memory_size_and_speed_are_foretold_for_the_preset_that_is_chosen(hand: Hand) -> None:
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    before = hand.find(QLabel, "training.forecast").text()
    assert "of memory" in before
    assert "ms" in before
    presets = hand.find(Segments, "training.preset")
    presets.buttons["thorough"].click()
    assert hand.find(QLabel, "training.forecast").text() != before


def test_that_a_training_without_room_cannot_be_started_and_says_why(hand: Hand, page: Page) -> None:
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    form = page.findChildren(TrainingForm)[0]
    plan = form._plan
    assert plan is not None
    large = msgspec.structs.replace(plan.forecasts["quick"], needed_mb=90_000.0, available_mb=8_000.0)
    form._on_planned(msgspec.structs.replace(plan, forecasts={**plan.forecasts, "quick": large}))
    assert not hand.find(QPushButton, "training.start").isEnabled()
    assert "90 GB of memory, and 8 GB" in hand.find(QLabel, "training.forecast").text()


def test_that_nothing_is_asked_of_a_dataset_until_somebody_looks_at_the_form(
    qtbot: QtBot, page: Page, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(session, "quick", lambda kind, *_rest: asked.append(kind))
    qtbot.wait(400)
    assert not asked
    Hand(qtbot, page)
    qtbot.waitUntil(lambda: asked == [PLAN], timeout=LONG_MS)


def test_that_a_column_left_out_by_a_tick_counts(qtbot: QtBot, hand: Hand) -> None:
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    hand.click("training.columns")
    columns = hand.find(QListView, "training.column_list").model()
    plan = next(columns.index(r, 0) for r in range(columns.rowCount()) if columns.index(r, 0).data() == "calls")
    columns.setData(plan, Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    hand.until(lambda: hand.find(QPushButton, "training.columns").text().startswith("1 of 4 columns"))


def test_that_a_column_may_be_given_a_direction(hand: Hand, page: Page) -> None:
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    hand.click("training.columns")
    view = hand.find(QListView, "training.column_list")
    columns = view.model()
    place = {columns.index(r, 0).data().split(" · ")[0]: columns.index(r, 0) for r in range(columns.rowCount())}
    view.setCurrentIndex(place["plan"])
    assert not hand.sees("training.direction")
    view.setCurrentIndex(place["months"])
    assert hand.sees("training.direction")
    hand.choose("training.direction", "never_rises")
    hand.until(lambda: "Only models made of trees" in hand.words())
    assert place["months"].data() == "months · ↘ never rises"
    request = page.findChildren(TrainingForm)[0]._request()
    assert request is not None
    assert request.decreasing == ("months",)


def test_that_a_rule_is_read_as_it_is_written_and_compared(qtbot: QtBot, hand: Hand, session: Session) -> None:
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    hand.click("training.more")
    rule = hand.find(QLineEdit, "training.rule")
    qtbot.keyClicks(rule, "monts > 3")  # it is read after a pause, without leaving the field
    hand.until(lambda: "Did you mean the column “months”?" in hand.words())
    assert not hand.find(QPushButton, "training.start").isEnabled()
    rule.setText("months < 20 and plan is basic")
    rule.editingFinished.emit()
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    assert "The current rule says yes for" in hand.words()
    hand.click("training.start")
    hand.until(lambda: len(session.records(MODEL)) == 3)
    assert [one.estimator for one in session.records(MODEL)[-1].read(ModelVersion).references] == ["baseline_rule"]


def test_that_an_identifier_cannot_be_the_target_and_the_form_says_why(hand: Hand) -> None:
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    before = hand.words()
    hand.choose("training.target", "customer")
    hand.until(lambda: "Learns from" not in hand.words() or hand.words() != before)
    hand.until(lambda: not hand.find(QPushButton, "training.start").isEnabled())


def test_that_a_plan_that_fails_takes_back_what_the_last_one_offered(hand: Hand, page: Page) -> None:
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    assert hand.sees("training.positive")
    page.findChildren(TrainingForm)[0]._on_plan_failed(CicloError("learning.one_moment"))
    assert not hand.find(QPushButton, "training.start").isEnabled()
    assert not hand.sees("training.positive")


def test_that_a_version_says_what_it_cost_and_whether_more_rows_would_help(
    hand: Hand, page: Page, session: Session
) -> None:
    page.show_record(model_id(session, "left@1"))
    said = hand.words()
    assert "kilowatt-hour" in said
    assert "1,000 rows in" in said
    version = next(r for r in session.records(MODEL) if r.label == "left@1").read(ModelVersion)
    assert version.curve is not None
    sentence = hand.find(QLabel, "training.curve_sentence").text()
    assert "twice the rows" in sentence or "more rows would help" in sentence or "more would help" in sentence


def test_that_a_curve_is_drawn_and_a_missing_one_leaves_its_reason(qtbot: QtBot, session: Session) -> None:
    card = CurveCard(session)
    qtbot.addWidget(card)
    gain = CurveGain(rows=800, value=0.012, low=0.0, high=0.02)
    curve = LearningCurve(
        estimator="logistic",
        metric="neg_log_loss",
        rows=(100, 200, 400, 800),
        values=(-0.6, -0.5, -0.45, -0.42),
        fitted_rows=(100.0, 1_600.0),
        fitted=(-0.6, -0.4),
        low=(-0.7, -0.45),
        high=(-0.5, -0.38),
        gain=gain,
    )
    card.show_curve(curve)
    qtbot.waitUntil(lambda: card.findChild(ChartView, "training.curve_chart") is not None)
    chart = chart_of(curve)
    assert all(low <= high for low, high in zip(chart.curves[0].low, chart.curves[0].high, strict=True))
    assert "would fall by about 0.012 (0 to 0.02)" in card.findChild(QLabel, "training.curve_sentence").text()
    card.show_curve(LearningCurve(estimator="logistic", metric="roc_auc", reason=Text("learning.curve.costly")))
    assert "a tenth of the time" in card.findChild(QLabel, "training.curve_sentence").text()
    card.show_curve(None)
    assert card.isHidden()


def test_that_a_version_shows_its_leaderboard_with_the_baseline(hand: Hand, page: Page, session: Session) -> None:
    page.show_record(model_id(session, "left@1"))
    rows = hand.find(Table, "training.leaderboard").model()
    names = [rows.index(r, 0).data() for r in range(rows.rowCount())]
    assert any("Baseline" in name for name in names)
    assert len(names) >= 6
    hand.until(lambda: hand.sees("training.to_report"))
    for chart in ("history", "complexity", "time"):
        hand.until(lambda name=f"training.{chart}_chart": hand.sees(name))


def test_that_another_model_of_the_leaderboard_becomes_a_version_by_a_click(
    hand: Hand, page: Page, session: Session
) -> None:
    first = next(r for r in session.records(MODEL) if r.label == "left@1")
    page.show_record(first.id)
    version = first.read(ModelVersion)
    board = hand.find(Table, "training.leaderboard")
    names = [board.model().index(r, 0).data() for r in range(board.model().rowCount())]
    assert sum(name.endswith(" · chosen") for name in names) == 1
    for row, candidate in enumerate(version.candidates[: len(names)]):
        board.selectRow(row)
        assert hand.find(QPushButton, "training.take_selected").isEnabled() == can_take(version, candidate)
    wanted = next(row for row, c in enumerate(version.candidates) if c.estimator == "tree")
    board.selectRow(wanted)
    hand.click("training.take_selected")
    hand.until(lambda: len(session.records(MODEL)) == 3)
    third = session.records(MODEL)[-1].read(ModelVersion)
    assert third.estimator == "tree"
    assert third.request.taken is not None
    assert third.request.taken.version == "left@1"
    assert [c.estimator for c in third.candidates] == ["tree", "baseline"]
    assert third.split.holdout_sha256 == version.split.holdout_sha256


def test_that_training_fills_the_board_live_and_ends_as_the_next_version(
    qtbot: QtBot, hand: Hand, page: Page, session: Session
) -> None:
    form = page.findChildren(TrainingForm)[0]
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    form.columns.tick({"calls": False})
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    hand.click("training.start")
    hand.until(lambda: hand.sees("training.stop"))
    board = hand.find(Table, "training.leaderboard").model()
    hand.until(lambda: board.rowCount(QModelIndex()) >= 6)
    assert hand.sees("training.stop"), "the board filled only when all was over"
    hand.until(lambda: hand.sees("training.to_report"))
    newest = session.records(MODEL)[-1]
    assert newest.label == "left@3"
    assert newest.read(ModelVersion).target == "left"
    hand.until(lambda: hand.find(Dropdown, "training.versions").value() == newest.id)
    assert form.columns.excluded() == ("calls",), "what was chosen is there for the next training"
    with qtbot.waitSignal(session.navigated) as shown:
        hand.click("training.to_report")
    assert shown.args == ["verification", newest.id]


def test_that_a_stopped_training_says_so_and_changes_nothing(qtbot: QtBot, hand: Hand, session: Session) -> None:
    hand.click("training.start")
    hand.until(lambda: hand.find(Table, "training.leaderboard").model().rowCount() > 0)
    with qtbot.waitSignal(session.job_event, timeout=LONG_MS, check_params_cb=_is_cancelled):
        hand.click("training.stop")
    assert "No version was made" in hand.words()
    assert len(session.records(MODEL)) == 2


def test_that_a_training_is_paused_goes_on_and_gives_the_best_so_far(
    qtbot: QtBot, hand: Hand, session: Session
) -> None:
    hand.click("training.start")
    hand.until(lambda: hand.find(Table, "training.leaderboard").model().rowCount() > 0)
    hand.until(lambda: "processors busy" in hand.find(QLabel, "training.usage").text())
    hand.click("training.pause")
    hand.until(lambda: "uses no processor" in hand.words())
    hand.until(lambda: "no processor busy" in hand.find(QLabel, "training.usage").text())
    assert session.jobs.open(TRAIN.name)[0].paused
    hand.click("training.pause")
    hand.until(lambda: "Each model is judged on rows" in hand.words())
    hand.click("training.take_best")
    assert not hand.find(QPushButton, "training.take_best").isEnabled()
    assert "being finished from the best so far" in hand.words()
    hand.until(lambda: hand.sees("training.to_report"))
    plan = session.records(MODEL)[-1].read(ModelVersion).plan
    assert plan is not None
    assert plan.stop == "learning.stop.asked"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "1.2 GB of memory; 1.5 of"), ("es", "1,2 GB de memoria; 1,5 de")],
)
def test_that_what_a_training_takes_is_said_in_both_languages(language: str, said: str) -> None:
    used = Used(job="any", memory_mb=1234.0, processors=1.46)
    assert usage_words(Words(language), used).startswith(said)


def test_that_a_paused_training_can_be_stopped(qtbot: QtBot, hand: Hand, session: Session) -> None:
    hand.click("training.start")
    hand.until(lambda: hand.sees("training.pause"))
    hand.click("training.pause")
    hand.until(lambda: "uses no processor" in hand.words())
    with qtbot.waitSignal(session.job_event, timeout=LONG_MS, check_params_cb=_is_cancelled):
        hand.click("training.stop")
    assert "No version was made" in hand.words()


def test_that_a_version_is_reproduced_and_the_page_says_that_the_bytes_are_the_same(hand: Hand) -> None:
    hand.until(lambda: hand.sees("training.reproduce"))
    hand.click("training.reproduce")
    hand.until(lambda: "is being trained again" in hand.words())
    hand.until(lambda: "byte for byte" in hand.words())


def _is_cancelled(event: object) -> bool:
    return isinstance(event, Ended) and event.state is JobState.CANCELLED


def test_that_a_second_training_waits_in_sight_and_can_be_shown(hand: Hand, session: Session) -> None:
    hand.click("training.start")
    hand.until(lambda: bool(session.jobs.running(TRAIN.name)))
    hand.click("training.start")
    hand.until(lambda: "waits" in hand.words())
    hand.click("training.show_other")
    first, second = session.jobs.open(TRAIN.name)
    hand.until(lambda: "It begins as soon as its turn comes" in hand.words())
    session.jobs.stop(first.id)
    hand.until(lambda: [job.id for job in session.jobs.running(TRAIN.name)] == [second.id])
    hand.until(lambda: "Each model is judged on rows" in hand.words())
    hand.click("training.stop")
    hand.until(lambda: "No version was made" in hand.words())


def test_that_a_page_made_again_shows_the_training_that_runs(qtbot: QtBot, hand: Hand, session: Session) -> None:
    hand.click("training.start")
    hand.until(lambda: hand.find(Table, "training.leaderboard").model().rowCount() > 0)
    again = Hand(qtbot, Page(session))
    again.until(lambda: again.sees("training.stop"))
    assert again.find(Table, "training.leaderboard").model().rowCount() > 0
    again.click("training.stop")
    again.until(lambda: "No version was made" in again.words())


def test_that_choices_are_kept_when_the_page_is_made_again(
    qtbot: QtBot, hand: Hand, page: Page, session: Session
) -> None:
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    hand.choose("training.target", "calls")
    hand.click("training.more")
    hand.write("training.model", "phone")
    hand.write("training.seed", "7")
    other = Page(session)
    other.recall(page.remember())
    again = Hand(qtbot, other)
    again.click("training.more")
    assert again.find(QLineEdit, "training.model").text() == "phone"
    assert again.find(QLineEdit, "training.seed").text() == "7"
    again.until(lambda: "A quantity" in again.words() or "cases" in again.words())


def test_that_the_split_is_drawn_before_the_click_and_can_be_changed(hand: Hand, page: Page, session: Session) -> None:
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    chart = hand.find(SplitChart, "training.split_chart")
    train, holdout = chart.blocks()
    assert (train.left, holdout.right) == (0.0, 1.0)
    assert "learned from" in chart.card_of(train)
    hand.choose("training.split", "time")
    hand.until(lambda: len({block.lane for block in chart.blocks()}) > 2)
    assert all(block.right > block.left for block in chart.blocks())
    assert chart.card_of(chart.blocks()[0]).startswith("Fold 1")
    assert hand.sees("training.gap")


def test_that_a_remedy_is_one_click(hand: Hand, page: Page) -> None:
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    choice = page.findChildren(SplitChoice)[0]
    message = Text("learning.split.twins_by_chance", {"n": 3, "rows": 40})
    choice.add_notes([SplitNote(severity="warning", message=message, remedy="keep:duplicates")])
    hand.until(lambda: hand.sees("training.remedy.keep:duplicates"))
    hand.click("training.remedy.keep:duplicates")
    assert choice.keep_together() == "duplicates"
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())


def test_that_training_starts_from_the_keyboard(qtbot: QtBot, hand: Hand, session: Session) -> None:
    start = hand.find(QPushButton, "training.start")
    hand.until(start.isEnabled)
    start.setFocus()
    qtbot.keyClick(start, Qt.Key.Key_Space)
    hand.until(lambda: hand.sees("training.stop"))
    stop = hand.find(QPushButton, "training.stop")
    stop.setFocus()
    qtbot.keyClick(stop, Qt.Key.Key_Space)
    hand.until(lambda: not session.jobs.open(TRAIN.name))


def test_that_every_control_has_a_name(hand: Hand, page: Page) -> None:
    hand.until(lambda: hand.find(QPushButton, "training.start").isEnabled())
    hand.click("training.more")
    assert not nameless(page)


def test_that_many_candidates_show_the_best_of_each_kind_until_all_are_asked_for(
    hand: Hand, page: Page, session: Session
) -> None:
    board = page.findChildren(Board)[0]
    known = Estimate(value=0.8)
    many = [
        Candidate(
            estimator=("boosting", "forest", "tree")[n % 3],
            params={"n": n},
            cv={"roc_auc": known},
            seconds=1.0,
            complexity=3,
            state="left" if n > 15 else "done",
            folds=(0.8,) if n == 16 else (),
        )
        for n in range(18)
    ]
    page.show_record(model_id(session, "left@1"))
    board.show_candidates("roc_auc", many)
    rows = hand.find(Table, "training.leaderboard").model()
    assert rows.rowCount() == 3
    hand.click("training.all_candidates")
    assert rows.rowCount() == 18
    assert rows.index(16, 1).data() == "given up"
    assert rows.index(17, 1).data() == "not tried"
    hand.click("training.all_candidates")
    assert rows.rowCount() == 3
