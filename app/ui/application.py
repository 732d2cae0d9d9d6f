"""Start of the window: nothing heavy before the first paint, the rest right behind it."""

from __future__ import annotations

import logging
import sys
from functools import cached_property, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from app.errors import CicloError
from app.text.words import Words, choose_locale
from app.ui.early_wish import EarlyWish
from app.ui.main_window import MainWindow
from app.ui.settings import load_settings
from app.ui.theme import Theme, make_application

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from app.jobs.launcher import Launcher
    from app.ui.garbage import GarbageCollector
    from app.ui.gradual_imports import GradualImports
    from app.ui.session import Session
    from app.ui.workspace import Workspace

_BEHIND_FIRST_PAINT = (
    "app.ui.session",
    "app.jobs.launcher",
    "app.jobs.queue",
    "app.ui.workspace",
    "babel.numbers",
    "app.ui.datasets.page",
    "app.ui.training.page",
    "app.ui.widgets.chart",
    "app.ui.verification.page",
    "app.ui.deployment.page",
    "app.ui.results.page",
)
_log = logging.getLogger("ciclo.ui")


class Application(QObject):
    """The composition root of the window: makes the parts, starts the rest after the first paint, ends everything.

    ``make_launcher`` says where job processes come from, instead of the warm launcher of this system; the reader is
    then started by the first table that needs it.
    """

    def __init__(self, qt: QApplication, *, make_launcher: Callable[[], Launcher] | None = None) -> None:
        super().__init__()
        self._make_launcher = make_launcher
        self._settings = load_settings()
        self._words = Words(choose_locale(self._settings.language or None))
        self.theme = Theme(qt, mode=self._settings.mode, scale=self._settings.scale)
        self.window = MainWindow(self.theme, self._words, self._settings)
        self.window.installEventFilter(self)
        self._early = EarlyWish(self.window.welcome)
        self.workspace: Workspace | None = None
        self._launcher: Launcher | None = None
        self._imports: GradualImports | None = None
        self._garbage: GarbageCollector | None = None
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
        """Whatever is needed next is imported in small steps, in the order in which it will be."""
        from app.ui.garbage import GarbageCollector
        from app.ui.gradual_imports import GradualImports

        self._garbage = GarbageCollector(self)
        self._imports = GradualImports(_BEHIND_FIRST_PAINT, {"babel.numbers": partial(self._words.number, 1.5)}, self)
        self._imports.imported.connect(self._on_imported)
        self._imports.finished.connect(self._garbage.begin)
        if self._make_launcher is None:
            self._imports.finished.connect(self._start_reader)
        self._imports.start()

    @Slot(str)
    def _on_imported(self, module: str) -> None:
        match module:
            case "app.jobs.queue":
                self._start_processes()
            case "app.ui.workspace":
                self._furnish()
            case "app.ui.datasets.page" if self._project:
                self._open(self._project)

    def _start_processes(self) -> None:
        """Before the rest is imported: they get ready meanwhile."""
        from app.jobs.launcher import default_launcher

        self._launcher = self._make_launcher() if self._make_launcher is not None else default_launcher(warm=True)
        self._launcher.start()
        self.session.attach(self._launcher)

    @Slot()
    def _start_reader(self) -> None:
        """So that the first rows come sooner; not earlier, since it would take a processor from the first page."""
        self.session.reader.start()

    def _open(self, project: str) -> None:
        """Open a project; until its page is there, or it turned out that it can't be, nothing else is imported."""
        if self._imports is not None and self.workspace is not None:
            self._imports.hold()
            self.workspace.pages.revealed.connect(self._imports.release)
            self.session.failed.connect(self._imports.release)
        self.session.open_project(project)

    def _furnish(self) -> None:
        from app.ui.workspace import Workspace

        self.workspace = Workspace(self.session, self.window)
        self._early.fulfil()

    def close(self) -> None:
        """End every process and thread of this window."""
        if self._imports is not None:
            self._imports.close()
        self.session.close()
        if self.workspace is not None:
            self.workspace.close()
        self.window.host = self.workspace = None
        if self._launcher is not None:
            self._launcher.close()
            self._launcher = None
        if self._garbage is not None:
            self._garbage.close()
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
    QTimer.singleShot(0, _start_log)
    application = Application(qt)
    application.start(project)
    status = qt.exec()
    application.close()
    return status


def _start_log() -> None:
    from app.ui.log import start_log

    start_log()
