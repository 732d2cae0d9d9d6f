"""SQL Server, through python-tds (the extra ``sqlserver``). Written by the documentation of both; it hasn't been tried
against a real server yet."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from app.data.sql.records import PORTS, Address
from app.data.sql.server import BATCH_ROWS, CONNECT_S, Field, Form, without_end
from app.errors import CicloError

EXTRA = "sqlserver"

_FORMS = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), Form.WHOLE),
    **dict.fromkeys(("real", "float"), Form.FLOAT),
    **dict.fromkeys(("decimal", "numeric", "money", "smallmoney"), Form.DECIMAL),
    "bit": Form.TRUTH,
    "date": Form.DAY,
    **dict.fromkeys(("datetime", "datetime2", "smalldatetime"), Form.MOMENT),
    "datetimeoffset": Form.ZONED,
    **dict.fromkeys(("char", "nchar"), Form.PADDED),
    **dict.fromkeys(("varchar", "nvarchar", "text", "ntext", "uniqueidentifier"), Form.WORDS),
    **dict.fromkeys(("binary", "varbinary", "image", "timestamp", "rowversion"), Form.RAW),
}
_TABLES = """
SELECT table_schema, table_name, CASE WHEN table_schema = SCHEMA_NAME() THEN 1 ELSE 0 END
FROM information_schema.tables ORDER BY 3 DESC, table_schema, table_name
"""
_DESCRIBE = (
    "SELECT name, system_type_name, error_message FROM sys.dm_exec_describe_first_result_set(%s, NULL, 0) "
    "ORDER BY column_ordinal"
)
_LOGIN_FAILED, _NO_DATABASE = 18456, 4060


class SqlServer:
    """See :class:`app.data.sql.server.Server`. What a statement writes in spite of all is rolled back."""

    def __init__(self, address: Address, password: str | None, /, *, timeout_s: float = 0.0) -> None:
        self._timeout_s = timeout_s
        self._connection = _connect(address, password, timeout_s)
        try:
            self._all("SET LOCK_TIMEOUT 10000")
        except BaseException:
            self.close()
            raise

    def _all(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        with self._said(), self._connection.cursor() as cursor:
            cursor.execute(query, values)
            return list(cursor.fetchall()) if cursor.description else []

    def tables(self) -> tuple[str, ...]:
        return tuple(name if own else f"{schema}.{name}" for schema, name, own in self._all(_TABLES))

    def table_query(self, table: str) -> str:
        for schema, name, own in self._all(_TABLES):
            if table == f"{schema}.{name}" or (own and table == name):
                return f"SELECT * FROM {_quoted(schema)}.{_quoted(name)}"
        raise CicloError("sql.unknown_table", table=table)

    def describe(self, query: str) -> tuple[Field, ...]:
        if not without_end(query):
            raise CicloError("sql.not_a_query")
        found = self._all(_DESCRIBE, without_end(query))
        wrong = next((message for _name, _type, message in found if message), "")
        if wrong:
            raise CicloError("sql.bad_query", message=str(wrong))
        if not found:
            raise CicloError("sql.not_a_query")
        return tuple(_field(name or "", kind or "") for name, kind, _message in found)

    def count(self, query: str) -> int:
        return int(self._all(f"SELECT count_big(*) FROM (\n{without_end(query)}\n) AS ciclo")[0][0])

    def rows(self, query: str, fields: Sequence[Field]) -> Iterator[list[pa.Array]]:
        with self._said(), self._connection.cursor() as cursor:
            cursor.execute(without_end(query))
            while rows := cursor.fetchmany(BATCH_ROWS):
                yield [pa.array(map(_written, cells), pa.binary()) for cells in zip(*rows, strict=True)]

    def close(self) -> None:
        """The server rolls back what a closed connection leaves."""
        self._connection.close()

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        import pytds

        try:
            yield
        except pytds.TimeoutError as error:
            raise CicloError("sql.timed_out", seconds=self._timeout_s) from error
        except (pytds.ClosedConnectionError, OSError) as error:
            raise CicloError("sql.connection_lost") from error
        except pytds.Error as error:
            raise CicloError("sql.bad_query", message=str(error)) from error


def _connect(address: Address, password: str | None, timeout_s: float) -> Any:
    try:
        import pytds
    except ImportError as error:
        raise CicloError("sql.no_driver", extra=EXTRA) from error
    try:
        return pytds.connect(
            address.host or "localhost",
            address.database or None,
            address.user or None,
            password or "",
            timeout=timeout_s or None,
            login_timeout=CONNECT_S,
            appname="Ciclo",
            port=address.port or PORTS[address.engine],
            readonly=True,
            isolation_level=pytds.extensions.ISOLATION_LEVEL_REPEATABLE_READ,
            cafile=address.options.get("sslrootcert"),
        )
    except (pytds.Error, OSError) as error:
        raise _not_connected(error, address, given_password=bool(password)) from error


def _not_connected(error: Exception, address: Address, *, given_password: bool) -> CicloError:
    host = address.host or "localhost"
    number = getattr(error, "msg_no", 0)
    if number == _LOGIN_FAILED:
        known = "sql.wrong_password" if given_password else "sql.no_password"
        return CicloError(known, user=address.user, host=host)
    if number == _NO_DATABASE:
        return CicloError("sql.unknown_database", database=address.database, host=host)
    if "getaddrinfo" in str(error) or "Name or service" in str(error):
        return CicloError("sql.unknown_host", host=host)
    if isinstance(error, OSError) or not number:
        return CicloError("sql.no_server", host=host, port=address.port or PORTS[address.engine])
    return CicloError("sql.refused", message=str(error))


def _field(name: str, kind: str) -> Field:
    """``kind`` is such as ``decimal(10,2)``."""
    short = kind.partition("(")[0]
    return Field(name=name, form=_FORMS.get(short, Form.OTHER), type=short)


def _written(cell: object) -> bytes | None:
    if cell is None or isinstance(cell, bytes):
        return cell
    if isinstance(cell, bool):
        return b"t" if cell else b"f"
    if isinstance(cell, datetime.datetime):
        if cell.tzinfo is not None:
            cell = cell.astimezone(datetime.UTC).replace(tzinfo=None)
        return cell.isoformat(" ").encode()
    return str(cell).encode()


def _quoted(name: str) -> str:
    return "[" + name.replace("]", "]]") + "]"
