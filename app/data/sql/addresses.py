"""Addresses of databases as users write them: ``postgresql://user@host:5432/database``, or the path of an SQLite
file."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import msgspec

from app.data.sql.records import Address, Engine
from app.errors import CicloError

_SCHEME = re.compile(r"([a-z][a-z0-9]*)(?:\+[a-z0-9_]+)?://", re.IGNORECASE)
_ALIASES = {"postgres": "postgresql", "sqlite3": "sqlite", "mssql": "sqlserver"}
_MAGIC = b"SQLite format 3\x00"
_OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey")
_PATH_SIGNS = "/:\\"


class Parsed(msgspec.Struct, frozen=True, kw_only=True):
    """An address, and the password that stood in it (None where there was none)."""

    address: Address
    password: str | None = None


def is_address(source: str) -> bool:
    """Whether a source is written as the address of a database."""
    found = _SCHEME.match(source)
    return found is not None and found[1].lower() in (*Engine, *_ALIASES)


def is_sqlite(path: Path) -> bool:
    """Whether a file begins as those of SQLite do."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except (OSError, ValueError):
        return False


def parse_address(source: str) -> Parsed:
    """Take an address apart; a path is that of an SQLite file.

    Raises
    ------
    CicloError
        ``sql.bad_address``, ``sql.bad_file_address`` or ``sql.unknown_option``.
    """
    scheme = _SCHEME.match(source)
    if scheme is None:
        return Parsed(address=Address(engine=Engine.SQLITE, database=source))
    engine = Engine(_ALIASES.get(scheme[1].lower(), scheme[1].lower()))
    rest = source[scheme.end() :]
    if engine is Engine.SQLITE:
        return Parsed(address=Address(engine=engine, database=_file_of(rest)))
    return _server(engine, rest)


def _file_of(rest: str) -> str:
    """``sqlite:///data.db`` is relative, ``sqlite:////srv/data.db`` absolute, ``sqlite:///C:/data.db`` Windows' own."""
    path = unquote(rest.partition("?")[0])
    if not path.startswith("/") or len(path) == 1:
        raise CicloError("sql.bad_file_address")
    return path[1:]


def _server(engine: Engine, rest: str) -> Parsed:
    login, host = _login(rest)
    try:
        split = urlsplit(f"//{host}")
        port = split.port or 0
    except ValueError as error:
        raise CicloError("sql.bad_address", engine=str(engine)) from error  # it may hold a password: not quoted
    user, colon, password = login.partition(":")
    options = dict(parse_qsl(split.query, keep_blank_values=True))
    for option in options:
        if option not in _OPTIONS:
            raise CicloError("sql.unknown_option", option=option, known=", ".join(_OPTIONS))
    address = Address(
        engine=engine,
        host=unquote(split.hostname or ""),
        port=port,
        database=unquote(split.path[1:]),
        user=unquote(user),
        options=options,
    )
    return Parsed(address=address, password=unquote(password) if colon else None)


def _login(rest: str) -> tuple[str, str]:
    """What stands before the last @, and what after it: a password may hold any other sign."""
    login, _at, host = rest.rpartition("@")
    return login, host


def spell(address: Address) -> str:
    """The address as text again, without any password: what may be stored and shown."""
    if address.engine is Engine.SQLITE:
        return "sqlite:///" + quote(address.database, safe=_PATH_SIGNS) if _needs_scheme(address) else address.database
    host = f"[{address.host}]" if ":" in address.host else quote(address.host, safe="")
    user = f"{quote(address.user, safe='')}@" if address.user else ""
    port = f":{address.port}" if address.port else ""
    options = f"?{urlencode(address.options)}" if address.options else ""
    return f"{address.engine}://{user}{host}{port}/{quote(address.database, safe='')}{options}"


def _needs_scheme(address: Address) -> bool:
    return _SCHEME.match(address.database) is not None


def account(address: Address) -> str:
    """Whom a password belongs to: the user of a server, whatever the database."""
    return spell(msgspec.structs.replace(address, database="", options={}))


def absolute(source: str) -> str:
    """A source as a process with another working folder understands it; without the password of an address."""
    address = parse_address(source).address
    if address.engine is Engine.SQLITE:
        return spell(msgspec.structs.replace(address, database=str(Path(address.database).absolute())))
    return spell(address)
