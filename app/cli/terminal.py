"""What a command says: its answer on stdout (words, or one JSON document), everything else on stderr."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterable, Sequence

import msgspec

from app.errors import CicloError
from app.jobs.contract import Progress
from app.text import Words

_LINE_EVERY_S = 5.0
_BAR = 24
_HARMLESS = "\n\u00a0\u202f"


class ErrorBody(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong: the code for programs, the sentences for people."""

    code: str
    message: str
    hint: str = ""


class ErrorDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The JSON document of a request that wasn't carried out."""

    error: ErrorBody


class Terminal:
    """Where a command writes. ``as_json``: exactly one document goes to stdout."""

    def __init__(self, words: Words, *, as_json: bool) -> None:
        self.words = words
        self.as_json = as_json
        self.command = ""
        self._shown = ""
        self._shown_at = 0.0
        self._bar_width = 0

    def answer(self, document: msgspec.Struct, lines: Iterable[str]) -> None:
        """Give the answer: the document with ``--json``, else the lines."""
        self.end_progress()
        if self.as_json:
            _write_json(document)
        else:
            for line in lines:
                _write(sys.stdout, line)

    def refuse(self, error: CicloError) -> None:
        """Say what went wrong, and what to do next."""
        self.end_progress()
        message, hint = self.words.error(error, door="cli")
        if self.as_json:
            body = ErrorBody(code=error.code, message=message, hint=hint)
            _write_json(ErrorDocument(error=body))
        else:
            _write(sys.stderr, f"{message} {hint}".rstrip())

    def warn(self, error: CicloError) -> None:
        """Something that must be known although the work goes on."""
        self.end_progress()
        _write(sys.stderr, " ".join(self.words.error(error, door="cli")).rstrip())

    def tell(self, line: str) -> None:
        """Something that is good to know beside the answer."""
        self.end_progress()
        _write(sys.stderr, line)

    # Progress

    def progress(self, progress: Progress) -> None:
        """Show where the work stands: a bar on a terminal, plain lines otherwise."""
        step = self.words.text(progress.step)
        share = min(1.0, progress.done / progress.total) if progress.total > 0 else None
        percent = "" if share is None else f" {self.words.percent(share, 0)}"
        if sys.stderr.isatty():
            self._draw_bar(share, step, percent, progress.remaining_s)
        elif step != self._shown or time.monotonic() - self._shown_at >= _LINE_EVERY_S:
            self._shown, self._shown_at = step, time.monotonic()
            _write(sys.stderr, step + percent)

    def _draw_bar(self, share: float | None, step: str, percent: str, remaining_s: float | None) -> None:
        filled = round(_BAR * (share or 0.0))
        left = "" if remaining_s is None else "  " + self.words("cli.remaining", time=self.words.duration(remaining_s))
        line = f"[{'#' * filled}{'.' * (_BAR - filled)}]{percent}  {step}{left}"
        line = line[: shutil.get_terminal_size().columns - 1]
        sys.stderr.write("\r" + line.ljust(self._bar_width))
        sys.stderr.flush()
        self._bar_width = len(line)

    def end_progress(self) -> None:
        """Clear the bar, so that the next words stand on a line of their own."""
        if self._bar_width:
            sys.stderr.write("\r" + " " * self._bar_width + "\r")
            sys.stderr.flush()
            self._bar_width = 0


def table(rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> list[str]:
    """Rows of words as aligned lines; the columns in ``right`` are set to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    lines = []
    for row in rows:
        cells = [c.rjust(w) if i in right else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))]
        lines.append("  ".join(cells).rstrip())
    return lines


class OutputRefused(Exception):
    """What the answer is written to takes no more; ``__cause__`` says why."""


def _write(stream: object, line: str) -> None:
    try:
        print(printable(line), file=stream, flush=True)  # type: ignore[call-overload]
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputRefused from error


def _write_json(document: msgspec.Struct) -> None:
    """The same care in JSON's own spelling: ``\\u0091`` is valid there, ``\\x91`` isn't."""
    text = msgspec.json.encode(document).decode()
    _write(sys.stdout, "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text))


def printable(line: str) -> str:
    """Control characters shown as escapes: a name in a file must not be able to command the terminal.

    The spaces that don't break, which numbers have in Spanish, are no danger.
    """
    return "".join(c if c.isprintable() or c in _HARMLESS else repr(c)[1:-1] for c in line)
