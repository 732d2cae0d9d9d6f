"""``ciclo password``: keep the password of a database where imports find it."""

from __future__ import annotations

import getpass
import sys
from argparse import Namespace

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.data.sql.addresses import account, is_address, parse_address
from app.data.sql.passwords import keep
from app.data.sql.records import Engine, Kept
from app.errors import CicloError
from app.text import Words


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    account: str
    kept: str
    path: str = ""


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("url", metavar="URL")


def run(terminal: Terminal, options: Namespace) -> int:
    """Keep it."""
    if not is_address(options.url):
        raise CicloError("sql.no_server_address")
    parsed = parse_address(options.url)
    if parsed.address.engine is Engine.SQLITE:
        raise CicloError("sql.no_server_address")
    name = account(parsed.address)
    password = parsed.password if parsed.password is not None else _asked(terminal.words, name)
    if not password:
        raise CicloError("sql.nothing_to_keep")
    kept = keep(parsed.address, password)
    answer = _Answer(account=name, kept="keyring" if kept.keyring else "file", path=kept.path)
    terminal.answer(answer, [_sentence(kept, name, terminal.words)])
    return 0


def _asked(words: Words, name: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(words("cli.password.ask", account=name) + " ")
    return sys.stdin.readline().rstrip("\r\n")


def _sentence(kept: Kept, name: str, words: Words) -> str:
    if kept.keyring:
        return words("cli.password.keyring", account=name)
    return words("cli.password.file", account=name, path=kept.path)
