"""The one style sheet, made from the theme's tokens. Part of the theme: it names no colour or size of its own that
isn't a multiple of the grid."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template
from typing import TYPE_CHECKING

from app.resources import resource

if TYPE_CHECKING:
    from app.ui.theme import Colours

_SHEET = Template("""
QToolTip { background: $card; color: $text; border: 1px solid $line; padding: 4px; }
QWidget[role="page"], QScrollArea, QScrollArea > QWidget > QWidget[role="page"] { background: $window; border: none; }
QScrollArea[role="inside"] { background: transparent; }
QFrame[role="header"] { background: $card; border: none; border-bottom: 1px solid $line; }
QFrame[role="foot"] { background: $card; border: none; border-top: 1px solid $line; }
QFrame[role="card"] { background: $card; border: 1px solid $line; border-radius: 8px; }
QFrame[role="card"][mark="good"] { border-left: 4px solid $good; border-top-left-radius: 3px;
    border-bottom-left-radius: 3px; }
QFrame[role="card"][mark="warning"] { border-left: 4px solid $warning; border-top-left-radius: 3px;
    border-bottom-left-radius: 3px; }
QFrame[role="card"][mark="bad"] { border-left: 4px solid $bad; border-top-left-radius: 3px;
    border-bottom-left-radius: 3px; }
QFrame[role="card"][mark="accent"] { border-left: 4px solid $accent; border-top-left-radius: 3px;
    border-bottom-left-radius: 3px; }
QFrame[role="line"] { background: $line; border: none; max-height: 1px; min-height: 1px; }
QFrame[role="upright"] { background: $line; border: none; max-width: 1px; min-width: 1px; }
QFrame[role="notice"] { border: 1px solid $line; border-radius: 8px; background: $card; }
QFrame[role="notice"][kind="good"] { background: $good_soft; border-color: $good_soft; }
QFrame[role="notice"][kind="warning"] { background: $warning_soft; border-color: $warning_soft; }
QFrame[role="notice"][kind="bad"] { background: $bad_soft; border-color: $bad_soft; }
QFrame[role="notice"][kind="accent"] { background: $accent_soft; border-color: $accent_soft; }
QFrame[role="drop"] { border: 1px dashed $muted; border-radius: 8px; background: transparent; }
QFrame[role="drop"][over="true"] { border: 1px dashed $accent; background: $accent_soft; }

QLabel { background: transparent; }
QLabel[role="small"] { font-size: ${small}px; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small-muted"] { color: $muted; font-size: ${small}px; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="title"] { font-size: ${title}px; font-weight: 600; }
QLabel[role="heading"] { font-size: ${heading}px; font-weight: 600; }
QLabel[role="heading-muted"] { font-size: ${heading}px; color: $muted; }
QLabel[role="figure"] { font-size: ${figure}px; font-weight: 600; }
QLabel[role="badge"] { border-radius: ${badge_half}px; min-width: ${badge}px; min-height: ${badge}px;
    max-height: ${badge}px; font-size: ${small}px; font-weight: 600; color: $muted; background: $neutral_soft; }
QLabel[role="badge"][kind="good"] { background: $good_soft; }
QLabel[role="badge"][kind="warning"] { color: $warning; background: $warning_soft; }
QLabel[role="badge"][kind="bad"] { color: $bad; background: $bad_soft; }
QLabel[role="badge"][kind="accent"] { color: $accent; background: $accent_soft; }
QLabel[role="hover"] { background: $card; border: 1px solid $line; border-radius: 6px; padding: 6px 9px;
    font-size: ${small}px; }
QLabel[kind="good"] { color: $good; }
QLabel[kind="warning"] { color: $warning; }
QLabel[kind="bad"] { color: $bad; }
QLabel[kind="accent"] { color: $accent; }

QPushButton { background: $card; color: $text; border: 1px solid $line; border-radius: 6px; padding: ${pad_v}px 13px;
    font-weight: 500; }
QPushButton:hover { border-color: $muted; }
QPushButton:pressed { background: $neutral_soft; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $muted; background: $window; border-color: $line; }
QPushButton:checked { color: $accent; border-color: $accent; background: $accent_soft; }
QPushButton::menu-indicator { image: none; width: 0; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent; }
QPushButton[role="primary"]:hover, QPushButton[role="primary"]:focus { border-color: $text; }
QPushButton[role="primary"]:pressed { background: $muted; }
QPushButton[role="primary"]:disabled { background: $neutral_soft; color: $muted; border-color: $line; }
QPushButton[role="danger"] { color: $bad; }
QPushButton[role="link"] { border: 1px solid transparent; background: transparent; color: $accent; padding: 3px 4px; }
QPushButton[role="link"]:hover { text-decoration: underline; }
QPushButton[role="link"]:focus { border: 1px solid $accent; }
QPushButton[role="small"] { padding: 3px 9px; }
QPushButton[role="flat"], QToolButton { border: 1px solid transparent; background: transparent; border-radius: 6px;
    padding: 4px 6px; color: $text; }
QPushButton[role="flat"]:hover, QToolButton:hover { background: $neutral_soft; }
QPushButton[role="flat"]:focus, QToolButton:focus { border: 1px solid $accent; }
QToolButton::menu-indicator { image: none; width: 0; }
QPushButton[role="choice"] { text-align: left; padding: 8px 12px; border-radius: 8px; }
QPushButton[role="row"] { text-align: left; border: 1px solid transparent; background: transparent; padding: 8px; }
QPushButton[role="row"]:hover { background: $neutral_soft; }
QPushButton[role="row"]:checked { background: $accent_soft; color: $text; border-color: $accent_soft; }
QPushButton[role="row"]:focus { border: 1px solid $accent; }
QFrame[role="step"] { border: 1px solid transparent; border-radius: 6px; background: transparent; }
QFrame[role="step"]:hover { background: $neutral_soft; }
QFrame[role="step"][chosen="true"] { background: $accent_soft; border-color: $accent_soft; }
QFrame[role="step"]:focus { border: 1px solid $accent; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox { background: $card; color: $text;
    border: 1px solid $line; border-radius: 6px; padding: ${pad_f}px 9px; selection-background-color: $accent;
    selection-color: $on_accent; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus
    { border-color: $accent; }
QLineEdit:disabled, QPlainTextEdit:disabled { color: $muted; background: $window; }
QLineEdit[wrong="true"], QPlainTextEdit[wrong="true"] { border-color: $bad; }
QPlainTextEdit[role="raw"] { border: none; padding: 0; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button { width: 0; }
QComboBox { background: $card; color: $text; border: 1px solid $line; border-radius: 6px; padding: ${pad_f}px 10px;
    padding-right: 2px; font-weight: 600; }
QComboBox:hover { border-color: $muted; }
QComboBox:focus, QComboBox:on { border-color: $accent; }
QComboBox:disabled { color: $muted; background: $window; }
QComboBox[role="flat"] { border: 1px solid transparent; background: transparent; padding-left: 4px; }
QComboBox[role="flat"]:hover { background: $neutral_soft; }
QComboBox[role="flat"]:focus { border-color: $accent; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: none; }
QComboBox QAbstractItemView { background: $card; color: $text; border: 1px solid $line; outline: none; padding: 4px;
    selection-background-color: $accent_soft; selection-color: $text; font-weight: 400; }
QComboBox QAbstractItemView::item { min-height: ${row}px; padding: 0 8px; border-radius: 4px; }

QMenu { background: $card; color: $text; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 6px 28px 6px 12px; border-radius: 4px; background: transparent; }
QMenu::item:selected { background: $accent_soft; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }

QTableView, QListView, QTreeView { background: $card; color: $text; border: none; outline: none;
    gridline-color: $line; selection-background-color: $accent_soft; selection-color: $text; }
QTableView::item { padding: 0 5px; }
QTableView[role="entry"], QListView[role="entry"] { border: 1px solid $line; border-radius: 6px; padding: 2px; }
QTableView[role="entry"]:focus, QListView[role="entry"]:focus { border-color: $accent; }
QHeaderView { background: $card; border: none; }
QHeaderView::section { background: $card; color: $muted; border: none; border-bottom: 1px solid $line;
    padding: 6px 8px; font-size: ${small}px; font-weight: 500; }
QTableCornerButton::section { background: $card; border: none; border-bottom: 1px solid $line; }
QListView::item { border-radius: 6px; padding: 8px; }
QListView::item:hover { background: $neutral_soft; }
QListView::item:selected { background: $accent_soft; color: $text; }

QListView::indicator, QCheckBox::indicator { width: ${tick}px; height: ${tick}px; border: 1px solid $muted;
    border-radius: 3px; background: $card; }
QListView::indicator:checked, QCheckBox::indicator:checked { border-color: $accent; background: $accent;
    image: url("$tick_file"); }
QListView::indicator:disabled, QCheckBox::indicator:disabled { border-color: $line; }

QProgressBar { background: $neutral_soft; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $scroll; border-radius: 4px; margin: 1px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: transparent; }
QDialog { background: $window; }
""")


def style_sheet(colours: Colours, sizes: Mapping[str, int], *, scale: float) -> str:
    """The style sheet in these colours and text sizes (pixels)."""
    tokens = {name: value for name in colours._fields if isinstance(value := getattr(colours, name), str)}
    lengths = {"pad_v": round(7 * scale), "pad_f": round(6 * scale), "row": round(28 * scale)}
    lengths |= {"badge": 2 * round(10 * scale), "badge_half": round(10 * scale)}
    lengths |= {"tick": round(14 * scale)}
    tick = resource("icons", f"tick-{'white' if colours.on_accent == '#FFFFFF' else 'dark'}.svg").as_posix()
    return _SHEET.substitute(tokens, scroll=colours.line, tick_file=tick, **sizes, **lengths)
