"""The window's side of the reader process: asks for rows of stored tables without ever waiting."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.data.pseudonyms import Pseudonyms
from app.data.reader_protocol import (
    Answer,
    Associations,
    Failed,
    Pair,
    Preview,
    RejectedRows,
    Request,
    Rows,
    StoredTable,
)
from app.data.recipe.steps import Recipe
from app.jobs.channel import ChannelError, Decoder, frame
from app.jobs.launcher import environment
from app.ui.background import Receiver

READER = "--ciclo-reader"
"""First argument of the program where it is one frozen file and can't be started as ``python -m``."""

_MOST_DEATHS, _WITHIN_S = 3, 30.0
_LAST_BREATH_S = 0.5
_ANSWERS: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)
_log = logging.getLogger("ciclo.ui")


@dataclass(frozen=True)
class _Came:
    """An answer of a process; None where it ended."""

    process: subprocess.Popen[bytes]
    answer: Answer | None


class ReaderClient(QObject):
    """Sends requests, at most one a view under way and one waiting (the newest), and hands answers to their view.

    The process is started by the first request or by :meth:`start`, and again when it dies.
    """

    _came = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: subprocess.Popen[bytes] | None = None
        self._listener: threading.Thread | None = None
        self._generation = 0
        self._views = 0
        self._receivers: dict[int, Receiver] = {}
        self._under_way: dict[int, Request] = {}
        self._waiting: dict[int, Request] = {}
        self._deaths: list[float] = []
        self._came.connect(self._on_came, Qt.ConnectionType.QueuedConnection)

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

    def ask_preview(
        self,
        view: int,
        table: StoredTable,
        recipe: Recipe,
        place: int,
        others: dict[str, StoredTable],
        pseudonyms: Pseudonyms | None = None,
    ) -> None:
        """Ask what a recipe makes of a stored table, before and after the step at ``place``."""
        self._ask(
            Preview(
                view=view,
                generation=self._next(),
                path=table.path,
                types=table.types,
                recipe=recipe,
                place=place,
                others=others,
                pseudonyms=pseudonyms,
            )
        )

    def ask_associations(self, view: int, table: StoredTable, column: str) -> None:
        """Ask how much a column goes together with each other one."""
        told = {"view": view, "generation": self._next()}
        self._ask(Associations(**told, path=table.path, types=table.types, column=column))

    def ask_pair(self, view: int, table: StoredTable, x: str, y: str) -> None:
        """Ask how one column looks beside another."""
        told = {"view": view, "generation": self._next()}
        self._ask(Pair(**told, path=table.path, types=table.types, x=x, y=y))

    def start(self) -> None:
        """Start the process, so that the first rows come sooner."""
        if self._process is not None:
            return
        arguments = [READER] if getattr(sys, "frozen", False) else ["-P", "-m", "app.data.reader"]
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=pipe,
            stdout=pipe,
            stderr=subprocess.DEVNULL,
            env=environment(),
            bufsize=0,
        )
        self._process = process
        self._listener = threading.Thread(target=_listen, args=(process, self._came.emit), name="ciclo-reader")
        self._listener.start()

    @property
    def process_id(self) -> int | None:
        """Of the reader, where there is one."""
        return self._process.pid if self._process is not None else None

    def release(self) -> None:
        """Let go of every file: the process is ended, and started again by the next request."""
        process, self._process = self._process, None
        if process is None or self._listener is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        self._listener.join(_LAST_BREATH_S)
        process.kill()
        self._listener.join()
        asked = [*self._under_way.values()]
        self._under_way.clear()
        for request in asked:
            self._ask(request)

    def close(self) -> None:
        """End the process: it ends by itself with its input, or is killed."""
        process, self._process = self._process, None
        self._receivers.clear()
        self._waiting.clear()
        self._under_way.clear()
        if process is None or self._listener is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        self._listener.join(_LAST_BREATH_S)
        process.kill()
        self._listener.join()

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
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError):  # it died: its end comes as an event
                self._process.stdin.write(frame(msgspec.json.encode(request)))

    @Slot(object)
    def _on_came(self, event: _Came) -> None:
        if event.process is not self._process:
            return
        if event.answer is None:
            self._on_finished()
        else:
            self._take(event.answer)

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

    def _on_finished(self) -> None:
        """It died: start it again with what was asked, unless it keeps dying."""
        _log.warning("the reader process ended")
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
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


def _listen(process: subprocess.Popen[bytes], hand_over: Callable[[_Came], None]) -> None:
    """Read answers as they come, in a thread, since Windows can't wait for a pipe otherwise."""
    assert process.stdout is not None
    decoder = Decoder()
    try:
        while (payloads := decoder.read_from(process.stdout.fileno())) is not None:
            for payload in payloads:
                hand_over(_Came(process, _ANSWERS.decode(payload)))
    except (ChannelError, msgspec.MsgspecError, OSError):
        _log.exception("the reader said something that isn't an answer")
        process.kill()
    process.wait()
    process.stdout.close()
    hand_over(_Came(process, None))
