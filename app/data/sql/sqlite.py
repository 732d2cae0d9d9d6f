"""SQLite: a column may hold anything in any row, so every one is looked at before its type is settled."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import msgspec
import pyarrow as pa

from app.data.source import reading
from app.data.sql.addresses import is_sqlite
from app.data.sql.records import Address
from app.data.sql.server import BATCH_BYTES, BATCH_ROWS, Field, Form, without_end
from app.errors import CicloError

_LARGEST_EXACT = 2**53
_COLUMNS_AT_ONCE = 250
_STEPS = 10_000
_TEXTUAL = re.compile(r"CHAR|CLOB|TEXT", re.IGNORECASE)
_BUSY_S = 5.0

Cell = int | float | bytes | None


class _Text(bytes):
    """Text, where blobs stand in the same column."""


class _Seen(msgspec.Struct, frozen=True):
    """How many cells of a column are of each storage class; ``large`` integers have no equal among the reals."""

    integers: int
    large: int
    reals: int
    texts: int
    blobs: int


class SqliteServer:
    """See :class:`app.data.sql.server.Server`."""

    def __init__(self, address: Address, _password: str | None = None, /, *, timeout_s: float = 0.0) -> None:
        self._path = Path(address.database)
        self._timeout_s = timeout_s
        self._count = 0
        with reading(self._path), self._path.open("rb"):
            pass
        if not is_sqlite(self._path):
            raise CicloError("sql.not_sqlite", path=self._path.name)
        self._connection = self._opened()

    def _opened(self) -> sqlite3.Connection:
        place = f"file:{quote(str(self._path.absolute()))}?mode=ro"
        with self._said():
            made = sqlite3.connect(place, uri=True, timeout=_BUSY_S, isolation_level=None)
            try:
                made.text_factory = bytes
                if self._timeout_s:
                    deadline = time.monotonic() + self._timeout_s
                    made.set_progress_handler(lambda: int(time.monotonic() > deadline), _STEPS)
                made.execute("BEGIN")
                made.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on one state is seen
            except BaseException:
                made.close()
                raise
        return made

    def tables(self) -> tuple[str, ...]:
        with self._said():
            found = self._connection.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' "
                "ESCAPE '\\' ORDER BY name"
            ).fetchall()
        return tuple(_decoded(name) for (name,) in found)

    def table_query(self, table: str) -> str:
        if table not in self.tables():
            raise CicloError("sql.unknown_table", table=table)
        return f"SELECT * FROM {_quoted(table)}"

    def describe(self, query: str) -> tuple[Field, ...]:
        if not without_end(query):
            raise CicloError("sql.not_a_query")
        with self._said():
            declared = self._declared(without_end(query))
            self._connection.execute("PRAGMA query_only = ON")
            self._count, seen = self._look(without_end(query), len(declared))
        if any(s.texts and s.blobs for s in seen):
            self._connection.text_factory = _Text
        names = _plain_names([name for name, _type in declared])
        return tuple(
            _field(name, type, found) for name, (_name, type), found in zip(names, declared, seen, strict=True)
        )

    def _declared(self, query: str) -> list[tuple[str, str]]:
        """Names and declared types of the columns: a view of the connection's own takes one query and nothing else."""
        self._connection.execute(f"CREATE TEMP VIEW ciclo AS\n{query}\n")
        try:
            found = self._connection.execute("PRAGMA temp.table_info(ciclo)").fetchall()
        finally:
            self._connection.execute("DROP VIEW temp.ciclo")
        return [(_decoded(row[1]), _decoded(row[2])) for row in found]

    def _look(self, query: str, columns: int) -> tuple[int, list[_Seen]]:
        """Count the rows, and the storage classes of every column."""
        count, seen = 0, list[_Seen]()
        names = ", ".join(f"c{i}" for i in range(columns))
        for start in range(0, columns, _COLUMNS_AT_ONCE):
            some = range(start, min(columns, start + _COLUMNS_AT_ONCE))
            sums = ", ".join(_sums(f"c{i}") for i in some)
            found = self._connection.execute(
                f"WITH ciclo({names}) AS (\n{query}\n) SELECT count(*), {sums} FROM ciclo"
            ).fetchone()
            count = int(found[0])
            numbers = [int(n or 0) for n in found[1:]]
            seen += [_Seen(*numbers[i : i + 5]) for i in range(0, len(numbers), 5)]
        return count, seen

    def count(self, query: str) -> int:
        return self._count

    def rows(self, query: str, fields: Sequence[Field]) -> Iterator[list[pa.Array]]:
        with self._said():
            cursor = self._connection.execute(without_end(query))
            while rows := _some(cursor):
                yield [_column(cells, field) for cells, field in zip(zip(*rows, strict=True), fields, strict=True)]

    def close(self) -> None:
        self._connection.close()

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._spoken(error) from error

    def _spoken(self, error: sqlite3.Error) -> CicloError:
        path, message = self._path.name, str(error)
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        match code:
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return CicloError("sql.file_locked", path=path)
            case sqlite3.SQLITE_CORRUPT:
                return CicloError("sql.file_damaged", path=path)
            case sqlite3.SQLITE_NOTADB:
                return CicloError("sql.not_sqlite", path=path)
            case sqlite3.SQLITE_INTERRUPT:
                return CicloError("sql.timed_out", seconds=self._timeout_s)
            case sqlite3.SQLITE_READONLY:
                return CicloError("sql.would_write", message=message)
            case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_IOERR:
                return CicloError("data.source_unreadable", path=str(self._path), cause=message)
        if "one statement" in message or (code == 0 and isinstance(error, sqlite3.ProgrammingError | sqlite3.Warning)):
            return CicloError("sql.several_statements")
        return CicloError("sql.bad_query", message=message)


def _sums(column: str) -> str:
    kinds = ", ".join(f"sum(typeof({column}) = '{kind}')" for kind in ("real", "text", "blob"))
    large = f"{column} > {_LARGEST_EXACT} OR {column} < -{_LARGEST_EXACT}"
    whole = f"typeof({column}) = 'integer'"
    return f"sum({whole}), sum({whole} AND ({large})), {kinds}"


def _plain_names(names: list[str]) -> list[str]:
    """SQLite calls a second ``id`` of a view ``id:1``; here it is ``id`` again."""
    plain = [re.sub(r":\d+\Z", "", name) for name in names]
    return [short if plain.count(short) > 1 else name for name, short in zip(names, plain, strict=True)]


def _field(name: str, declared: str, seen: _Seen) -> Field:
    numbers = seen.integers + seen.reals
    if seen.blobs and not numbers and not seen.texts:
        return Field(name=name, form=Form.RAW)
    if numbers and not seen.texts and not seen.blobs and not (seen.reals and seen.large):
        return Field(name=name, form=Form.NATIVE, native=pa.float64() if seen.reals else pa.int64())
    said = "sql.note.mixed" if (numbers or seen.blobs) and (seen.texts or seen.blobs) else ""
    textual = bool(_TEXTUAL.search(declared)) and not numbers
    return Field(
        name=name,
        form=Form.NATIVE,
        native=pa.string(),
        mixed=not textual,
        blobs=seen.blobs > 0,
        days=True,
        said=said,
    )


def _some(cursor: sqlite3.Cursor) -> list[tuple[Cell, ...]]:
    """The next rows: a fixed number of them, fewer where they are long."""
    rows: list[tuple[Cell, ...]] = []
    size = 0
    for row in cursor:
        rows.append(row)
        size += sum(len(cell) for cell in row if isinstance(cell, bytes))
        if len(rows) >= BATCH_ROWS or size >= BATCH_BYTES:
            break
    return rows


def _column(cells: tuple[Cell, ...], field: Field) -> pa.Array:
    if field.form is Form.RAW:
        return pa.array(cells, pa.binary())
    if not pa.types.is_string(field.native):
        return pa.array(cells, field.native)
    return pa.array([_written(cell, blobs=field.blobs) for cell in cells], pa.binary())


def _written(cell: Cell, *, blobs: bool) -> bytes | None:
    """A cell among words: numbers as SQL writes them, a blob among texts as its literal."""
    if cell is None or isinstance(cell, _Text):
        return cell
    if isinstance(cell, bytes):
        return b"x'" + cell.hex().encode() + b"'" if blobs else cell
    return (repr(cell) if isinstance(cell, float) else str(cell)).encode()


def _decoded(name: bytes | str) -> str:
    return name if isinstance(name, str) else name.decode("utf-8", "replace")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
