"""Language, light and dark, text size, keys: changed while the program runs."""

from __future__ import annotations

from functools import partial

import pytest
from hands import Shell
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QPushButton

from app.errors import CicloError
from app.resources import resource
from app.ui import numbers
from app.ui.theme import DARK, LIGHT, Colours, Theme


def contrast(one: str, other: str) -> float:
    """Contrast ratio by WCAG 2.1."""

    def luminance(colour: str) -> float:
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in QColor(colour).getRgbF()[:3]]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_that_every_text_colour_can_be_read_on_its_ground(colours: Colours) -> None:
    pairs = [(colours.text, colours.window), (colours.muted, colours.window), (colours.on_accent, colours.accent)]
    pairs += [(getattr(colours, name), colours.card) for name in ("text", "muted", "accent", "good", "warning", "bad")]
    pairs += [colours.pair(kind) for kind in ("good", "warning", "bad", "accent", "neutral")]
    assert {pair: round(contrast(*pair), 2) for pair in pairs if contrast(*pair) < 4.5} == {}


def test_that_the_letters_are_those_that_are_shipped(qapp: QApplication) -> None:
    theme = Theme(qapp)
    assert QFontInfo(theme.font()).family() == "Inter"


def test_that_the_numbers_used_before_the_first_paint_are_qts() -> None:
    align = Qt.AlignmentFlag
    assert Qt.TextFormat.PlainText.value == numbers.PLAIN_TEXT
    assert Qt.TextFormat.RichText.value == numbers.RICH_TEXT
    assert Qt.TextInteractionFlag.TextSelectableByMouse.value == numbers.SELECTABLE_BY_MOUSE
    assert align.AlignHCenter.value == numbers.H_CENTRE
    assert (align.AlignLeft | align.AlignVCenter).value == numbers.LEFT
    assert align.AlignCenter.value == numbers.CENTRE
    assert Qt.LayoutDirection.RightToLeft.value == numbers.RIGHT_TO_LEFT
    assert Qt.FocusPolicy.NoFocus.value == numbers.NO_FOCUS
    reason = Qt.FocusReason
    keys = (reason.TabFocusReason, reason.BacktabFocusReason, reason.ShortcutFocusReason)
    assert tuple(one.value for one in keys) == numbers.FOCUS_BY_KEY


def test_that_every_icon_named_in_the_window_is_there() -> None:
    for name in ("check", "chevron-down", "chevron-right", "chevron-up", "menu", "x", "circle-question-mark"):
        assert resource("icons", f"{name}.svg").is_file()


def test_that_dark_and_light_change_while_the_program_runs(shell: Shell) -> None:
    shell.session.set_mode("dark")
    assert QApplication.palette().color(QPalette.ColorRole.Window).name() == DARK.window.lower()
    shell.session.set_mode("light")
    assert QApplication.palette().color(QPalette.ColorRole.Window).name() == LIGHT.window.lower()


def test_that_text_grows_to_twice_its_size_and_back(shell: Shell) -> None:
    before = QApplication.font().pixelSize()
    for _ in range(3):
        shell.qtbot.keyClick(shell.window, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.font().pixelSize() == 2 * before
    for _ in range(3):
        shell.qtbot.keyClick(shell.window, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.font().pixelSize() == before


def test_that_the_language_changes_every_word_and_keeps_the_tab(shell: Shell) -> None:
    shell.open_new_project("Churn")
    shell.click("tab-results")
    shell.session.set_language("es")
    shell.until(lambda: shell.is_shown("tab-datasets"))
    assert shell.find("tab-datasets").property("text") == "Datos"
    assert shell.window.foot.title.text() == "Todo está guardado"
    shell.until(lambda: shell.is_shown("page-results"))
    shell.session.set_language("en")
    shell.until(lambda: shell.is_shown("tab-datasets"))
    assert shell.find("tab-datasets").property("text") == "Datasets"


def test_that_each_tab_opens_by_its_key_and_by_its_button(shell: Shell) -> None:
    shell.open_new_project("Churn")
    tabs = ("datasets", "training", "verification", "deployment", "results")
    for number, tab in enumerate(tabs, start=1):
        key = Qt.Key(Qt.Key.Key_0 + number)
        shell.qtbot.keyClick(shell.window, key, Qt.KeyboardModifier.ControlModifier)
        shell.until(partial(shell.is_shown, f"page-{tab}"))
    for tab in tabs:
        shell.click(f"tab-{tab}")
        shell.until(partial(shell.is_shown, f"page-{tab}"))


def test_that_every_button_of_the_shell_has_a_name_for_a_screen_reader(shell: Shell) -> None:
    shell.open_new_project("Churn")
    nameless = [
        b.objectName() for b in shell.window.header.findChildren(QPushButton) if not (b.text() or b.accessibleName())
    ]
    assert nameless == []


def test_that_an_unforeseen_error_gets_a_sentence_and_no_traceback(
    shell: Shell, caplog: pytest.LogCaptureFixture
) -> None:
    try:
        raise ZeroDivisionError
    except ZeroDivisionError as error:
        shell.application._on_unexpected(type(error), error, error.__traceback__)
    said = shell.find("notice").accessibleName()
    assert "What is saved is safe" in said
    assert "Traceback" not in said
    assert "ZeroDivisionError" in caplog.text


def test_that_an_error_says_what_happened_and_what_to_do(shell: Shell) -> None:
    shell.session.failed.emit(CicloError("project.disk_full", path="/data"))
    assert shell.find("notice").accessibleName().startswith("The disk is full")
    assert "Free some space" in shell.find("notice").accessibleName()


@pytest.mark.parametrize("language", ["en", "es"])
def test_that_the_header_fits_a_small_window_at_twice_the_text_size(shell: Shell, language: str) -> None:
    shell.open_new_project("A project with a name that is rather long for its own good")
    shell.session.set_language(language)
    shell.session.set_scale(2.0)
    shell.window.resize(1280, 800)
    for tab in shell.window.header.tabs:
        shell.window.header.set_badge(tab, ("accent", "2", "2 jobs at work") if tab != "results" else None)
    shell.until(lambda: shell.is_shown("page-datasets"))
    header = shell.window.header
    assert header.minimumSizeHint().width() <= 1280
    assert all(made.width() >= made.sizeHint().width() for made in header.tabs.values())
    shell.session.set_scale(1.0)
