"""What runs in a job process: read what to do, do it, say how it went."""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import math
import os
import signal
import sys
import tempfile
import threading
import time
import traceback
import typing
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from app.errors import CicloError, Parameter
from app.jobs.channel import ChannelError, frame, read_message, write_frame
from app.jobs.contract import Cancelled, Context, Failure, Outcome, Progress
from app.jobs.messages import Began, Finished, Handed, Refused, Report, Reported, Stopped, Work
from app.jobs.system import (
    die_with_pipe,
    lower_priority,
    offer_to_out_of_memory,
    out_of_memory_kills,
    peak_memory_mb,
)

_REPORT_EVERY_S = 0.05
_SCORE = 500
_WORKER_KILLED = {"TerminatedWorkerError", "BrokenProcessPool"}


def main(arguments: Sequence[str]) -> int:
    """Life of a process that was started for one job; it speaks over its standard input and output.

    ``arguments`` name modules to import while it waits as a warm spare.
    """
    orders, messages = os.dup(0), os.dup(1)
    _point_at_null(0, 1)
    lower_priority()
    import_quietly(arguments)
    serve(orders, messages)
    return 0


def import_quietly(modules: Sequence[str]) -> None:
    """Import what a job will need; what isn't there is the job's own affair."""
    for module in modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)


def serve(orders: int, messages: int) -> None:
    """Do the one piece of work that comes over ``orders``; doesn't return once there was some."""
    try:
        work = read_message(orders, Work)
    except (ChannelError, OSError):
        return
    if work is None:  # the owner went, or never needed this spare
        return
    die_with_pipe(orders)
    _settle(work)
    context = ChildContext(work, messages)
    last = _perform(work, context)
    with contextlib.suppress(OSError, ValueError):  # before the last message: whoever gets it may read the log
        sys.stdout.flush()
        sys.stderr.flush()
    with contextlib.suppress(OSError):  # nobody listens any more
        context.send_bytes(last)
    os._exit(0)  # without the exit handlers of libraries, which may wait for threads


def _point_at_null(*handles: int) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for handle in handles:
        os.dup2(null, handle)
    os.close(null)


def _settle(work: Work) -> None:
    """Make the staging folder the place of every temporary file, and the log the place of every print."""
    log = os.open(work.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    faulthandler.enable(file=2)
    for name in ("TMPDIR", "TEMP", "TMP", "JOBLIB_TEMP_FOLDER"):
        os.environ[name] = work.staging
    tempfile.tempdir = work.staging
    offer_to_out_of_memory(_SCORE)


class ChildContext:
    """The surroundings of a work function in its own process (see :class:`app.jobs.contract.Context`)."""

    def __init__(self, work: Work, messages: int) -> None:
        self._staging = Path(work.staging)
        self._processors = work.processors
        self._messages = messages
        self._guard = threading.Lock()
        self._stop = False
        self._last_step = ""
        self._last_report = 0.0
        signal.signal(signal.SIGTERM, self._on_terminate)

    @property
    def staging(self) -> Path:
        return self._staging

    @property
    def processors(self) -> int:
        return self._processors

    def report(self, progress: Progress) -> None:
        """Say where the work stands; of many reports of one step in a moment, some are left out."""
        now = time.monotonic()
        last = progress.total > 0 and progress.done >= progress.total
        if progress.step.id == self._last_step and now - self._last_report < _REPORT_EVERY_S and not last:
            return
        self._last_step, self._last_report = progress.step.id, now
        self.send(Reported(progress=_finite(progress)))

    def publish(self, topic: str, value: msgspec.Struct) -> None:
        """Hand out a live result."""
        self.send(Handed(topic=topic, value=msgspec.Raw(msgspec.json.encode(value))))

    def check_cancelled(self) -> None:
        """Raise :class:`Cancelled` if this process was asked to end."""
        if self._stop:
            raise Cancelled

    def send(self, message: Report) -> None:
        self.send_bytes(frame(msgspec.json.encode(message)))

    def send_bytes(self, data: bytes) -> None:
        try:
            with self._guard:
                write_frame(self._messages, data)
        except BrokenPipeError:
            os._exit(1)  # the supervisor is gone: nobody wants the result

    def _on_terminate(self, number: int, frame: object) -> None:
        self._stop = True


def _finite(progress: Progress) -> Progress:
    """JSON has no NaN."""
    if math.isfinite(progress.done) and math.isfinite(progress.total):
        return progress
    return Progress(step=progress.step, remaining_s=progress.remaining_s)


def _perform(work: Work, context: ChildContext) -> bytes:
    """Call the function; its result or its failure as the last message."""
    kills = out_of_memory_kills()
    try:
        function = resolve(work.function)
        request = msgspec.json.decode(work.request, type=typing.get_type_hints(function)["request"])
        context.send(Began(process=os.getpid()))
        outcome = function(context, request)
        return _encode(Finished(outcome=outcome, peak_memory_mb=peak_memory_mb()))
    except Cancelled:
        return _encode(Stopped(peak_memory_mb=peak_memory_mb()))
    except CicloError as error:
        return _refuse(error.code, _plain(error.params))
    except MemoryError:
        return _refuse("jobs.out_of_memory", {})
    except Exception as error:  # noqa: BLE001 - the one place where a job's errors end
        killed = type(error).__name__ in _WORKER_KILLED and out_of_memory_kills() > kills
        return _refuse("jobs.out_of_memory" if killed else "jobs.error", {})


def _refuse(code: str, params: dict[str, Parameter]) -> bytes:
    failure = Failure(code=code, params=params, details=traceback.format_exc())
    return _encode(Refused(failure=failure, peak_memory_mb=peak_memory_mb()))


def _encode(message: Report) -> bytes:
    return frame(msgspec.json.encode(message))


def _plain(params: dict[str, Parameter]) -> dict[str, Parameter]:
    """Parameters as JSON can hold them (a NumPy number or NaN may be among them)."""
    plain: dict[str, Parameter] = {}
    for name, value in params.items():
        exact = type(value) in (str, int, bool) or (type(value) is float and math.isfinite(value))
        plain[name] = value if exact else str(value)
    return plain


def resolve(function: str) -> Callable[[Context, object], Outcome]:
    """The function that ``"package.module:function"`` names."""
    module, _, name = function.partition(":")
    found: Callable[[Context, object], Outcome] = getattr(importlib.import_module(module), name)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
