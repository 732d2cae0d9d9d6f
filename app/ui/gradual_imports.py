"""Imports behind the first paint, a few milliseconds at a time, so that the event loop never stands still for them.

One statement such as ``import pyqtgraph`` takes a third of a second. Here a thread carries it out, but only while the
window's thread stands aside for it: at the start of each module it looks whether its slice of time is used up, and
then waits for the next. Two threads that run Python at the same time would hinder each other far more.

PySide makes its types when they are first asked for, and not safely beside the window's thread: a window that met a
type half made in the thread crashed (libpyside6, MetaObjectBuilder::update). So they are all made here first.
"""

from __future__ import annotations

import importlib
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import QObject, QTimer, Signal, Slot

_SLICE_S = 0.004
_PAUSE_MS = 3
_STAND_ASIDE_S = 0.008
_PATIENCE_S = 0.3
_SWITCH_S = 0.0005
_FREE_S = 10.0
_log = logging.getLogger("ciclo.ui")


class GradualImports(QObject):
    """Imports modules in order; ``imported`` names each, ``finished`` comes after the last.

    ``first_uses`` names what is to be called in the thread once a module is there.
    """

    imported = Signal(str)
    finished = Signal()

    def __init__(
        self, modules: Sequence[str], first_uses: Mapping[str, Callable[[], object]], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._first_uses = first_uses
        self._switch_s = sys.getswitchinterval()
        self._modules = tuple(modules)
        self._types = _make_types()
        self._held = False
        self._told = 0
        self._done: list[str] = []
        self._until = 0.0
        self._go, self._paused = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="ciclo-imports")
        self._timer = QTimer(self)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._on_tick)

    def start(self) -> None:
        """Begin with the first module."""
        self._timer.start()

    def hold(self) -> None:
        """Begin no slice until :meth:`release`: the window has something to show first."""
        self._held = True

    @Slot()
    def release(self) -> None:
        """Go on."""
        self._held = False

    def close(self) -> None:
        """Import what is left at once: a module that was half imported couldn't be imported again."""
        self._timer.stop()
        self._until = float("inf")
        self._go.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._leave()

    @Slot()
    def _on_tick(self) -> None:
        """Make types for one slice; when all are made, stand aside for one."""
        if self._held:
            return
        if self._thread.ident is None:
            end = time.perf_counter() + _SLICE_S
            if any(time.perf_counter() > end for _ in self._types):
                return
            sys.meta_path.insert(0, self)
            sys.setswitchinterval(_SWITCH_S)  # a module that outlasts its slice goes on beside the window
            self._thread.start()
        self._paused.clear()
        self._until = time.perf_counter() + _SLICE_S
        self._go.set()
        self._paused.wait(_STAND_ASIDE_S)
        if self._told < len(self._done):  # one a turn: who hears of it may have much to do
            self._told += 1
            self.imported.emit(self._done[self._told - 1])
        if self._told == len(self._modules):
            self._timer.stop()
            self._thread.join()
            self._leave()
            self.finished.emit()

    def _leave(self) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)
            sys.setswitchinterval(self._switch_s)

    # In the thread

    def _run(self) -> None:
        for module in self._modules:
            try:
                importlib.import_module(module)
                self._first_uses.get(module, _nothing)()
            except Exception:  # noqa: BLE001 - who needs it will say so
                _log.exception("%s could not be imported ahead", module)
            self._done.append(module)
        self._paused.set()

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        """Called by the import system before each module; finds nothing, but waits here for the next slice.

        Where none comes the window is busy, perhaps with waiting for this very import: then it goes on.
        """
        if threading.current_thread() is not self._thread or time.perf_counter() < self._until:
            return
        self._go.clear()
        self._paused.set()
        if not self._go.wait(_PATIENCE_S):
            self._until = time.perf_counter() + _FREE_S  # or until the window's next turn


def _nothing() -> None:
    """No first use."""


def _make_types() -> Iterator[None]:
    """Ask for every name of the Qt modules in use, one a step."""
    for module in (QtCore, QtGui, QtWidgets):
        for name in dir(module):
            getattr(module, name)
            yield
