"""Fields of forms: what is chosen can be read."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from app.ui.theme import Theme
from app.ui.widgets.form import Dropdown, Option

LONG = "None: the columns are numbered"


def shown(qtbot: QtBot, qapp: QApplication, *, flat: bool, detail: str, width: int = 0) -> str:
    """The text that a dropdown paints, at the width that it asks for or at another."""
    theme = Theme(qapp, mode="light")
    field = Dropdown(theme, [Option("none", LONG, detail)], flat=flat)
    qtbot.addWidget(field)
    theme.dress(field)
    field.resize(width or field.sizeHint().width(), field.sizeHint().height())
    option = QStyleOptionComboBox()
    field.initStyleOption(option)
    return option.currentText


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("detail", ["", "7.043 filas"])
def test_that_a_dropdown_asks_for_the_room_that_its_choice_needs(
    qtbot: QtBot, qapp: QApplication, flat: bool, detail: str
) -> None:
    assert shown(qtbot, qapp, flat=flat, detail=detail) == LONG


def test_that_a_choice_too_long_for_its_dropdown_ends_in_dots_before_the_detail(
    qtbot: QtBot, qapp: QApplication
) -> None:
    bare = shown(qtbot, qapp, flat=False, detail="", width=150)
    beside = shown(qtbot, qapp, flat=False, detail="7 filas", width=150)
    assert bare.endswith("…")
    assert beside.endswith("…")
    assert len(beside) < len(bare)


def test_that_an_open_list_is_wide_enough_for_each_name_with_its_detail(qtbot: QtBot, qapp: QApplication) -> None:
    theme = Theme(qapp, mode="light")
    field = Dropdown(theme, [Option("a", "Age", "number"), Option("none", LONG, "whole number")])
    qtbot.addWidget(field)
    theme.dress(field)
    field.setFixedWidth(150)
    field.show()
    field.showPopup()
    try:
        measure = QFontMetrics(field.font()).horizontalAdvance
        assert field.view().viewport().width() >= measure(LONG) + measure("whole number")
    finally:
        field.hidePopup()
