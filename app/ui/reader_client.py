"""The window's side of the reader process: asks for rows of stored tables without ever waiting."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Slot

from app.data.reader_protocol import Answer, Failed, RejectedRows, Request, Rows
from app.jobs.channel import ChannelError, Decoder, frame
from app.jobs.launcher import environment
from app.ui.background import Receiver

READER = "--ciclo-reader"
"""First argument of the program where it is one frozen file and can't be started as ``python -m``."""

_MOST_DEATHS, _WITHIN_S = 3, 30.0
_LAST_BREATH_MS = 500
_ANSWERS: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)
_log = logging.getLogger("ciclo.ui")


class ReaderClient(QObject):
    """Sends requests, at most one a view under way and one waiting (the newest), and hands answers to their view.

    The process is started by the first request or by :meth:`start`, and again when it dies.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._decoder = Decoder()
        self._generation = 0
        self._views = 0
        self._receivers: dict[int, Receiver] = {}
        self._under_way: dict[int, Request] = {}
        self._waiting: dict[int, Request] = {}
        self._deaths: list[float] = []

    def open_view(self, answered: Callable[[Answer], None]) -> int:
        """A number for something on the screen; ``answered`` is a bound method, held weakly."""
        self._views += 1
        self._receivers[self._views] = Receiver(answered)
        return self._views

    def close_view(self, view: int) -> None:
        """No answers to this view any more."""
        self._receivers.pop(view, None)
        self._waiting.pop(view, None)

    def ask_rows(self, view: int, path: str, start: int, stop: int, columns: tuple[int, ...] | None = None) -> None:
        """Ask for rows of a stored table."""
        generation = self._next()
        self._ask(Rows(view=view, generation=generation, path=path, start=start, stop=stop, columns=columns))

    def ask_rejected(self, view: int, path: str, start: int, stop: int) -> None:
        """Ask for rejected records of an import."""
        self._ask(RejectedRows(view=view, generation=self._next(), path=path, start=start, stop=stop))

    def start(self) -> None:
        """Start the process, so that the first rows come sooner."""
        if self._process is not None:
            return
        arguments = [READER] if getattr(sys, "frozen", False) else ["-P", "-m", "app.data.reader"]
        process = QProcess(self)
        variables = QProcessEnvironment()
        for name, value in environment().items():
            variables.insert(name, value)
        process.setProcessEnvironment(variables)
        process.setProcessChannelMode(QProcess.ProcessChannelMode.SeparateChannels)
        process.setStandardErrorFile(QProcess.nullDevice())
        process.readyReadStandardOutput.connect(self._on_ready_read)
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_error)
        self._process, self._decoder = process, Decoder()
        process.start(sys.executable, arguments)

    def close(self) -> None:
        """End the process; waits for it, half a second at most."""
        process, self._process = self._process, None
        self._receivers.clear()
        self._waiting.clear()
        self._under_way.clear()
        if process is None:
            return
        process.blockSignals(True)
        process.closeWriteChannel()
        if process.state() != QProcess.ProcessState.NotRunning and not process.waitForFinished(_LAST_BREATH_MS):
            process.kill()
            process.waitForFinished(_LAST_BREATH_MS)
        process.deleteLater()

    def _next(self) -> int:
        self._generation += 1
        return self._generation

    def _ask(self, request: Request) -> None:
        if request.view in self._under_way:
            self._waiting[request.view] = request
            return
        self._under_way[request.view] = request
        self.start()
        self._send(request)

    def _send(self, request: Request) -> None:
        if self._process is not None:
            self._process.write(frame(msgspec.json.encode(request)))

    @Slot()
    def _on_ready_read(self) -> None:
        if self._process is None:
            return
        try:
            answers = [
                _ANSWERS.decode(p) for p in self._decoder.feed(bytes(self._process.readAllStandardOutput().data()))
            ]
        except (ChannelError, msgspec.MsgspecError):
            _log.exception("the reader said something that isn't an answer")
            self._process.kill()
            return
        for answer in answers:
            self._take(answer)

    def _take(self, answer: Answer) -> None:
        asked = self._under_way.get(answer.view)
        if asked is None or asked.generation != answer.generation:
            return
        del self._under_way[answer.view]
        newest = self._waiting.pop(answer.view, None)
        if newest is not None:
            self._under_way[answer.view] = newest
            self._send(newest)
        receiver = self._receivers.get(answer.view)
        if receiver is not None:
            receiver(answer)

    @Slot()
    def _on_error(self) -> None:
        if self._process is not None and self._process.error() is QProcess.ProcessError.FailedToStart:
            self._on_finished()

    @Slot()
    def _on_finished(self) -> None:
        """It died: start it again with what was asked, unless it keeps dying."""
        if self._process is None:
            return
        _log.warning("the reader process ended")
        self._process.deleteLater()
        self._process = None
        now = time.monotonic()
        self._deaths = [at for at in self._deaths if now - at < _WITHIN_S] + [now]
        open_requests = {**self._under_way, **self._waiting}
        self._waiting.clear()
        if len(self._deaths) > _MOST_DEATHS:
            self._give_up(open_requests)
            return
        self._under_way = open_requests
        if open_requests:
            self.start()
            for request in open_requests.values():
                self._send(request)

    def _give_up(self, requests: dict[int, Request]) -> None:
        self._under_way.clear()
        for view, request in requests.items():
            receiver = self._receivers.get(view)
            if receiver is not None:
                receiver(Failed(view=view, generation=request.generation, code="ui.reader_lost"))
