"""argparse in the reader's language: help from the catalogues, and every refusal as an error of the house."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Iterable
from typing import NoReturn

from app.errors import CicloError
from app.text import Words

# What argparse says, and the sentence that says it in the reader's language.
_REFUSALS = (
    (re.compile(r"the following arguments are required: (?P<names>.*)"), "cli.missing_arguments"),
    (re.compile(r"unrecognized arguments: (?P<names>.*)"), "cli.unknown_arguments"),
    (re.compile(r"argument (?P<name>\S+).*: expected .*"), "cli.missing_value"),
    (
        re.compile(r"argument (?P<name>\S+).*: invalid choice: (?P<value>.*) \(choose from (?P<choices>.*)\)"),
        "cli.invalid_choice",
    ),
    (re.compile(r"argument (?P<name>\S+).*: invalid \w+ value: (?P<value>.*)"), "cli.invalid_number"),
    (re.compile(r"argument (?P<name>\S+).*: not allowed with argument (?P<other>\S+)"), "cli.not_together"),
)


class _Number:
    """Reads a number that isn't "nan" or "inf" and lies between two bounds."""

    def __init__(self, flag: str, kind: type[int] | type[float], low: float, high: float) -> None:
        self._flag, self._kind, self._low, self._high = flag, kind, low, high

    def __repr__(self) -> str:
        return "number"  # in argparse's refusal

    def __call__(self, text: str) -> float:
        value = self._kind(text)
        if not math.isfinite(value):
            raise ValueError(text)
        if not self._low <= value <= self._high:
            code = "cli.out_of_range" if math.isfinite(self._high) else "cli.too_small"
            raise CicloError(code, name=self._flag, value=text, low=self._low, high=self._high)
        return value


class HelpAsked(Exception):
    """``--help`` was given; ``args[0]`` is the text."""


class _Help(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> NoReturn:
        raise HelpAsked(parser.format_help())


class Parser(argparse.ArgumentParser):
    """Arguments of one command. Their help is the text ``cli.help.<command>.<argument>``, or ``cli.help.<argument>``.

    Refusals are raised as :class:`CicloError`, so that they take the same way as every other error.
    """

    def __init__(self, command: str, words: Words) -> None:
        description = words(f"cli.command.{command}")
        super().__init__(
            prog=f"ciclo {command}",
            description=description,
            add_help=False,
            allow_abbrev=False,
            formatter_class=lambda prog: _Formatter(prog, usage=words("cli.help.usage")),
        )
        self._command = command
        self._needed: list[str] = []
        self._words = words
        self._required = self.add_argument_group(words("cli.help.arguments"))
        self._optional = self.add_argument_group(words("cli.help.options"))

    def place(self, name: str, *, metavar: str, optional: bool = False) -> None:
        """Add an argument that is known by its place; required unless ``optional``."""
        self._needed.append(f"[{metavar}]" if optional else metavar)
        self._required.add_argument(name, metavar=metavar, nargs="?" if optional else None, help=self._help(name))

    def option(
        self,
        flag: str,
        *,
        metavar: str = "",
        choices: Iterable[str] = (),
        default: str | float | int | None = None,
        number: type[int] | type[float] | None = None,
        low: float = -math.inf,
        high: float = math.inf,
        several: bool = False,
        required: bool = False,
    ) -> None:
        """Add ``--flag VALUE``; with ``several`` it takes one or more values and may be repeated. A ``number`` lies
        between ``low`` and ``high``."""
        if required:
            self._needed.append(f"{flag} {metavar}")
        self._optional.add_argument(
            flag,
            metavar=metavar or None,
            choices=tuple(choices) or None,
            default=[] if several else default,
            type=_Number(flag, number, low, high) if number else str,
            nargs="+" if several else None,
            action="extend" if several else "store",
            required=required,
            help=self._help(flag.lstrip("-")),
        )

    def switch(self, flag: str) -> None:
        """Add ``--flag`` without a value."""
        self._optional.add_argument(flag, action="store_true", help=self._help(flag.lstrip("-")))

    def common(self) -> None:
        """Add what every command has, and sum up how it is called."""
        self.usage = " ".join([self.prog, *self._needed, "[...]"])
        self.switch("--json")
        self._optional.add_argument("-h", "--help", nargs=0, action=_Help, help=self._help("help"))

    def _help(self, name: str) -> str:
        own = f"cli.help.{self._command}.{name}"
        text = self._words(own if self._words.has(own) else f"cli.help.{name}")
        return text.replace("%", "%%")

    def error(self, message: str) -> NoReturn:
        for pattern, code in _REFUSALS:
            found = pattern.fullmatch(message)
            if found:
                raise CicloError(code, command=self._command, **found.groupdict())
        raise CicloError("cli.bad_arguments", command=self._command, details=message)


class _Formatter(argparse.HelpFormatter):
    def __init__(self, prog: str, *, usage: str) -> None:
        super().__init__(prog, max_help_position=30, width=100)
        self._usage_word = usage

    def add_usage(self, usage, actions, groups, prefix=None):  # type: ignore[no-untyped-def]
        super().add_usage(usage, actions, groups, self._usage_word + " ")
