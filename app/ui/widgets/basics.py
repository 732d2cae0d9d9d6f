"""Labels, buttons, cards, badges and chips: the smallest pieces, dressed by the style sheet through their ``role``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QRectF, QSize, Slot
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.ui import theme as tokens
from app.ui.numbers import CENTRE, LEFT, PLAIN_TEXT, RICH_TEXT, SELECTABLE_BY_MOUSE
from app.ui.theme import Kind, Theme

LabelRole = Literal["body", "small", "muted", "small-muted", "strong", "title", "heading", "heading-muted", "figure"]
ButtonRole = Literal["primary", "secondary", "danger", "link", "small", "flat", "choice", "row"]
_NO_PEN = QColor(0, 0, 0, 0)
_SIGNS: dict[Kind, str] = {"good": "", "warning": "!", "bad": "!", "accent": "i", "neutral": "i"}


def label(text: str = "", role: LabelRole = "body", *, wrap: bool = True, selectable: bool = False) -> QLabel:
    """A plain-text label in a role of the type scale."""
    made = QLabel()
    made.setProperty("textFormat", PLAIN_TEXT)
    made.setText(text)
    made.setProperty("role", role)
    made.setWordWrap(wrap)
    if wrap:
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    if selectable:
        made.setProperty("textInteractionFlags", SELECTABLE_BY_MOUSE)
    return made


def rich_label(markup: str) -> QLabel:
    """A label with <b> in it. What comes from data must have passed ``html.escape``."""
    made = label()
    made.setProperty("textFormat", RICH_TEXT)
    made.setText(markup)
    return made


def button(text: str, clicked: Callable[[], object] | None = None, role: ButtonRole = "secondary") -> QPushButton:
    """A push button; ``clicked`` is a bound method. One ``primary`` a page."""
    made = QPushButton(text)
    made.setProperty("role", role)
    made.setAutoDefault(False)
    if clicked is not None:
        made.clicked.connect(clicked)
    return made


class IconButton(QPushButton):
    """A button with an icon of the theme, redrawn when the look changes. ``name`` is read out by a screen reader."""

    def __init__(self, theme: Theme, icon: str, name: str, *, role: ButtonRole = "flat", colour: str = "muted") -> None:
        super().__init__()
        self._theme, self._icon, self._colour = theme, icon, colour
        self.setProperty("role", role)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setAutoDefault(False)
        self._on_theme_changed()
        theme.changed.connect(self._on_theme_changed)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setIcon(self._theme.icon(self._icon, self._colour))
        self.setIconSize(QSize(self._theme.size(18), self._theme.size(18)))


class Picture(QLabel):
    """An icon of the theme, redrawn when the look changes."""

    def __init__(self, theme: Theme, icon: str, colour: str, pixels: int) -> None:
        super().__init__()
        self._theme, self._icon, self._colour, self._pixels = theme, icon, colour, pixels
        self._draw()
        theme.changed.connect(self._draw)

    @Slot()
    def _draw(self) -> None:
        side = self._theme.size(self._pixels)
        self.setPixmap(self._theme.pixmap(self._icon, self._colour, side, self.devicePixelRatioF()))


class ElidedLabel(QLabel):
    """One line that is shortened in the middle where there is no room for it; the whole is its tip. A ``snug`` one
    takes no more room than it needs."""

    def __init__(self, text: str, role: LabelRole = "body", *, snug: bool = False) -> None:
        super().__init__()
        self.setProperty("textFormat", PLAIN_TEXT)
        self.setProperty("role", role)
        wide = QSizePolicy.Policy.Preferred if snug else QSizePolicy.Policy.Ignored
        self.setSizePolicy(wide, QSizePolicy.Policy.Fixed)
        self.set_whole(text)

    def set_whole(self, text: str) -> None:
        """Show another text."""
        self._whole = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.updateGeometry()
        self._shorten()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("…") * 4, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten()

    def _shorten(self) -> None:
        measure, text = self.fontMetrics(), self._whole
        half = len(text) // 2
        while half > 1 and measure.horizontalAdvance(text) > self.width():
            half -= 1
            text = f"{self._whole[:half]}…{self._whole[-half:]}"
        self.setText(text)


def line() -> QFrame:
    """A horizontal line of one pixel."""
    made = QFrame()
    made.setProperty("role", "line")
    return made


def upright() -> QFrame:
    """A vertical line of one pixel."""
    made = QFrame()
    made.setProperty("role", "upright")
    return made


def column(*items: QWidget | QLayout | int, spacing: int = tokens.PAD, margins: int = 0) -> QVBoxLayout:
    """A vertical layout; a number is a stretch."""
    made = QVBoxLayout()
    _fill(made, items, spacing, margins)
    return made


def row(*items: QWidget | QLayout | int, spacing: int = tokens.PAD, margins: int = 0) -> QHBoxLayout:
    """A horizontal layout; a number is a stretch."""
    made = QHBoxLayout()
    _fill(made, items, spacing, margins)
    return made


def _fill(layout: QBoxLayout, items: tuple[QWidget | QLayout | int, ...], spacing: int, margins: int) -> None:
    layout.setContentsMargins(margins, margins, margins, margins)
    layout.setSpacing(spacing)
    for item in items:
        if isinstance(item, QWidget):
            layout.addWidget(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addStretch(item)


def clear(layout: QLayout) -> None:
    """Take everything out of a layout; the widgets are deleted."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)


def restyle(widget: QWidget) -> None:
    """Let the style sheet look at the properties again."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class Card(QFrame):
    """A question as its heading, the answer inside: ``card.body.addWidget(...)``."""

    def __init__(self, title: str = "", hint: str = "", *, mark: Kind | None = None) -> None:
        super().__init__()
        self.setProperty("role", "card")
        if mark is not None:
            self.setProperty("mark", mark)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(tokens.SPACE, tokens.SPACE, tokens.SPACE, tokens.SPACE)
        outer.setSpacing(tokens.PAD)
        self.head = QHBoxLayout()
        self.head.setSpacing(tokens.PAD)
        self._title, self._hint = label(title, "strong", wrap=False), label(hint, "muted")
        self.head.addWidget(self._title)
        self.head.addWidget(self._hint, 1)
        self.body = QVBoxLayout()
        self.body.setSpacing(tokens.PAD)
        outer.addLayout(self.head)
        outer.addLayout(self.body, 1)
        self.set_title(title, hint)

    def set_title(self, title: str, hint: str = "") -> None:
        """Another heading; the hint stands after it in a quieter colour."""
        self._title.setText(title)
        self._hint.setText(f"— {hint}" if hint and title else hint)
        self._title.setVisible(bool(title))
        self._hint.setVisible(bool(hint))
        if title:
            self.setAccessibleName(title)

    def set_mark(self, mark: Kind | None) -> None:
        """A coloured edge at the left, or none."""
        self.setProperty("mark", mark or "")
        restyle(self)


class Badge(QLabel):
    """A round sign: a tick, an exclamation mark or a number on a soft ground. Dressed by the style sheet."""

    def __init__(self, theme: Theme, kind: Kind = "neutral", text: str = "", *, name: str = "") -> None:
        super().__init__()
        self._theme = theme
        self.kind: Kind = kind
        self.setProperty("role", "badge")
        self.setProperty("alignment", CENTRE)
        self.setProperty("kind", kind)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._say(text, name)
        theme.changed.connect(self._on_theme_changed)

    def set(self, kind: Kind, text: str = "", *, name: str = "") -> None:
        """``text`` is a number or sign such as ``"2"``, ``"!"``; empty draws the kind's own sign."""
        if kind != self.kind:
            self.kind = kind
            self.setProperty("kind", kind)
            restyle(self)
        self._say(text, name)

    def _say(self, text: str, name: str) -> None:
        sign = text or _SIGNS[self.kind]
        self._ticked = not sign
        self.setText(sign)
        if self._ticked:
            self._on_theme_changed()
        self.setAccessibleName(name)
        self.setToolTip(name)

    @Slot()
    def _on_theme_changed(self) -> None:
        if self._ticked:
            side = self._theme.size(12)
            self.setPixmap(self._theme.pixmap("check", "good", side, self.devicePixelRatioF()))


class Chip(QWidget):
    """A word on a soft ground: a type, a state, a verdict."""

    def __init__(self, theme: Theme, text: str = "", kind: Kind = "neutral") -> None:
        super().__init__()
        self._theme, self._text, self._kind = theme, text, kind
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set(text, kind)

    def set(self, text: str, kind: Kind = "neutral") -> None:
        """Another word."""
        self._text, self._kind = text, kind
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return chip_size(self._theme, self._text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_chip(painter, QRectF(self.rect()), self._theme, self._text, self._kind)
        painter.end()


def paint_badge(painter: QPainter, area: QRectF, theme: Theme, kind: Kind, text: str = "") -> None:
    """Draw a badge into ``area``."""
    front, ground = theme.pair(kind)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(_NO_PEN)
    painter.setBrush(ground)
    radius = min(area.width(), area.height()) / 2
    painter.drawRoundedRect(area, radius, radius)
    sign = text or _SIGNS[kind]
    painter.setPen(front)
    if sign:
        painter.setFont(theme.font("small", strong=True))
        painter.drawText(area, CENTRE, sign)
        return
    side = theme.size(12)
    tick = theme.pixmap("check", "good", side, painter.device().devicePixelRatioF())
    painter.drawPixmap(area.center() - QRectF(0, 0, side, side).center(), tick)


def paint_chip(painter: QPainter, area: QRectF, theme: Theme, text: str, kind: Kind, *, selected: bool = False) -> None:
    """Draw a chip into ``area``; on a ``selected`` row its ground is the card's."""
    front, ground = theme.pair(kind)
    if selected:
        ground = theme.colour("card")
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(_NO_PEN)
    painter.setBrush(ground)
    painter.drawRoundedRect(area, tokens.GRID, tokens.GRID)
    painter.setPen(front)
    painter.setFont(_chip_font(theme))
    inner = area.adjusted(tokens.PAD, 0, -tokens.PAD, 0)
    if painter.fontMetrics().horizontalAdvance(text) > inner.width() + 1:
        from PySide6.QtCore import Qt

        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(inner.width()) + 1)
    painter.drawText(inner, LEFT, text)


def _chip_font(theme: Theme) -> QFont:
    """With tabular digits said: a painter takes what a font leaves open from its table's, and these are wider."""
    return theme.font("small", tabular=True)


def chip_size(theme: Theme, text: str) -> QSize:
    """How much room a chip needs."""
    from PySide6.QtGui import QFontMetrics

    width = QFontMetrics(_chip_font(theme)).horizontalAdvance(text)
    return QSize(width + 2 * tokens.PAD + 1, theme.size(20))


def name_button(control: QAbstractButton, name: str) -> None:
    """Give a control the name that a screen reader says and a pointer shows."""
    control.setAccessibleName(name)
    control.setToolTip(name)
