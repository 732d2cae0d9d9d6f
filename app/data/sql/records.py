"""The light half of databases: where one is, how its password is found, what can be asked of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.jobs.contract import JobKind

TABLES = JobKind("data.sql.tables", "app.data.sql.jobs:list_tables")
KEEP_PASSWORD = JobKind("data.sql.keep_password", "app.data.sql.jobs:keep_password")


class Engine(StrEnum):
    """The databases that can be read; a value is also the scheme of an address."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    MYSQL = "mysql"
    MARIADB = "mariadb"
    SQLSERVER = "sqlserver"


PORTS = {Engine.POSTGRESQL: 5432, Engine.MYSQL: 3306, Engine.MARIADB: 3306, Engine.SQLSERVER: 1433}
NAMES = {
    Engine.SQLITE: "SQLite",
    Engine.POSTGRESQL: "PostgreSQL",
    Engine.MYSQL: "MySQL",
    Engine.MARIADB: "MariaDB",
    Engine.SQLSERVER: "SQL Server",
}


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a database is: a server, or the file of SQLite (then ``database``). Never holds a password.

    ``port`` 0 and an empty ``host`` or ``user`` leave the choice to the driver. ``options`` are passed to it.
    """

    engine: Engine
    host: str = ""
    port: int = 0
    database: str = ""
    user: str = ""
    options: dict[str, str] = {}


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """How the password is to be found: the name of an environment variable, or a file that only its owner can read.
    Both empty: wherever passwords are kept. ``timeout_s`` bounds a statement; 0 is no bound."""

    password_env: str = ""
    password_file: str = ""
    timeout_s: float = 0.0


class TablesRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which tables and views there are."""

    source: str
    access: Access = Access()


class Tables(msgspec.Struct, frozen=True, kw_only=True):
    """Names of tables and views as ``--table`` takes them, those of the own schema without it."""

    names: tuple[str, ...]


class KeepRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Keep the password that ``access`` leads to, for the server and user of ``source``."""

    source: str
    access: Access


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Where a password is kept now: in the system's keyring, or else in a file (its path)."""

    keyring: bool
    path: str = ""
