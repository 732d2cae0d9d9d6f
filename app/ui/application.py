"""Start of the window: nothing heavy before the first paint, the rest right behind it."""

from __future__ import annotations

import logging
import sys
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from app.errors import CicloError
from app.ui.main_window import MainWindow
from app.ui.session import Session
from app.ui.settings import load_settings
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.jobs.launcher import Launcher

_log = logging.getLogger("ciclo.ui")


class Application(QObject):
    """The composition root of the window: makes the parts, starts the rest after the first paint, ends everything."""

    def __init__(self, qt: QApplication) -> None:
        super().__init__()
        settings = load_settings()
        self.theme = Theme(qt, mode=settings.mode, scale=settings.scale)
        self.session = Session(theme=self.theme, settings=settings)
        self.window = MainWindow(self.session)
        self.window.installEventFilter(self)
        self._launcher: Launcher | None = None
        self._previous_hook = sys.excepthook
        sys.excepthook = self._on_unexpected
        self._project = ""

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
        """Processes first: they get ready while NumPy and pyqtgraph are imported here."""
        from app.jobs.launcher import default_launcher

        self._launcher = default_launcher(warm=True)
        self._launcher.start()
        self.session.attach(self._launcher)
        if self._project:
            self.session.open_project(self._project)
        QTimer.singleShot(0, self, self._import_charts)

    @Slot()
    def _import_charts(self) -> None:
        import app.ui.widgets.chart  # noqa: F401

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
            return
        known = isinstance(error, CicloError)
        if not known:
            _log.error("unexpected error", exc_info=(kind, error, trace))
        self.session.failed.emit(error if known else CicloError("ui.unexpected", cause=kind.__name__))


def run_window(project: str) -> int:
    """Open the window, with the project in the folder ``project`` unless that is empty; returns the exit status."""
    from app.ui.log import start_log

    qt = QApplication(sys.argv[:1])
    qt.setApplicationName("Ciclo")
    qt.setDesktopFileName("ciclo")
    start_log()
    application = Application(qt)
    application.start(project)
    status = qt.exec()
    application.close()
    return status
