"""What a page is made of: its header, its scroll area, and the empty page."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.text.words import Words
from app.ui import theme as tokens
from app.ui.theme import Theme
from app.ui.widgets.basics import Picture, button, clear, column, label, row

_SENTENCE_WIDTH = 520


class PageHeader(QWidget):
    """Title that names the thing and its version, a line that says where it comes from, and the page's buttons."""

    def __init__(self, title: str = "", detail: str = "", subtitle: str = "") -> None:
        super().__init__()
        self._title = label(title, "heading", wrap=False)
        self._detail = label(detail, "heading-muted", wrap=False)
        self._subtitle = label(subtitle, "muted")
        self.primary: QPushButton | None = None
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(tokens.PAD)
        self._names = row(self._title, self._detail, 1)
        self._said, self._controls = QWidget(), QWidget()
        self._said.setLayout(column(self._names, self._subtitle, spacing=tokens.GAP))
        self._controls.setLayout(self._buttons)
        self._buttons.setContentsMargins(0, 0, 0, 0)
        self._chooser: QWidget | None = None
        self._narrow = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(tokens.PAD)
        self._arrange()
        self.set(title, detail, subtitle)

    def set(self, title: str, detail: str = "", subtitle: str = "") -> None:
        """``detail`` follows the title in a quieter colour: "version 3"."""
        self._title.setText(title)
        self._detail.setText(detail)
        self._subtitle.setText(subtitle)
        self._subtitle.setVisible(bool(subtitle))
        self.setAccessibleName(f"{title} {detail}".strip())

    def add(self, text: str, clicked: Callable[[], object]) -> QPushButton:
        """A secondary button."""
        made = button(text, clicked)
        self._buttons.insertWidget(self._buttons.count() - (1 if self.primary else 0), made)
        return made

    def set_primary(self, text: str, clicked: Callable[[], object]) -> QPushButton:
        """The one primary button, at the right end."""
        made = button(text, clicked, "primary")
        self._buttons.addWidget(made)
        self.primary = made
        return made

    def set_chooser(self, chooser: QWidget) -> None:
        """What chooses the thing that the page shows, at the right end."""
        self._chooser = chooser
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        chooser = self._chooser.sizeHint().width() if self._chooser is not None else 0
        needed = self._names.sizeHint().width() + self._buttons.sizeHint().width() + chooser + 2 * tokens.PAD
        if self._narrow != (needed > self.width()):
            self._narrow = not self._narrow
            self._arrange()

    def minimumSizeHint(self) -> QSize:
        """A narrow page gives the buttons a row of their own, instead of being as wide as all together."""
        parts = [part for part in (self._controls, self._chooser) if part is not None]
        return QSize(max(part.minimumSizeHint().width() for part in parts), super().minimumSizeHint().height())

    def _arrange(self) -> None:
        parts = [part for part in (self._said, self._controls, self._chooser) if part is not None]
        for part in parts:
            self._grid.removeWidget(part)  # takeAt would leave its item behind, and Qt then keep a stale height
        for position, part in enumerate(parts):
            side = Qt.AlignmentFlag.AlignLeft if self._narrow else Qt.AlignmentFlag(0)
            alignment = side | Qt.AlignmentFlag.AlignBottom if position else Qt.AlignmentFlag(0)
            row_, column_ = (position, 0) if self._narrow else (0, position)
            self._grid.addWidget(part, row_, column_, alignment)
        self._grid.setColumnStretch(0, 1)

    def clear_buttons(self) -> None:
        """Take the buttons away."""
        clear(self._buttons)
        self.primary = None


class ScrollPage(QScrollArea):
    """A page that scrolls when it is higher than the window. Fill ``page.body``."""

    def __init__(self, *, margin: int = tokens.WIDE, spacing: int = tokens.SPACE) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        inside = QWidget()
        inside.setProperty("role", "page")
        self.body = QVBoxLayout(inside)
        self.body.setContentsMargins(margin, tokens.SPACE + tokens.GAP, margin, margin)
        self.body.setSpacing(spacing)
        self.setWidget(inside)

    def add(self, item: QWidget | QLayout, stretch: int = 0) -> None:
        """Put something below what is there."""
        if isinstance(item, QWidget):
            self.body.addWidget(item, stretch)
        else:
            self.body.addLayout(item, stretch)


def see_through(area: QScrollArea) -> None:
    """Let the card show behind a scroll area (``setWidget`` has switched a ground on)."""
    area.setProperty("role", "inside")
    area.viewport().setAutoFillBackground(False)
    if (inside := area.widget()) is not None:
        inside.setProperty("role", "inside")
        inside.setAutoFillBackground(False)


class EmptyPage(QWidget):
    """One sentence, one button, one link."""

    acted = Signal()
    linked = Signal()

    def __init__(self, theme: Theme, icon: str, title: str, sentence: str, action: str = "", link: str = "") -> None:
        super().__init__()
        self.setProperty("role", "page")
        self._theme = theme
        self._picture = Picture(theme, icon, "muted", 40)
        heading, text = label(title, "heading"), label(sentence, "muted")
        self.button = button(action, None, "primary") if action else None
        self.link = button(link, None, "link") if link else None
        if self.button is not None:
            self.button.clicked.connect(self.acted)
        if self.link is not None:
            self.link.clicked.connect(self.linked)
        stack = column(3, self._picture, heading, text, spacing=tokens.SPACE)
        for widget in (self._picture, heading, text):
            widget.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._text = text
        theme.changed.connect(self._fit)
        stack.setAlignment(text, Qt.AlignmentFlag.AlignHCenter)
        for control in (self.button, self.link):
            if control is not None:
                stack.addWidget(control, 0, Qt.AlignmentFlag.AlignHCenter)
        stack.addStretch(4)
        self._stack = stack
        self.setLayout(stack)

    def add_link(self, text: str, clicked: Callable[[], object]) -> QPushButton:
        """Another way on, below the rest."""
        made = button(text, clicked, "link")
        self._stack.insertWidget(self._stack.count() - 1, made, 0, Qt.AlignmentFlag.AlignHCenter)
        return made

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        """A centred label that wraps is given the height of its first line only, unless its size is fixed."""
        self._text.ensurePolished()
        needed = self._text.fontMetrics().horizontalAdvance(self._text.text()) + tokens.SPACE
        width = min(self._theme.size(_SENTENCE_WIDTH), needed)
        self._text.setFixedSize(width, self._text.heightForWidth(width))


class WorkOrEmpty(QStackedWidget):
    """What a tab works with, or what it says while there is nothing: the texts ``code``, ``code.why`` and ``action``.

    ``acted`` says that the button of the empty page was pressed, ``linked`` that the link below it was. That page is
    made when it is first needed.
    """

    acted = Signal()
    linked = Signal()

    def __init__(
        self, theme: Theme, words: Words, work: QWidget, *, icon: str, code: str, action: str, link: str = ""
    ) -> None:
        super().__init__()
        self._theme, self._words = theme, words
        self._icon, self._code, self._action, self._link = icon, code, action, link
        self._work = work
        self.addWidget(work)

    @cached_property
    def _empty(self) -> EmptyPage:
        words, code = self._words, self._code
        link = words(self._link) if self._link else ""
        made = EmptyPage(self._theme, self._icon, words(code), words(f"{code}.why"), words(self._action), link)
        made.acted.connect(self.acted)
        made.linked.connect(self.linked)
        self.addWidget(made)
        return made

    def show_work(self, there: bool) -> None:
        """Whether there is something to work with."""
        self.setCurrentWidget(self._work if there else self._empty)
