"""The whole program, with hands."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui.application import Application
from app.ui.session import Session
from app.ui.workspace import Workspace

_WAIT_MS = 120_000


class Shell:
    """Finds controls by name and clicks them."""

    def __init__(self, qtbot: QtBot, application: Application) -> None:
        self.qtbot, self.application, self.window = qtbot, application, application.window

    @property
    def session(self) -> Session:
        return self.application.session

    @property
    def workspace(self) -> Workspace:
        assert self.application.workspace is not None
        return self.application.workspace

    def find(self, name: str, kind: type[QWidget] = QWidget) -> QWidget:
        """The visible control of that name, in any window of the program."""
        found = self._visible(name, kind)
        assert found is not None, name
        return found

    def _visible(self, name: str, kind: type[QWidget] = QWidget) -> QWidget | None:
        for window in QApplication.topLevelWidgets():
            everyone = [window, *window.findChildren(QWidget)]
            for widget in everyone:
                if widget.objectName() == name and widget.isVisible() and isinstance(widget, kind):
                    return widget
        return None

    def is_shown(self, name: str) -> bool:
        return self._visible(name) is not None

    def click(self, name: str) -> None:
        """Wait until it is there and can be used, then click it."""
        self.until(lambda: (w := self._visible(name)) is not None and w.isEnabled())
        self.qtbot.mouseClick(self.find(name), Qt.MouseButton.LeftButton)

    def type(self, name: str, text: str) -> None:
        self.until(lambda: self.is_shown(name))
        self.qtbot.keyClicks(self.find(name), text)

    def until(self, holds: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(holds, timeout=_WAIT_MS)

    def open_new_project(self, name: str) -> None:
        """By the button of the welcome page."""
        self.click("create")
        self.type("project-name", name)
        self.click("create-project")
        self.until(lambda: self.session.project is not None and not self.is_shown("new-project"))
        self.window.activateWindow()
        self.until(self.window.isActiveWindow)
