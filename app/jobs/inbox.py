"""A job's messages with a time-out, so that its supervisor can look at cancellation and time limits in between."""

from __future__ import annotations

import queue
import select
import threading
import time
from collections import deque
from typing import Protocol

import msgspec

from app.jobs.channel import ChannelError, Decoder
from app.jobs.launcher import RunningChild
from app.jobs.messages import Report
from app.jobs.system import SYSTEM

_REPORTS: msgspec.json.Decoder[Report] = msgspec.json.Decoder(Report)


class Closed(Exception):
    """The process is over, or has closed its channel."""


class Inbox(Protocol):
    """Hands out the messages of one process."""

    def get(self, timeout_s: float) -> Report | None:
        """The next message; None where none came in time.

        Raises
        ------
        Closed
            At the end.
        ChannelError
            Where something else than a message came.
        """

    def close(self) -> None:
        """After the process has ended: leave nothing behind."""


def open_inbox(child: RunningChild) -> Inbox:
    """The inbox for this system: pipes can't be polled on Windows."""
    return ThreadInbox(child) if SYSTEM == "win32" else PollInbox(child)


class PollInbox:
    """Polls the pipe; no thread."""

    def __init__(self, child: RunningChild) -> None:
        self._child = child
        self._decoder = Decoder()
        self._waiting: deque[bytes] = deque()
        self._poll = select.poll()
        self._poll.register(child.messages, select.POLLIN)

    def get(self, timeout_s: float) -> Report | None:
        deadline = time.monotonic() + timeout_s
        while not self._waiting:
            over = self._child.ended()  # asked before looking, so that its last words are not missed
            left_s = 0.0 if over else max(0.0, deadline - time.monotonic())
            if not self._poll.poll(left_s * 1000):
                if over:  # a process that outlived its group may hold the pipe open
                    raise Closed
                return None
            payloads = self._decoder.read_from(self._child.messages)
            if payloads is None:
                raise Closed
            self._waiting.extend(payloads)
        return _report(self._waiting.popleft())

    def close(self) -> None:
        """Nothing is held."""


class ThreadInbox:
    """Reads in a thread, for systems without poll on pipes."""

    def __init__(self, child: RunningChild) -> None:
        self._handle = child.messages
        self._queue: queue.Queue[bytes | Exception] = queue.Queue(maxsize=1000)
        self._thread = threading.Thread(target=self._read, name="job messages")
        self._thread.start()

    def _read(self) -> None:
        decoder = Decoder()
        try:
            while (payloads := decoder.read_from(self._handle)) is not None:
                for payload in payloads:
                    self._queue.put(payload)
            self._queue.put(Closed())
        except ChannelError as error:
            self._queue.put(error)
        except OSError:
            self._queue.put(Closed())

    def get(self, timeout_s: float) -> Report | None:
        try:
            found = self._queue.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if isinstance(found, Exception):
            raise found
        return _report(found)

    def close(self) -> None:
        while self._thread.is_alive():  # it may wait for room
            while not self._queue.empty():
                self._queue.get_nowait()
            self._thread.join(0.01)


def _report(payload: bytes) -> Report:
    try:
        return _REPORTS.decode(payload)
    except msgspec.MsgspecError as error:
        raise ChannelError(str(error)) from error
