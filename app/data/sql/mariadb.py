"""MariaDB and MySQL, through PyMySQL: rows come unbuffered in the server's own text."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pymysql
from pymysql.constants import ER, FIELD_TYPE, FLAG
from pymysql.converters import encoders
from pymysql.cursors import SSCursor

from app.data.sql.guard import Guard
from app.data.sql.records import PORTS, Address
from app.data.sql.server import BATCH_BYTES, BATCH_ROWS, CONNECT_S, Field, Form, without_end
from app.errors import CicloError

_SILENCE_S = 24 * 3600
_BYTES = 63
"""The number of the character set of what isn't text."""

_FORMS = {
    **dict.fromkeys(
        (FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.INT24, FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG), Form.WHOLE
    ),
    FIELD_TYPE.YEAR: Form.WHOLE,
    **dict.fromkeys((FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE), Form.FLOAT),
    **dict.fromkeys((FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL), Form.DECIMAL),
    **dict.fromkeys((FIELD_TYPE.DATE, FIELD_TYPE.NEWDATE), Form.DAY),
    FIELD_TYPE.DATETIME: Form.MOMENT,
    FIELD_TYPE.TIMESTAMP: Form.ZONED,
    FIELD_TYPE.BIT: Form.BITS,
    FIELD_TYPE.GEOMETRY: Form.RAW,
    **dict.fromkeys((FIELD_TYPE.TIME, FIELD_TYPE.JSON), Form.OTHER),
}
_TYPE_NAMES = {FIELD_TYPE.TIME: "time", FIELD_TYPE.JSON: "json"}
_SESSION = (
    "SET time_zone = '+00:00'",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "SET SESSION TRANSACTION READ ONLY",
)
_BEGIN = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"
_TABLES = """
SELECT table_schema, table_name, table_schema = DATABASE() FROM information_schema.tables
WHERE table_schema NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')
ORDER BY table_schema <> DATABASE(), table_schema, table_name
"""
_TIMED_OUT = (1969, 3024)
_LOST = (2006, 2013, 2055, 1053, 1927, 1317)


class MariaServer:
    """See :class:`app.data.sql.server.Server`."""

    def __init__(self, address: Address, password: str | None, /, *, timeout_s: float = 0.0) -> None:
        self._timeout_s = timeout_s
        self._connection = connect(address, password)
        self._guard = Guard(address, password, self._connection.thread_id())
        try:
            with self._said():
                self._set_up()
        except BaseException:
            self.close()
            raise

    def _set_up(self) -> None:
        for setting in (*_SESSION, f"SET net_write_timeout = {_SILENCE_S // 24}"):
            self._all(setting)
        if self._timeout_s:
            maria = "mariadb" in str(self._connection.get_server_info()).lower()
            setting, unit_s = ("max_statement_time", 1.0) if maria else ("max_execution_time", 0.001)
            self._all(f"SET SESSION {setting} = {self._timeout_s / unit_s:.12g}")
        self._all(_BEGIN)

    def _all(self, query: str) -> list[tuple[bytes | None, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def tables(self) -> tuple[str, ...]:
        return tuple(name if own else f"{schema}.{name}" for schema, name, own in self._known())

    def _known(self) -> list[tuple[str, str, bool]]:
        with self._said():
            found = self._all(_TABLES)
        return [(_decoded(schema), _decoded(name), own == b"1") for schema, name, own in found]

    def table_query(self, table: str) -> str:
        for schema, name, own in self._known():
            if table == f"{schema}.{name}" or (own and table == name):
                return f"SELECT * FROM {_quoted(schema)}.{_quoted(name)}"
        raise CicloError("sql.unknown_table", table=table)

    def describe(self, query: str) -> tuple[Field, ...]:
        if not without_end(query):
            raise CicloError("sql.not_a_query")
        with self._said(), self._connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM (\n{without_end(query)}\n) AS ciclo LIMIT 0")
            return tuple(_field(field) for field in cursor._result.fields)

    def count(self, query: str) -> int:
        with self._said():
            found = self._all(f"SELECT count(*) FROM (\n{without_end(query)}\n) AS ciclo")
        return int(found[0][0] or 0)

    def rows(self, query: str, fields: Sequence[Field]) -> Iterator[list[pa.Array]]:
        with self._said():
            cursor = self._connection.cursor(SSCursor)
            cursor.execute(without_end(query))
            yield from _batches(cursor)

    def close(self) -> None:
        """A result that was left in the middle would have to be read to its end: the guard ends it on the server."""
        self._guard.release(kill=self._connection._result is not None and self._connection._result.unbuffered_active)
        self._connection._force_close()

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except pymysql.Error as error:
            raise _spoken(error, self._timeout_s) from error


def connect(address: Address, password: str | None) -> pymysql.Connection[Any]:
    """A connection whose cells come as the bytes that the server sends.

    Raises
    ------
    CicloError
        Why there is none.
    """
    try:
        return pymysql.connect(
            host=address.host or "127.0.0.1",
            port=address.port or PORTS[address.engine],
            user=address.user or None,
            password=password or "",
            database=address.database or None,
            charset="utf8mb4",
            use_unicode=False,
            conv=dict(encoders),
            connect_timeout=CONNECT_S,
            read_timeout=_SILENCE_S,
            ssl=_encryption(address),
            program_name="Ciclo",
        )
    except (pymysql.Error, OSError, RuntimeError) as error:
        raise _not_connected(error, address, given_password=bool(password)) from error


def _encryption(address: Address) -> ssl.SSLContext | None:
    """As libpq's sslmode says it: ``require`` encrypts, ``verify-full`` also asks who answers."""
    mode = address.options.get("sslmode", "prefer")
    if mode in ("disable", "allow", "prefer"):
        return None
    context = ssl.create_default_context(cafile=address.options.get("sslrootcert"))
    context.check_hostname = mode == "verify-full"
    if mode == "require":
        context.verify_mode = ssl.CERT_NONE
    if "sslcert" in address.options:
        context.load_cert_chain(address.options["sslcert"], address.options.get("sslkey"))
    return context


def _not_connected(error: Exception, address: Address, *, given_password: bool) -> CicloError:
    host, port = address.host or "127.0.0.1", address.port or PORTS[address.engine]
    code, message = _parts(error)
    cause = getattr(error, "original_exception", error)
    if code == ER.ACCESS_DENIED_ERROR:
        known = "sql.wrong_password" if given_password else "sql.no_password"
        return CicloError(known, user=address.user, host=host)
    if code in (ER.BAD_DB_ERROR, ER.DBACCESS_DENIED_ERROR):
        return CicloError("sql.unknown_database", database=address.database, host=host)
    if "getaddrinfo" in str(cause) or type(cause).__name__ == "gaierror":
        return CicloError("sql.unknown_host", host=host)
    if isinstance(cause, OSError):
        return CicloError("sql.no_server", host=host, port=port)
    return CicloError("sql.refused", message=message)


_SAID = {
    1792: "sql.would_write",
    1295: "sql.would_write",
    1142: "sql.forbidden",
    1143: "sql.forbidden",
    1370: "sql.forbidden",
    1205: "sql.locked",
    1060: "sql.repeated_column",
    **dict.fromkeys(_TIMED_OUT, "sql.timed_out"),
    **dict.fromkeys(_LOST, "sql.connection_lost"),
}


def _spoken(error: pymysql.Error, timeout_s: float) -> CicloError:
    code, message = _parts(error)
    if isinstance(error, pymysql.OperationalError | pymysql.InterfaceError) and code in (0, *_LOST):
        return CicloError("sql.connection_lost")
    if code in _SAID:
        return CicloError(_SAID[code], message=message, seconds=timeout_s)
    if isinstance(
        error, pymysql.ProgrammingError | pymysql.DataError | pymysql.OperationalError | pymysql.NotSupportedError
    ):
        return CicloError("sql.bad_query", message=message)
    return CicloError("sql.refused", message=message)


def _parts(error: Exception) -> tuple[int, str]:
    arguments = error.args if error.args else (0, "")
    code = arguments[0] if isinstance(arguments[0], int) else 0
    return code, str(arguments[-1])


def _field(field: Any) -> Field:
    kind, flags = field.type_code, field.flags
    form = _FORMS.get(kind)
    if form is None:  # texts, enumerations, sets and what is kept as bytes
        form = Form.RAW if field.charsetnr == _BYTES and not flags & (FLAG.ENUM | FLAG.SET) else Form.WORDS
    if kind == FIELD_TYPE.LONGLONG and flags & FLAG.UNSIGNED:
        form = Form.DECIMAL  # of twice the range of an int64
    said = "sql.note.single" if kind == FIELD_TYPE.FLOAT else ""
    return Field(name=_decoded(field.name), form=form, type=_TYPE_NAMES.get(kind, ""), said=said)


def _decoded(name: bytes | str | None) -> str:
    return name if isinstance(name, str) else (name or b"").decode("utf-8", "replace")


def _batches(cursor: SSCursor) -> Iterator[list[pa.Array]]:
    rows: list[tuple[bytes | None, ...]] = []
    size = 0
    for row in cursor.fetchall_unbuffered():
        rows.append(row)
        size += sum(map(len, filter(None, row)))
        if len(rows) >= BATCH_ROWS or size >= BATCH_BYTES:
            yield _columns(rows)
            rows, size = [], 0
    if rows:
        yield _columns(rows)


def _columns(rows: list[tuple[bytes | None, ...]]) -> list[pa.Array]:
    return [pa.array(cells, pa.binary()) for cells in zip(*rows, strict=True)]


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
