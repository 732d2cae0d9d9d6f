"""PostgreSQL, through psycopg: rows come by COPY in the server's own text, so that no driver rounds or refuses them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.csv as csv
from psycopg import pq

from app.data.sql.records import PORTS, Address
from app.data.sql.server import BATCH_BYTES, BATCH_ROWS, CONNECT_S, Field, Form, without_end
from app.errors import CicloError

_FORMS = {
    16: Form.TRUTH,
    **dict.fromkeys((20, 21, 23, 26), Form.WHOLE),
    **dict.fromkeys((700, 701), Form.FLOAT),
    1700: Form.DECIMAL,
    **dict.fromkeys((18, 19, 25, 1043, 2950), Form.WORDS),
    1042: Form.PADDED,
    1082: Form.DAY,
    1114: Form.MOMENT,
    1184: Form.ZONED,
    17: Form.HEX,
}
_SESSION = (
    "SET default_transaction_read_only = on",
    "SET TimeZone = 'UTC'",
    "SET DateStyle = 'ISO, YMD'",
    "SET IntervalStyle = 'iso_8601'",
    "SET extra_float_digits = 1",
    "SET bytea_output = 'hex'",
    "SET lock_timeout = '10s'",
)
_STOP_SOON = "SET client_connection_check_interval = '500ms'"
_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_KEEP_ALIVE = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 4, "tcp_user_timeout": 60_000}
_ENUM = "e"
_UNKNOWN = "SQL_ASCII"

_TABLES = """
SELECT n.nspname, c.relname, pg_table_is_visible(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp%' AND NOT c.relispartition
  AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
ORDER BY NOT pg_table_is_visible(c.oid), n.nspname, c.relname
"""


class PostgresServer:
    """See :class:`app.data.sql.server.Server`."""

    def __init__(self, address: Address, password: str | None, /, *, timeout_s: float = 0.0) -> None:
        self._address = address
        self._timeout_s = timeout_s
        self._connection = _connect(address, password)
        try:
            with self._said():
                self._set_up()
        except BaseException:
            self._connection.close()
            raise

    def _set_up(self) -> None:
        run = self._connection.execute
        for setting in _SESSION:
            run(setting)
        with contextlib.suppress(psycopg.errors.Error):  # before version 14, and where the system can't tell
            run(_STOP_SOON)
        if self._connection.info.parameter_status("server_encoding") == _UNKNOWN:
            run(f"SET client_encoding = '{_UNKNOWN}'")  # as UTF8 the server would refuse its own bytes, row and all
        run(f"SET statement_timeout = {round(self._timeout_s * 1000)}")
        run(_BEGIN)

    def tables(self) -> tuple[str, ...]:
        with self._said():
            found = self._connection.execute(_TABLES).fetchall()
        return tuple(str(name) if visible else f"{schema}.{name}" for schema, name, visible in found)

    def table_query(self, table: str) -> str:
        with self._said():
            for schema, name, visible in self._connection.execute(_TABLES).fetchall():
                if table == f"{schema}.{name}" or (visible and table == name):
                    return f"SELECT * FROM {_quoted(schema)}.{_quoted(name)}"
        raise CicloError("sql.unknown_table", table=table)

    def describe(self, query: str) -> tuple[Field, ...]:
        if not without_end(query):
            raise CicloError("sql.not_a_query")
        with self._said():
            found = self._prepared(query)
            names = [(found.fname(i) or b"").decode("utf-8", "replace") for i in range(found.nfields)]
            kinds = [found.ftype(i) for i in range(found.nfields)]
            types = self._type_names(kinds)
        if not names:
            raise CicloError("sql.not_a_query")
        return tuple(
            Field(name=name, form=_form(oid, types), type=types.get(oid, ("", ""))[0])
            for name, oid in zip(names, kinds, strict=True)
        )

    def _prepared(self, query: str) -> pq.abc.PGresult:
        """What the server says of a statement without running it; it takes one only."""
        wire = self._connection.pgconn
        prepared = wire.prepare(b"", query.encode("utf-8"))
        if prepared.status != pq.ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(prepared, encoding="utf-8")
        found = wire.describe_prepared(b"")
        if found.status != pq.ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(found, encoding="utf-8")
        return found

    def _type_names(self, oids: Sequence[int]) -> dict[int, tuple[str, str]]:
        found = self._connection.execute(
            "SELECT oid::int8, format_type(oid, NULL), typtype::text FROM pg_type WHERE oid = ANY(%s)",
            [sorted(set(oids))],
        ).fetchall()
        return {int(oid): (str(name), str(kind)) for oid, name, kind in found}

    def count(self, query: str) -> int:
        with self._said():
            found = self._connection.execute(
                _text(f"SELECT count(*) FROM (\n{without_end(query)}\n) AS ciclo")
            ).fetchone()
        return int(found[0]) if found else 0

    def rows(self, query: str, fields: Sequence[Field]) -> Iterator[list[pa.Array]]:
        command = f"COPY (\n{without_end(query)}\n) TO STDOUT (FORMAT csv, FORCE_QUOTE *)"
        with self._said(), self._connection.cursor() as cursor, cursor.copy(_text(command)) as copy:
            lines: list[bytes] = []
            size = 0
            for line in copy:
                lines.append(bytes(line))
                size += len(lines[-1])
                if len(lines) >= BATCH_ROWS or size >= BATCH_BYTES:
                    yield _parsed(lines, len(fields))
                    lines, size = [], 0
            if lines:
                yield _parsed(lines, len(fields))

    def close(self) -> None:
        self._connection.close()

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        """Put what the server or the driver says into the house's words."""
        try:
            yield
        except psycopg.Error as error:
            raise _spoken(error, self._timeout_s) from error


def _connect(address: Address, password: str | None) -> psycopg.Connection[Any]:
    given: dict[str, Any] = {
        "host": address.host,
        "port": address.port,
        "dbname": address.database,
        "user": address.user,
        "password": password,
        **address.options,
        "connect_timeout": CONNECT_S,
        "application_name": "Ciclo",
        "client_encoding": "UTF8",
        **_KEEP_ALIVE,
    }
    try:
        return psycopg.connect(
            **{name: value for name, value in given.items() if value},
            autocommit=True,
        )
    except psycopg.Error as error:
        raise _not_connected(str(error), address, given_password=bool(password)) from error


_NO_ENTRY = (
    (r"password authentication failed|no password supplied", "password"),
    (r"database \"[^\"]*\" does not exist", "database"),
    (r"failed to resolve host|could not translate host name|Name or service not known|getaddrinfo", "host"),
    (r"Connection refused|No such file or directory|timeout expired|unreachable|No route|timed out", "server"),
)


def _not_connected(message: str, address: Address, *, given_password: bool) -> CicloError:
    host = address.host or "localhost"
    kind = next((kind for pattern, kind in _NO_ENTRY if re.search(pattern, message)), "")
    match kind:
        case "password" if given_password:
            return CicloError("sql.wrong_password", user=address.user, host=host)
        case "password":
            return CicloError("sql.no_password", user=address.user, host=host)
        case "database":
            return CicloError("sql.unknown_database", database=address.database, host=host)
        case "host":
            return CicloError("sql.unknown_host", host=host)
        case "server":
            return CicloError("sql.no_server", host=host, port=address.port or PORTS[address.engine])
    return CicloError("sql.refused", message=message.rpartition("failed: ")[2].strip().replace("\n", " "))


_STOPPED = "57014"
_SAID = {
    "25006": "sql.would_write",
    _STOPPED: "sql.timed_out",
    "55P03": "sql.locked",
    "42501": "sql.forbidden",
}


def _spoken(error: psycopg.Error, timeout_s: float) -> CicloError:
    state, message = error.sqlstate, error.diag.message_primary or str(error).strip()
    if state == _STOPPED and not timeout_s:
        return CicloError("sql.refused", message=message)
    if "multiple commands" in message:
        return CicloError("sql.several_statements")
    if state is None or state.startswith(("08", "57P")):
        return CicloError("sql.connection_lost")
    if state in _SAID:
        return CicloError(_SAID[state], message=message, seconds=timeout_s)
    if state.startswith(("42", "0A", "22", "26", "34", "3F")):
        return CicloError("sql.bad_query", message=message)
    return CicloError("sql.refused", message=message)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(query: str) -> Any:
    """psycopg wants a literal string, against injection; here whoever asks writes the query."""
    return query


def _form(oid: int, types: dict[int, tuple[str, str]]) -> Form:
    if types.get(oid, ("", ""))[1] == _ENUM:
        return Form.WORDS
    return _FORMS.get(oid, Form.OTHER)


def _parsed(lines: list[bytes], columns: int) -> list[pa.Array]:
    """Lines of COPY as one binary array a column: everything but NULL stands in quotes."""
    data = b"".join(lines)
    names = [str(i) for i in range(columns)]
    table = csv.read_csv(
        pa.py_buffer(data),
        read_options=csv.ReadOptions(column_names=names, block_size=len(data) + 1, use_threads=False),
        parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.binary()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            check_utf8=False,
        ),
    )
    return [column.combine_chunks() for column in table.columns]
