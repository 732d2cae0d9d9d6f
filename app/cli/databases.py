"""The options that say what is wanted of a database, and how its password is found."""

from __future__ import annotations

import os
from argparse import Namespace

from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.cli.work import absolute
from app.data.sql import addresses, passwords
from app.data.sql.records import Access
from app.errors import CicloError


def declare_database(parser: Parser) -> None:
    """Declare them."""
    parser.option("--table", metavar="T")
    parser.option("--password-env", metavar="NAME")
    parser.option("--password-file", metavar="FILE")
    parser.option("--timeout", metavar="S", number=float, default=0.0, low=0.0)


def access(options: Namespace) -> Access:
    """How the password is found."""
    file = absolute(options.password_file) if options.password_file else ""
    return Access(password_env=options.password_env or "", password_file=file, timeout_s=options.timeout)


def located(terminal: Terminal, source: str) -> str:
    """A source as a job process understands it. A password in an address is used this once: it goes on in the
    environment of the job, where it beats every other, and stays out of whatever is stored or said."""
    if not addresses.is_address(source):
        return absolute(source)
    password = addresses.parse_address(source).password
    if password is not None:
        os.environ[passwords.GIVEN] = password
        terminal.warn(CicloError("sql.password_in_address"))
    return addresses.absolute(source)
