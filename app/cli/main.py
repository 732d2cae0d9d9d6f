"""The command line's one entrance: argv in, exit status out. Never a traceback."""

from __future__ import annotations

import contextlib
import importlib
import logging
import logging.handlers
import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from typing import Protocol

import msgspec

from app import __version__
from app.cli.interrupts import Cancelled
from app.cli.parser import HelpAsked, Parser
from app.cli.terminal import OutputRefused, Terminal, table
from app.errors import CicloError, cause
from app.project.writer import user_folder
from app.text import Words, choose_locale

DONE, NO, REFUSED, CANCELLED = 0, 1, 2, 130

COMMANDS = (
    "new",
    "inspect",
    "import",
    "prepare",
    "pseudonyms",
    "expect",
    "labels",
    "known",
    "rules",
    "watch",
    "data",
    "profile",
    "versions",
    "diff",
    "note",
    "restore",
    "remove",
    "bin",
    "purge",
    "plan",
    "train",
    "reproduce",
    "models",
    "verify",
    "compare",
    "value",
    "describe",
    "document",
    "gates",
    "approve",
    "reject",
    "release",
    "releases",
    "runs",
    "export",
    "score",
    "open",
    "trust",
    "run",
    "check",
    "password",
)
_INTERNAL = ("answer",)
"""Called by Ciclo itself, in a process of its own."""
_LATER = ("serve", "monitor", "trace")
_MODULES = {"approve": "decide", "reject": "decide", "import": "importing", "open": "opening"}

_log = logging.getLogger("ciclo.cli")


class Command(Protocol):
    """A command's module."""

    def arguments(self, parser: Parser) -> None:
        """Declare what the command takes."""

    def run(self, terminal: Terminal, options: Namespace) -> int:
        """Do it; the exit status."""


class _Version(msgspec.Struct, frozen=True):
    version: str


class _Help(msgspec.Struct, frozen=True):
    help: str


def run_command(argv: list[str]) -> int:
    """Carry out one command.

    Returns
    -------
    int
        0 done, 1 the answer is no, 2 it can't be carried out, 130 cancelled.
    """
    terminal = Terminal(Words(choose_locale()), as_json="--json" in argv)
    with _logging_to_file():
        try:
            return _dispatch(terminal, argv)
        except CicloError as error:
            terminal.refuse(error)
            return REFUSED
        except KeyboardInterrupt as stop:
            terminal.refuse(CicloError("cli.cancelled" if isinstance(stop, Cancelled) else "cli.interrupted"))
            return CANCELLED
        except OutputRefused as refused:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            Terminal(terminal.words, as_json=False).refuse(CicloError("cli.no_output", cause=_why(refused)))
            return REFUSED
        except BrokenPipeError:  # whoever read our output has gone, as `ciclo ... | head` does
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            return REFUSED
        except Exception as error:  # noqa: BLE001 - the last line: a sentence, never a traceback
            _log.error("unexpected", exc_info=error)
            terminal.refuse(_unexpected(error))
            return REFUSED


def _why(refused: OutputRefused) -> str:
    return cause(refused.__cause__) if isinstance(refused.__cause__, OSError) else ""


def _dispatch(terminal: Terminal, argv: list[str]) -> int:
    words = [a for a in argv if a != "--json"]
    for word in words:
        if not word.isprintable() and any("\ud800" <= sign <= "\udfff" for sign in word):
            raise CicloError("cli.not_utf8", argument=word.encode("utf-8", "backslashreplace").decode())
    name = words[0] if words else "--help"
    if name in ("-h", "--help", "help"):
        terminal.answer(_Help(_overview(terminal.words)), [_overview(terminal.words)])
        return DONE
    if name == "--version":
        terminal.answer(_Version(__version__), [f"ciclo {__version__}"])
        return DONE
    if name in _LATER:
        raise CicloError("cli.later", what=name)
    if name not in (*COMMANDS, *_INTERNAL):
        raise CicloError("cli.unknown_command", name=name, known=", ".join(COMMANDS))
    command: Command = importlib.import_module(f"app.cli.commands.{_MODULES.get(name, name)}")
    terminal.command = name
    parser = Parser(name, terminal.words)
    command.arguments(parser)
    parser.common()
    try:
        options = parser.parse_args(words[1:])
    except HelpAsked as help:
        text = str(help.args[0]).rstrip()
        terminal.answer(_Help(text), [text])
        return DONE
    return command.run(terminal, options)


def _overview(words: Words) -> str:
    commands = table([("", name, words(f"cli.command.{name}")) for name in (*COMMANDS, "demo")])
    return "\n".join([words("cli.help.overview"), "", *commands, "", words("cli.help.more")])


def _unexpected(error: Exception) -> CicloError:
    if isinstance(error, MemoryError):
        return CicloError("jobs.out_of_memory")
    if isinstance(error, OSError):
        return CicloError("cli.file_error", path=str(error.filename or "?"), cause=cause(error))
    return CicloError("cli.unexpected", cause=type(error).__name__, log=str(_log_path()))


def _log_path() -> str:
    return str(user_folder() / "logs" / "ciclo.log")


@contextlib.contextmanager
def _logging_to_file() -> Iterator[None]:
    """What the house logs goes to a file in the user's folder; stderr belongs to the sentences."""
    root = logging.getLogger("ciclo")
    handler = _handler()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()


def _handler() -> logging.Handler:
    try:
        path = user_folder() / "logs" / "ciclo.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=1_000_000, backupCount=2, encoding="utf-8", delay=True
        )
    except OSError:
        return logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    return handler


if __name__ == "__main__":
    sys.exit(run_command(sys.argv[1:]))
