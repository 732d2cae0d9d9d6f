"""``ciclo trust``: whose signatures of bundles are known here."""

from __future__ import annotations

import re
from argparse import Namespace
from pathlib import Path

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal, table
from app.deployment.bundle.reader import opened
from app.deployment.bundle.signature import TrustedKey, distrust, trust, trusted_keys
from app.errors import CicloError
from app.project.signing_key import own_key

_KEY = re.compile(r"[0-9a-f]{64}")


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    keys: tuple[TrustedKey, ...]
    own: str


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("key", metavar="KEY", optional=True)
    parser.option("--name", metavar="NAME", default="")
    parser.switch("--remove")


def run(terminal: Terminal, options: Namespace) -> int:
    """Trust the key, or that of a bundle; take it out again; without one, list what is trusted."""
    words, own = terminal.words, own_key()
    lines = []
    if options.key:
        key = _key(options.key)
        if options.remove:
            lines.append(words("cli.trust.removed" if distrust(key) else "cli.trust.not_there", key=key))
        else:
            lines.append(words("cli.trust.added", key=key, name=trust(key, options.name).name))
    listed = trusted_keys()
    lines += table([(one.key, one.name, words("cli.trust.own") if one.key == own else "") for one in listed])
    terminal.answer(_Answer(keys=listed, own=own), lines)
    return 0


def _key(given: str) -> str:
    if _KEY.fullmatch(given.lower()) or not Path(given).exists():
        return given.lower()
    with opened(Path(given)) as bundle:
        if not bundle.key:
            raise CicloError("deployment.not_signed", path=Path(given).name)
        return bundle.key
