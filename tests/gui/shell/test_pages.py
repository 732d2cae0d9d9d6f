"""Pages come into the window a part at a time, and are the same as if they had come at once."""

from __future__ import annotations

import pytest
from hands import Shell
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from app.ui.dressing import Dressing
from app.ui.tabs import TABS, make_page


def places(page: QWidget) -> dict[QWidget, QWidget | None]:
    """Which widget lies in which."""
    return {widget: widget.parentWidget() for widget in page.findChildren(QWidget)}


def tab_order(page: QWidget) -> list[QWidget]:
    """The widgets that the Tab key comes by."""
    order: list[QWidget] = []
    widget = page.nextInFocusChain()
    while widget is not page:
        if page.isAncestorOf(widget) and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            order.append(widget)
        widget = widget.nextInFocusChain()
    return order


@pytest.mark.parametrize("tab", [tab.id for tab in TABS])
def test_that_a_page_taken_apart_is_put_together_as_it_was(shell: Shell, tab: str) -> None:
    shell.open_new_project("Churn")
    page = make_page(tab, shell.session)
    shell.qtbot.addWidget(page)
    lain, hidden, order = places(page), {w for w in places(page) if w.isHidden()}, tab_order(page)
    dressing = Dressing(page)
    while not dressing.put_some():
        pass
    assert {widget: place for widget, place in places(page).items() if widget in lain} == lain
    assert {widget for widget in lain if widget.isHidden()} == hidden
    assert tab_order(page) == order


def test_that_the_tab_chosen_last_is_the_one_shown(shell: Shell) -> None:
    shell.open_new_project("Churn")
    for tab in ("training", "verification", "results"):
        shell.workspace.show_tab(tab)
    shell.until(lambda: shell.is_shown("page-results"))
    shell.workspace.show_tab("training")
    shell.until(lambda: shell.is_shown("page-training"))
    assert not shell.is_shown("page-results")


def test_that_a_project_closed_while_its_page_comes_in_leaves_nothing(shell: Shell) -> None:
    shell.open_new_project("Churn")
    shell.workspace.show_tab("training")
    shell.session.close_project()
    shell.until(lambda: shell.is_shown("create"))
    assert not shell.is_shown("page-training")


def test_that_the_language_can_change_at_every_moment_of_an_arrival(shell: Shell) -> None:
    shell.open_new_project("Churn")
    for turns in range(8):
        shell.session.set_language("es" if turns % 2 else "en")
        shell.workspace.show_tab(("training", "verification", "results")[turns % 3])
        for _ in range(turns):
            QApplication.processEvents()
    shell.session.set_language("en")
    shell.until(lambda: shell.is_shown("page-verification"))


def test_that_a_row_made_anew_while_its_page_comes_in_keeps_nothing_else_out(qtbot: QtBot) -> None:
    page, gone = QWidget(), QWidget()
    lines, buttons = QVBoxLayout(page), QHBoxLayout(gone)
    lines.addWidget(gone)
    kept = QPushButton("kept")
    lines.addWidget(kept)
    for n in range(40):  # so many that it isn't taken out whole
        buttons.addWidget(QPushButton(str(n)))
    qtbot.addWidget(page)
    dressing = Dressing(page)
    delete(gone)
    while not dressing.put_some():
        pass
    assert kept.parentWidget() is page
    assert lines.indexOf(kept) >= 0
