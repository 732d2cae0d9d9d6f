"""The welcome page, the first thing painted: recent projects, a new one, the sample, or a file dropped."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.text.words import Words
from app.ui import theme as tokens
from app.ui.numbers import H_CENTRE
from app.ui.settings import Recent, Settings
from app.ui.theme import Theme
from app.ui.widgets.basics import Card, ElidedLabel, IconButton, Picture, button, clear, column, label, row


class RecentRow(QWidget):
    """A recent project: its name, its folder, and a cross that takes it off the list."""

    opened = Signal(str)
    forgotten = Signal(str)

    def __init__(self, theme: Theme, words: Words, recent: Recent) -> None:
        super().__init__()
        self._path = recent.path
        self.button = QPushButton()
        self.button.setProperty("role", "row")
        self.button.setAccessibleName(f"{recent.name}, {recent.path}")
        self.button.clicked.connect(self._on_open_clicked)
        name, path = ElidedLabel(recent.name, "strong"), ElidedLabel(_short(recent.path), "small-muted")
        self.button.setLayout(column(name, path, spacing=2, margins=tokens.PAD))
        self.button.setToolTip(recent.path)
        self.cross = IconButton(theme, "x", words("ui.welcome.forget", name=recent.name))
        self.cross.clicked.connect(self._on_cross_clicked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.button, 1)
        layout.addWidget(self.cross)
        self._theme = theme
        self._fit()
        theme.changed.connect(self._fit)

    @Slot()
    def _fit(self) -> None:
        """A button doesn't ask its layout how high it must be."""
        self.button.setMinimumHeight(self._theme.size(52))

    @Slot()
    def _on_open_clicked(self) -> None:
        self.opened.emit(self._path)

    @Slot()
    def _on_cross_clicked(self) -> None:
        self.forgotten.emit(self._path)


class Welcome(QWidget):
    """Signals say what the user wants; the window does it."""

    create_new = Signal()
    open_other = Signal()
    sample = Signal()
    choose_file = Signal()
    opened = Signal(str)
    forgotten = Signal(str)

    def __init__(self, theme: Theme, words: Words, settings: Settings) -> None:
        super().__init__()
        self._theme, self._words = theme, words
        self.setObjectName("welcome")
        self.setProperty("role", "page")
        self.create_button = button(words("ui.welcome.create"), None, "primary")
        self.open_button = button(words("ui.welcome.open"))
        self.sample_button = button(words("ui.welcome.sample"), None, "link")
        self.create_button.setObjectName("create")
        self.open_button.setObjectName("open")
        self.sample_button.setObjectName("sample")
        for control, wish in (
            (self.create_button, self.create_new),
            (self.open_button, self.open_other),
            (self.sample_button, self.sample),
        ):
            control.clicked.connect(wish)
        title = label(words("ui.welcome.title"), "figure")
        sentence = label(words("ui.welcome.sentence"), "muted")
        buttons = row(self.create_button, self.open_button, self.sample_button, 1)
        inner = QWidget()
        inner.setMaximumWidth(theme.size(920))
        inner.setLayout(column(title, sentence, buttons, self._columns(), spacing=tokens.SPACE))
        outer = QHBoxLayout(self)
        outer.setContentsMargins(tokens.WIDE, tokens.WIDE, tokens.WIDE, tokens.WIDE)
        middle = QVBoxLayout()
        middle.addStretch(2)
        middle.addWidget(inner)
        middle.addStretch(3)
        outer.addStretch(1)
        outer.addLayout(middle, 12)
        outer.addStretch(1)
        self.refresh(settings)

    def _columns(self) -> QHBoxLayout:
        words = self._words
        self._recent_card = Card(words("ui.welcome.recent"))
        self._recent_card.body.setSpacing(0)
        self.drop = DropArea(self._theme, words)
        self.drop.clicked.connect(self.choose_file)
        layout = row(spacing=tokens.SPACE)
        layout.addWidget(self._recent_card, 1)
        layout.addWidget(self.drop, 1)
        return layout

    def refresh(self, settings: Settings) -> None:
        """Show the recent projects as they are now."""
        body, words = self._recent_card.body, self._words
        clear(body)
        for entry in settings.recent[:5]:
            made = RecentRow(self._theme, words, entry)
            made.opened.connect(self.opened)
            made.forgotten.connect(self.forgotten)
            body.addWidget(made)
        if not settings.recent:
            body.addWidget(label(words("ui.welcome.no_recent"), "muted"))
        body.addStretch(1)


class DropArea(QFrame):
    """Where a file may be dropped (the whole window takes it) or chosen."""

    clicked = Signal()

    def __init__(self, theme: Theme, words: Words) -> None:
        super().__init__()
        self.setProperty("role", "drop")
        self.setMinimumHeight(theme.size(200))
        picture = Picture(theme, "file-spreadsheet", "muted", 32)
        title, sentence = label(words("ui.drop.title"), "strong"), label(words("ui.drop.sentence"), "muted")
        self.choose = button(words("ui.drop.choose"))
        self.choose.setObjectName("choose-file")
        self.choose.clicked.connect(self.clicked)
        for text in (picture, title, sentence):
            text.setProperty("alignment", H_CENTRE)
        stack = column(1, picture, title, sentence, margins=theme.size(tokens.SPACE))
        stack.addLayout(row(1, self.choose, 1))
        stack.addStretch(1)
        self.setLayout(stack)


def _short(path: str) -> str:
    home = str(Path.home())
    return "~" + path[len(home) :] if path.startswith(home + "/") else path
