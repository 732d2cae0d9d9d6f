"""The window as it is first painted: header, welcome page, foot. :mod:`app.ui.workspace` brings it to life.

Nothing may be imported here that the first paint doesn't need.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.text.words import Words
from app.ui import theme as tokens
from app.ui.foot import Foot
from app.ui.header import Header
from app.ui.settings import Settings
from app.ui.tabs import in_area
from app.ui.theme import Theme
from app.ui.welcome import Welcome


class Host(Protocol):
    """Who decides what the window can't decide alone."""

    def may_close(self) -> bool:
        """Whether the window may close now; else the user has been asked."""

    def take_file(self, path: str) -> None:
        """A file or folder was dropped, or several files (one on each line)."""


class MainWindow(QMainWindow):
    """``bars`` is where notices go, ``stack`` where pages go, the welcome page first.

    What is inside is built again when the language changes.
    """

    def __init__(self, theme: Theme, words: Words, settings: Settings) -> None:
        super().__init__()
        self._theme = theme
        self.host: Host | None = None
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 600)
        self.resize(*settings.size)
        self.build(words, settings)
        theme.dress(self)

    def build(self, words: Words, settings: Settings) -> None:
        """Make what is inside, in this language."""
        self.setWindowTitle(words("ui.app_name"))
        self.header = Header(self._theme, words)
        self.header.set_project("")
        self.stack = QStackedWidget()
        self.welcome = Welcome(self._theme, words, settings)
        self.stack.addWidget(in_area(self.welcome))
        self.foot = Foot(self._theme, words)
        whole = QWidget()
        whole.setProperty("role", "page")
        layout = QVBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.bars = QVBoxLayout()
        self.bars.setSpacing(tokens.PAD)
        layout.addWidget(self.header)
        layout.addLayout(self.bars)
        layout.addWidget(self.stack, 1)
        layout.addWidget(self.foot)
        self.setCentralWidget(whole)  # hides and deletes what was there; taken out, it would be styled anew as it goes
        self.welcome.create_button.setFocus()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths and self.host is not None:
            event.acceptProposedAction()
            self.host.take_file("\n".join(paths))

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.host is None or self.host.may_close():
            super().closeEvent(event)
        else:
            event.ignore()
