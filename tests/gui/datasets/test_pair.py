"""Which columns go with the one that is looked at, and the page of two of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.ui.datasets.goes_with import GoesWith
from app.ui.datasets.page import Page
from app.ui.datasets.pair_view import PairView
from app.ui.session import Session
from tests.gui.datasets.conftest import Hand

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
_PLANS = ("short", "long")


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """2,000 rows: what is paid rises with the months, both are missing in the same rows, and a plan goes with both."""
    lines = ["id;since;months;paid;plan;left;coin"]
    for n in range(2000):
        months = n * 7919 % 73
        paid = "" if n % 9 == 0 else f"{months * 20 + n % 13},5"
        shown = "" if n % 9 == 0 else str(months)
        left = "yes" if months < 20 and n % 3 else "no"
        since = f"20{18 + n % 6}-{n % 12 + 1:02}-15"
        lines.append(f"K{n:05};{since};{shown};{paid};{_PLANS[months > 36]};{left};{'ab'[n * 31 % 7 % 2]}")
    path = tmp_path / "people.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def looked(page: Page, hand: Hand, people: Path) -> GoesWith:
    page.begin_import(str(people))
    hand.wait_read()
    hand.click("datasets.import_confirm")
    hand.wait_dataset("people@1")
    page.dataset.show_column("months")
    made = page.dataset.detail.goes_with
    hand.wait_until(lambda: bool(links(made)))
    return made


def links(goes_with: GoesWith) -> list[str]:
    """What a screen reader says of each link."""
    return [
        button.accessibleName()
        for button in goes_with.findChildren(QPushButton)
        if button.objectName().removeprefix("datasets.goes_with_").isdigit()
    ]


def shown(hand: Hand, page: Page, x: str, y: str) -> PairView:
    page.show_pair(x, y)
    hand.wait_until(lambda: page.pair.sentence.text() not in ("", "Looking..."))
    return page.pair


def test_that_what_goes_with_a_column_is_told_and_a_click_shows_both(looked: GoesWith, hand: Hand, page: Page) -> None:
    assert links(looked)[0] == "paid: completely (1.00). Show both."
    assert "coin" not in " ".join(links(looked))
    hand.click("datasets.goes_with_0")
    view = page.pair
    hand.wait_until(lambda: "strongly" in view.sentence.text() or "One tells" in view.sentence.text())
    assert page.currentWidget() is view
    assert (view.first.value(), view.second.value()) == ("months", "paid")
    assert "Where months is higher, paid is mostly higher." in view.sentence.text()
    assert "Both are mostly missing in the same rows: 223 rows have neither." in view.sentence.text()
    assert view.table.groups.rowCount() > 5
    assert view.scale.isVisible()
    hand.click("datasets.pair_back")
    assert page.currentWidget() is page.dataset


def test_that_a_column_that_names_rows_goes_with_none(looked: GoesWith, hand: Hand, page: Page) -> None:
    page.dataset.show_column("id")
    hand.wait_until(lambda: not links(looked) and "single rows" in looked._said.text())
    assert "id name single rows" in shown(hand, page, "id", "paid").sentence.text()
    assert not page.pair.chart.isVisible()


def test_that_each_kind_of_pair_has_its_chart_and_its_figures(looked: GoesWith, hand: Hand, page: Page) -> None:
    columns = {"months": None, "plan": None, "left": None, "since": None}
    for x in columns:
        for y in ("months", "paid", "plan", "left", "since"):
            view = shown(hand, page, x, y)
            assert view.chart.isVisible()
            assert view.chart._painted.table()[1:], (x, y)
            assert view.table.groups.rowCount() == len(view._seen.groups)  # type: ignore[union-attr]
    for mode in ("dark", "light"):
        page._session.set_mode(mode)  # type: ignore[arg-type]
        assert view.chart.isVisible()


def test_that_of_a_number_and_words_the_words_come_first_until_they_are_swapped(
    looked: GoesWith, hand: Hand, page: Page
) -> None:
    view = shown(hand, page, "months", "left")
    assert (view.first.value(), view.second.value()) == ("left", "months")
    assert "Where left is no, the middle value of months is" in view.sentence.text()
    hand.click("datasets.pair_swap")
    hand.wait_until(lambda: "left is yes in" in view.sentence.text())
    assert (view.first.value(), view.second.value()) == ("months", "left")
    heads = [view.table.groups.headerData(i, Qt.Orientation.Horizontal) for i in range(5)]
    assert heads == ["months", "Rows", "Share", "no", "yes"]


def test_that_the_pointer_reads_the_cells(looked: GoesWith, hand: Hand, page: Page, qtbot: QtBot) -> None:
    for x, y, said in (("months", "paid", "rows"), ("plan", "left", "%"), ("plan", "paid", "Middle value")):
        view = shown(hand, page, x, y)
        box = view.chart._plot.getViewBox()
        area = box.sceneBoundingRect()
        places = [QPointF(area.left() + area.width() * k / 40, area.center().y()) for k in range(1, 40)]
        cards = [spot.lines for at in places if (spot := view.chart._painted.nearest(box, at, 36.0)) is not None]
        assert cards
        assert any(said in line for card in cards for line in card)


def test_that_a_column_is_chosen_on_the_page_by_keyboard(
    looked: GoesWith, hand: Hand, page: Page, qtbot: QtBot
) -> None:
    view = shown(hand, page, "months", "paid")
    before = view.sentence.text()
    view.second.setFocus()
    qtbot.keyClick(view.second, Qt.Key.Key_Down)
    hand.wait_until(lambda: view.sentence.text() not in (before, "Looking..."))
    assert view.second.value() == "plan"


def test_that_the_data_of_a_chart_leave_as_a_file(looked: GoesWith, hand: Hand, page: Page, tmp_path: Path) -> None:
    view = shown(hand, page, "plan", "left")
    view.chart.save_data(str(tmp_path / "chart.csv"))
    lines = (tmp_path / "chart.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "plan,rows,no,yes"
    assert len(lines) == 3


def test_that_spanish_has_every_sentence(looked: GoesWith, hand: Hand, page: Page, session: Session) -> None:
    words = type(session.words)("es")
    for id in ("pair.middle", "pair.share", "pair.missing", "goes_with.link", "pair.key_cells"):
        assert words.has(f"ui_datasets.{id}")


def test_that_two_columns_wait_until_the_version_is_read(looked: GoesWith, page: Page) -> None:
    page.dataset.columns.columns.set_rows(())
    page.show_pair("months", "paid")
    assert page.currentWidget() is page.dataset
