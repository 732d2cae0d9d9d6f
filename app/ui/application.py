"""Start of the window: nothing heavy before the first paint, the rest right behind it."""

from __future__ import annotations

import logging
import sys
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from app.errors import CicloError
from app.text.words import Words, choose_locale
from app.ui.main_window import MainWindow
from app.ui.settings import load_settings
from app.ui.theme import Theme, make_application

if TYPE_CHECKING:
    from types import TracebackType

    from app.jobs.launcher import Launcher
    from app.ui.session import Session
    from app.ui.workspace import Workspace

_log = logging.getLogger("ciclo.ui")


class Application(QObject):
    """The composition root of the window: makes the parts, starts the rest after the first paint, ends everything."""

    def __init__(self, qt: QApplication) -> None:
        super().__init__()
        self._settings = load_settings()
        self._words = Words(choose_locale(self._settings.language or None))
        self.theme = Theme(qt, mode=self._settings.mode, scale=self._settings.scale)
        self.window = MainWindow(self.theme, self._words, self._settings)
        self.window.installEventFilter(self)
        self.workspace: Workspace | None = None
        self._launcher: Launcher | None = None
        self._project = ""
        self._previous_hook = sys.excepthook
        sys.excepthook = self._on_unexpected

    @cached_property
    def session(self) -> Session:
        """Made after the first paint, unless it is asked for earlier."""
        from app.ui.session import Session

        return Session(theme=self.theme, settings=self._settings, words=self._words, parent=self)

    def start(self, project: str = "") -> None:
        """Show the window; ``project`` is opened behind the first paint."""
        self._project = project
        self.window.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.window.removeEventFilter(self)
            QTimer.singleShot(0, self, self._after_first_paint)
        return False

    @Slot()
    def _after_first_paint(self) -> None:
        """Processes first: they get ready while the rest is imported here."""
        from app.jobs.launcher import default_launcher
        from app.ui.log import start_log

        start_log()
        self._launcher = default_launcher(warm=True)
        self._launcher.start()
        self.session.attach(self._launcher)
        self.session.reader.start()
        QTimer.singleShot(0, self, self._furnish)

    @Slot()
    def _furnish(self) -> None:
        from app.ui.workspace import Workspace

        self.workspace = Workspace(self.session, self.window)
        if self._project:
            self.session.open_project(self._project)
        QTimer.singleShot(0, self, self._import_charts)

    @Slot()
    def _import_charts(self) -> None:
        """Behind the welcome page: charts, and the first number, for which Babel reads its locale."""
        import app.ui.widgets.chart  # noqa: F401

        self.session.words.number(1.5)

    def close(self) -> None:
        """End every process and thread of this window."""
        self.session.close()
        if self._launcher is not None:
            self._launcher.close()
            self._launcher = None
        sys.excepthook = self._previous_hook

    def _on_unexpected(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """What nobody foresaw: to the log, and one sentence to the user. What is saved is safe."""
        if issubclass(kind, KeyboardInterrupt):
            self._previous_hook(kind, error, trace)
        elif isinstance(error, CicloError):
            self.session.failed.emit(error)
        else:
            _log.error("unexpected error", exc_info=(kind, error, trace))
            self.session.failed.emit(CicloError("ui.unexpected", cause=kind.__name__))


def run_window(project: str) -> int:
    """Open the window, with the project in the folder ``project`` unless that is empty; returns the exit status."""
    qt = make_application(sys.argv[0])
    qt.setApplicationName("Ciclo")
    qt.setDesktopFileName("ciclo")
    application = Application(qt)
    application.start(project)
    status = qt.exec()
    application.close()
    return status
