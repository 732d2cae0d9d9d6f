"""A recipe is written by clicks, seen before it is made, undone, and made into a version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.data.recipe.steps import Blank, Clip, Condition, Deduplicate, Drop, Filter, Pseudonymise, Replace, Trim
from app.data.records import DATASET, DatasetVersion
from app.project import Record
from app.ui.datasets.page import Page
from app.ui.datasets.purge_dialog import PurgeDialog
from app.ui.datasets.recipe.page import RecipeView
from app.ui.session import Session
from app.ui.widgets.form import Dropdown
from tests.gui.datasets.conftest import Hand

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
W = TypeVar("W", bound=QWidget)
HEADER = "town;age;spent\n"


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Towns with a blank behind them, an age of -1 where nobody knew it, and three rows twice."""
    rows = [f"{('Lugo', 'Vigo', 'Vigo ')[n % 3]};{-1 if n % 40 == 0 else 20 + n % 60};{n},5" for n in range(1, 301)]
    path = tmp_path / "people.csv"
    path.write_text(HEADER + "\n".join([*rows, *rows[:3]]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def view(page: Page, hand: Hand, people: Path) -> RecipeView:
    page.begin_import(str(people))
    hand.wait_read()
    hand.click("datasets.import_confirm")
    hand.wait_dataset("people@1")
    hand.click("datasets.prepare")
    wait_shown(hand, page.recipe)
    return page.recipe


def wait_shown(hand: Hand, view: RecipeView) -> None:
    """Until what the steps do is there."""
    hand.wait_until(lambda: view.preview.rows.rowCount() > 0)


def inside(kind: type[W], name: str) -> W:
    """A control of the dialog of a step."""
    found = [w for top in QApplication.topLevelWidgets() for w in top.findChildren(kind, name) if w.isVisible()]
    return found[0]


def choose(qtbot: QtBot, dropdown: Dropdown, value: str) -> None:
    dropdown.setCurrentIndex(dropdown.findData(value))
    dropdown.activated.emit(dropdown.currentIndex())


def take(qtbot: QtBot) -> None:
    qtbot.mouseClick(inside(QPushButton, "datasets.step_take"), Qt.MouseButton.LeftButton)


def written(view: RecipeView) -> list[object]:
    return list(view.draft.steps)


def test_that_findings_are_set_right_and_a_version_is_made(
    session: Session, page: Page, hand: Hand, view: RecipeView
) -> None:
    hand.wait_until(lambda: view.findChild(QPushButton, "datasets.take.blanks.town") is not None)
    for finding in ("blanks.town", "disguised_number.age", "duplicate_rows."):
        hand.click(f"datasets.take.{finding}")
    assert written(view) == [Trim(column="town"), Blank(column="age", values=(-1,)), Deduplicate()]
    hand.wait_until(lambda: "303 rows become 300" in view.steps.rows[2].said)
    assert view.steps.rows[0].said == "101 cells change"
    assert not view.suggestions.isVisible() or view.findChild(QPushButton, "datasets.take.blanks.town") is None
    hand.click("datasets.recipe_make")
    hand.wait_dataset("people@2")
    made: Record = max(session.records(DATASET), key=lambda record: record.number)
    body = made.read(DatasetVersion)
    assert (body.rows, body.recipe is not None) == (300, True)
    assert [column.levels for column in body.columns if column.name == "town"] == [("Vigo", "Lugo")]


def test_that_a_finding_on_the_page_of_the_dataset_begins_a_recipe(page: Page, hand: Hand, view: RecipeView) -> None:
    hand.click("datasets.recipe_back")
    hand.click("datasets.set_right.blanks.town")
    assert page.currentWidget() is view
    assert written(view) == [Trim(column="town")]


def test_that_a_step_is_asked_for_changed_moved_undone_and_taken_out(
    qtbot: QtBot, hand: Hand, view: RecipeView
) -> None:
    choose(qtbot, view.steps.add, "clip")
    choose(qtbot, inside(Dropdown, "datasets.step.column"), "spent")
    qtbot.keyClicks(inside(QLineEdit, "datasets.step.high"), "1x")
    take(qtbot)  # says what is wrong, and stays
    inside(QLineEdit, "datasets.step.high").setText("100.5")
    take(qtbot)
    clip = Clip(column="spent", high=100.5)
    assert written(view) == [clip]
    choose(qtbot, view.steps.add, "filter")
    choose(qtbot, inside(Dropdown, "datasets.step.column"), "town")
    choose(qtbot, inside(Dropdown, "datasets.step.test"), Condition.AMONG)
    inside(QPlainTextEdit, "datasets.step.values").setPlainText("Lugo\nVigo")
    take(qtbot)
    kept = Filter(column="town", test=Condition.AMONG, values=("Lugo", "Vigo"))
    assert written(view) == [clip, kept]
    hand.wait_until(lambda: any(row.gone for row in view.preview.rows.rows()))
    hand.click("datasets.step_up_2")
    assert written(view) == [kept, clip]
    hand.click("datasets.step_edit_2")
    inside(QLineEdit, "datasets.step.high").setText("99")
    take(qtbot)
    assert written(view) == [kept, Clip(column="spent", high=99)]
    hand.click("datasets.step_remove_1")
    hand.click("datasets.recipe_undo")
    hand.click("datasets.recipe_undo")
    assert written(view) == [kept, clip]
    hand.click("datasets.recipe_redo")
    assert written(view) == [kept, Clip(column="spent", high=99)]


def test_that_a_step_that_cannot_be_is_said_where_it_stands(qtbot: QtBot, hand: Hand, view: RecipeView) -> None:
    choose(qtbot, view.steps.add, "replace")
    choose(qtbot, inside(Dropdown, "datasets.step.column"), "town")
    pairs = inside(QWidget, "datasets.step.words")
    pairs.set_value("town", {"Lugo": "Vigo", "Vigo": "Lugo"})  # type: ignore[attr-defined]
    take(qtbot)
    assert inside(QWidget, "datasets.step_notice").isVisible()
    pairs.set_value("town", {"Lugo": "Orense"})  # type: ignore[attr-defined]
    take(qtbot)
    view.add_step(Trim(column="gone"))
    hand.wait_until(lambda: "gone" in view.steps.rows[1].said)
    assert not hand.find(QPushButton, "datasets.recipe_make").isEnabled()
    hand.click("datasets.step_remove_2")
    assert written(view) == [Replace(column="town", words={"Lugo": "Orense"})]


@pytest.fixture
def contacts(page: Page, hand: Hand, tmp_path: Path) -> Page:
    """A dataset with an address of e-mail in each row."""
    path = tmp_path / "contacts.csv"
    path.write_text("mail;n\n" + "".join(f"p{n % 90}@example.org;{n}\n" for n in range(120)), encoding="utf-8")
    page.begin_import(str(path))
    hand.wait_read()
    hand.click("datasets.import_confirm")
    hand.wait_dataset("contacts@1")
    hand.wait_until(lambda: page.findChild(QPushButton, "datasets.set_right.personal_email.mail") is not None)
    return page


def test_that_personal_data_become_pseudonyms_by_one_click(session: Session, contacts: Page, hand: Hand) -> None:
    hand.click("datasets.set_right.personal_email.mail")
    view = contacts.recipe
    assert written(view) == [Pseudonymise(columns=("mail",))]
    wait_shown(hand, view)
    hand.wait_until(lambda: view.steps.rows[0].said == "120 cells change")
    assert "examples" in view.preview.foot
    assert not view.suggestions.isVisible()
    hand.click("datasets.recipe_make")
    hand.wait_dataset("contacts@2")
    assert "contacts@1 keeps the original values" in contacts.dataset.notice.accessibleName()
    made: Record = max(session.records(DATASET), key=lambda record: record.number)
    (mail, _) = made.read(DatasetVersion).columns
    assert (mail.type, mail.distinct) == ("identifier", 90)
    hand.click("datasets.prepare")
    view.add_step(Pseudonymise(columns=("mail",)))
    hand.wait_until(lambda: bool(view.preview.foot) and "examples" not in view.preview.foot)


def test_that_a_finding_offers_another_way_that_counts_as_well(contacts: Page, hand: Hand) -> None:
    hand.click("datasets.set_right.personal_email.mail.drop")
    assert written(contacts.recipe) == [Drop(columns=("mail",))]
    assert not contacts.recipe.suggestions.isVisible()


def test_that_a_missing_key_is_said_before_anything_is_made(
    contacts: Page, hand: Hand, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand.click("datasets.set_right.personal_email.mail")
    hand.click("datasets.recipe_make")
    hand.wait_dataset("contacts@2")
    monkeypatch.setenv("CICLO_HOME", str(tmp_path / "elsewhere"))  # as on another computer
    session.reader.release()
    contacts.show_record(next(one.id for one in session.records(DATASET) if one.number == 1))
    hand.wait_dataset("contacts@1")
    hand.wait_until(lambda: contacts.findChild(QPushButton, "datasets.set_right.personal_email.mail") is not None)
    hand.click("datasets.set_right.personal_email.mail")
    hand.wait_until(contacts.recipe.preview.notice.isVisible)
    assert "contacts@2" in contacts.recipe.preview.notice.accessibleName()
    assert not hand.find(QPushButton, "datasets.recipe_make").isEnabled()


def test_that_the_original_is_deleted_for_good_and_the_pseudonyms_stay(
    contacts: Page, hand: Hand, session: Session, qtbot: QtBot
) -> None:
    hand.click("datasets.set_right.personal_email.mail")
    hand.click("datasets.recipe_make")
    hand.wait_dataset("contacts@2")
    contacts.show_versions(next(one.id for one in session.records(DATASET) if one.number == 1))
    hand.wait_until(lambda: contacts.versions.table.entries.rowCount() == 2)
    hand.click("datasets.version_purge")
    hand.wait_until(lambda: any(isinstance(w, PurgeDialog) and w.isVisible() for w in QApplication.topLevelWidgets()))
    asked = next(w for w in QApplication.topLevelWidgets() if isinstance(w, PurgeDialog) and w.isVisible())
    assert "contacts@2" in asked.spare.text()
    qtbot.mouseClick(asked.spare, Qt.MouseButton.LeftButton, pos=QPoint(8, asked.spare.height() // 2))
    assert asked.spare.isChecked()
    asked.reason.setText("nobody needs the addresses")
    asked.typed.setText("contacts@1")
    qtbot.mouseClick(asked.delete, Qt.MouseButton.LeftButton)
    hand.wait_until(lambda: [one.label for one in session.records(DATASET)] == ["contacts@2"])


@pytest.fixture
def next_window(qtbot: QtBot, session: Session) -> Callable[[], tuple[Page, Hand]]:
    """Opens the tab again, as after the window was closed."""

    def opened() -> tuple[Page, Hand]:
        made = Page(session)
        qtbot.addWidget(made)
        made.resize(1280, 712)
        made.show()
        hand = Hand(qtbot, made)
        hand.wait_until(lambda: made.dataset.columns.columns.rowCount() > 0)
        hand.click("datasets.prepare")
        return made, hand

    return opened


def kept(session: Session) -> list[Path]:
    assert session.project is not None
    return list((session.project.local / "drafts").glob("*.json"))


def test_that_steps_outlive_the_window_until_a_version_is_made_of_them(
    session: Session, hand: Hand, view: RecipeView, next_window: Callable[[], tuple[Page, Hand]]
) -> None:
    view.add_step(Trim(column="town"))
    view.add_step(Clip(column="spent", high=100))
    hand.find(QLineEdit, "datasets.recipe_name").setText("clean")
    view.add_step(Deduplicate())
    hand.wait_until(lambda: any(b"deduplicate" in path.read_bytes() for path in kept(session)))
    other, other_hand = next_window()
    assert written(other.recipe) == [Trim(column="town"), Clip(column="spent", high=100), Deduplicate()]
    assert "3 steps" in other.recipe.restored.accessibleName()
    assert other_hand.find(QLineEdit, "datasets.recipe_name").text() == "clean"
    wait_shown(other_hand, other.recipe)
    other_hand.click("datasets.recipe_make")
    other_hand.wait_dataset("clean@1")
    other_hand.wait_until(lambda: not kept(session))


def test_that_steps_of_last_time_are_dropped_on_demand_and_come_back_by_undo(
    session: Session, hand: Hand, view: RecipeView, next_window: Callable[[], tuple[Page, Hand]]
) -> None:
    view.add_step(Trim(column="town"))
    hand.wait_until(lambda: len(kept(session)) == 1)
    other, other_hand = next_window()
    other.show_remedy(Deduplicate())
    assert other.recipe.restored.isVisible()  # a step more is no reason to say it no longer
    other_hand.click("datasets.recipe_anew")
    assert (written(other.recipe), other.recipe.restored.isVisible()) == ([], False)
    other_hand.wait_until(lambda: not kept(session))
    other_hand.click("datasets.recipe_undo")
    assert written(other.recipe) == [Trim(column="town"), Deduplicate()]
    other_hand.wait_until(lambda: len(kept(session)) == 1)


@pytest.mark.parametrize("damage", [b"", b'{"steps": [{"step": "of a later release"}]}', b"\xff"])
def test_that_steps_that_cannot_be_read_are_begun_anew(
    damage: bytes, session: Session, hand: Hand, view: RecipeView, next_window: Callable[[], tuple[Page, Hand]]
) -> None:
    view.add_step(Trim(column="town"))
    hand.wait_until(lambda: len(kept(session)) == 1)
    kept(session)[0].write_bytes(damage)
    other, _ = next_window()
    assert (written(other.recipe), other.recipe.restored.isVisible()) == ([], False)
