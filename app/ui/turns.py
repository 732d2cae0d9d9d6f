"""Work for the window's thread in pieces, with a moment after each in which the window answers: timers of no time all
fire in the same turn of the event loop, and together they would hold it up."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot
from shiboken6 import isValid

_REST_MS = 8


class Turns(QObject):
    """Does one piece after the other, in the order in which they were asked for."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: list[tuple[QObject, Callable[[], None]]] = []
        self._next = QTimer(self, singleShot=True, interval=_REST_MS)
        self._next.timeout.connect(self._on_next)

    def take(self, owner: QObject, work: Callable[[], None]) -> None:
        """Do ``work`` in a turn of its own, if ``owner`` is still there by then; once where it is asked for again while
        it waits."""
        if (owner, work) not in self._waiting:
            self._waiting.append((owner, work))
        if not self._next.isActive():
            self._next.start()

    def close(self) -> None:
        """The window ends; nothing more is done."""
        self._next.stop()
        self._waiting.clear()

    @Slot()
    def _on_next(self) -> None:
        owner, work = self._waiting.pop(0)
        if self._waiting:
            self._next.start()
        if isValid(owner):
            work()
