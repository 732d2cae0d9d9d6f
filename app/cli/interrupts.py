"""Ctrl-C, and the system's request to end: the first one stops a command; those after it must not break off its
cleaning up and its last words."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_STOPS = (signal.SIGINT, signal.SIGTERM)
_LATER_S = 0.005
_Handler = Callable[[int, FrameType | None], Any] | int | None


class Cancelled(KeyboardInterrupt):
    """A command was stopped while it worked, and nothing of the work stays."""


def hear_interrupt_once() -> None:
    """For the rest of the program. What is ignored already, as Ctrl-C is behind ``nohup``, stays so."""
    for number, usual in zip(_STOPS, (signal.default_int_handler, signal.SIG_DFL), strict=True):
        if signal.getsignal(number) is usual:
            signal.signal(number, _raise_once)


def end_at_once() -> None:
    """Let both end the program as the system does: Qt would take them to Python only at the next click."""
    for number in _STOPS:
        signal.signal(number, signal.SIG_DFL)


def _raise_once(number: int, frame: FrameType | None) -> None:
    if _imports(frame):
        again = threading.Timer(_LATER_S, os.kill, (os.getpid(), number))
        again.daemon = True
        again.start()
        return
    for stop in _STOPS:
        signal.signal(stop, signal.SIG_IGN)
    raise KeyboardInterrupt


def _imports(frame: FrameType | None) -> bool:
    """Whether something is being imported. Libraries in C import as well while they work, and some crash Python where
    that is cut off (msgspec, when it first encodes)."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


@contextmanager
def _handled(handler: _Handler) -> Iterator[dict[int, _Handler]]:
    """Both signals are taken by ``handler`` while the block runs; yields what took them before."""
    before: dict[int, _Handler] = {number: signal.signal(number, handler) for number in _STOPS}
    try:
        yield before
    finally:
        for number, usual in before.items():
            signal.signal(number, usual)


@contextmanager
def interrupt_held() -> Iterator[None]:
    """A short piece that is carried to its end, Ctrl-C or not: a commit can't be half done, nor denied afterwards."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with _handled(signal.SIG_IGN):
        yield


@contextmanager
def interrupt_cancels() -> Iterator[threading.Event]:
    """While the block runs, Ctrl-C sets the event in place of unwinding whatever runs."""
    cancel = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield cancel
        return
    with _handled(lambda number, frame: cancel.set()):
        yield cancel
