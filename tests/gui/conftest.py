"""Qt without a screen; a test that leaves a thread, a running timer or a window behind fails and says which."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
if "DISPLAY" not in os.environ:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from hands import Shell
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.jobs.launcher import Launcher, NurseryLauncher, SpawnLauncher
from app.jobs.system import CAN_FORK
from app.ui.application import Application

_PLATFORM_NOISE = "This plugin does not support"


def pytest_configure(config: pytest.Config) -> None:
    ignored: list[str] = config.getini("qt_log_ignore")
    ignored.append(_PLATFORM_NOISE)  # what the offscreen platform can't do


@pytest.fixture(autouse=True)
def no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """What lives longer than a test must have lived before it, or belong to a fixture that outlives it."""
    if "qtbot" not in request.fixturenames:
        yield
        return
    qt: QApplication = request.getfixturevalue("qapp")
    shared = [name for name in ("launcher",) if name in request.fixturenames]
    for name in shared:
        request.getfixturevalue(name)
    threads, windows = set(threading.enumerate()), set(map(id, qt.topLevelWidgets()))
    timers = {id(timer) for timer in _running_timers()}
    yield
    _delete_the_dead()
    left = [f"thread {t.name}" for t in threading.enumerate() if t not in threads and not _ends_soon(t)]
    left += [f"window {_named(w)}" for w in qt.topLevelWidgets() if id(w) not in windows and not _is_spare(w)]
    left += [f"timer of {_named(t.parent())}" for t in _running_timers() if id(t) not in timers]
    assert not left, f"left behind: {', '.join(left)}"


def _is_spare(window: QWidget) -> bool:
    """pyqtgraph makes menus for each plot, without a parent and never shown, that go when Python gets round to it."""
    return isinstance(window, QMenu) and not window.isVisible()


def _ends_soon(thread: threading.Thread) -> bool:
    thread.join(timeout=2)
    return not thread.is_alive()


def _running_timers() -> list[QTimer]:
    return [o for o in gc.get_objects() if type(o) is QTimer and _is_running(o)]


def _is_running(timer: QTimer) -> bool:
    try:
        return timer.isActive()
    except RuntimeError:  # Qt's half is gone already
        return False


def _delete_the_dead() -> None:
    for _ in range(2):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()


def _named(thing: object) -> str:
    name = thing.objectName() if isinstance(thing, QWidget) else ""
    return f"{type(thing).__name__} {name}".strip()


def _light_launcher() -> Launcher:
    return NurseryLauncher(preload=("msgspec",)) if CAN_FORK else SpawnLauncher()


@pytest.fixture
def shell(qtbot: QtBot, qapp: QApplication, home: Path) -> Iterator[Shell]:
    """The program as it starts, furnished."""
    application = Application(qapp, make_launcher=_light_launcher)
    application.start()
    made = Shell(qtbot, application)
    made.until(lambda: application.workspace is not None and "app.ui.widgets.chart" in sys.modules)
    yield made
    application.close()
    application.window.close()
    application.window.deleteLater()
    application.deleteLater()
