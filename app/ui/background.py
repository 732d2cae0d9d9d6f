"""Short waits away from the window's thread: commits, opening a project. Not for work: that runs in a process."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance, Slot

from app.errors import CicloError

T = TypeVar("T")


@dataclass(frozen=True)
class _Outcome:
    ticket: int
    value: object
    error: BaseException | None


class Receiver:
    """A bound method, held weakly: a page that is gone gets no call and isn't kept alive."""

    def __init__(self, method: Callable[..., None] | None) -> None:
        self._weak: weakref.WeakMethod[Callable[..., None]] | None = None
        self._strong: Callable[..., None] | None = None
        if method is not None and hasattr(method, "__self__"):
            self._weak = weakref.WeakMethod(method)
        else:
            self._strong = method

    def __call__(self, value: object) -> bool:
        """Hand ``value`` over; False where nobody is there any more."""
        method = self._weak() if self._weak is not None else self._strong
        if method is None:
            return False
        method(value)
        return True


class Background(QObject):
    """Runs functions one after another in one thread; their results come home on the GUI thread, exactly once."""

    failed = Signal(object)
    _came_home = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ciclo-short")
        self._receivers: dict[int, tuple[Receiver, Receiver]] = {}
        self._tickets = 0
        self._came_home.connect(self._on_came_home, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        function: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[CicloError], None] | None = None,
    ) -> None:
        """Call ``function`` in the thread, then ``done(result)`` or ``failed(error)`` here."""
        self._tickets += 1
        self._receivers[self._tickets] = (Receiver(done), Receiver(failed))
        self._pool.submit(function).add_done_callback(partial(_send, self._came_home, self._tickets))

    def close(self) -> None:
        """Wait for what is under way: it may be a commit."""
        self._pool.shutdown(wait=True)
        self._receivers.clear()

    @property
    def busy(self) -> bool:
        return bool(self._receivers)

    @Slot(object)
    def _on_came_home(self, outcome: _Outcome) -> None:
        receivers = self._receivers.pop(outcome.ticket, None)
        if receivers is None:
            return
        done, failed = receivers
        if outcome.error is None:
            done(outcome.value)
        elif not isinstance(outcome.error, CicloError):
            raise outcome.error
        elif not failed(outcome.error):
            self.failed.emit(outcome.error)


def _send(signal: SignalInstance, ticket: int, future: Future[object]) -> None:
    if not future.cancelled():
        error = future.exception()
        signal.emit(_Outcome(ticket, None if error else future.result(), error))
