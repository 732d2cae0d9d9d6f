"""Python's cyclic garbage is collected on the window's thread only.

A collection runs in whatever thread happens to allocate, and takes the Qt objects in its cycles with it: widgets and
timers destroyed by a job's supervisor thread crash the program.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_EVERY_MS = 1000


class GarbageCollector(QObject):
    """Turns the automatic collection off and, once begun, collects each second what :mod:`gc`'s thresholds ask for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self._on_tick)

    @Slot()
    def begin(self) -> None:
        """Collect from now on. What start-up made is left out for good: looking through it all stalls the window."""
        gc.freeze()
        self._timer.start()

    def close(self) -> None:
        """Let Python collect by itself again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def _on_tick(self) -> None:
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > thresholds[generation]:
                gc.collect(generation)
                return
