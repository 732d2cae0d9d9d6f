"""Ctrl-C: the first one stops a command; those after it must not break off its cleaning up and its last words."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Cancelled(KeyboardInterrupt):
    """Ctrl-C stopped the work, and nothing of it stays."""


def hear_interrupt_once() -> None:
    """For the rest of the program. Where Ctrl-C is ignored already, as behind ``nohup``, it stays so."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _raise_once)


def _raise_once(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextmanager
def interrupt_held() -> Iterator[None]:
    """A short piece that is carried to its end, Ctrl-C or not: a commit can't be half done, nor denied afterwards."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def interrupt_deferred() -> Iterator[None]:
    """Ctrl-C takes effect at the end of the block: a library that is cut off while it is imported may crash Python."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came and callable(before):
        before(came[0], None)


@contextmanager
def interrupt_cancels() -> Iterator[threading.Event]:
    """While the block runs, Ctrl-C sets the event in place of unwinding whatever runs."""
    cancel = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield cancel
        return
    before = signal.signal(signal.SIGINT, lambda number, frame: cancel.set())
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, before)
