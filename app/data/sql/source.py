"""A query's rows as a source of typed records: counted by the server, read in the same state, faults with their row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Protocol

import msgspec
import numpy as np
import pyarrow as pa

from app.data.records import Origin, Problem, Reading, Rejected, SourceKind
from app.data.source import Stamp
from app.data.sources.files import distinct_names
from app.data.sources.typed import Batch, Fingerprint
from app.data.sql.addresses import parse_address, spell
from app.data.sql.cells import TIMES, arrow_field, note, odd_times, shape
from app.data.sql.passwords import find_password
from app.data.sql.records import NAMES, Access, Address, Engine
from app.data.sql.server import Server
from app.errors import CicloError
from app.text.message import Text

_LISTED_TABLES = 20


class _Opens(Protocol):
    def __call__(self, address: Address, password: str | None, /, *, timeout_s: float) -> Server: ...


def open_server(source: str, access: Access) -> tuple[Address, Server]:
    """Connect to the database at an address, for reading only.

    Raises
    ------
    CicloError
        Why that can't be.
    """
    parsed = parse_address(source)
    address = parsed.address
    password = parsed.password
    if password is None and address.engine is not Engine.SQLITE:
        password = find_password(address, access)
    return address, _driver(address.engine)(address, password, timeout_s=access.timeout_s)


def _driver(engine: Engine) -> _Opens:
    match engine:
        case Engine.SQLITE:
            from app.data.sql.sqlite import SqliteServer

            return SqliteServer
        case Engine.POSTGRESQL:
            from app.data.sql.postgres import PostgresServer

            return PostgresServer
        case Engine.MYSQL | Engine.MARIADB:
            from app.data.sql.mariadb import MariaServer

            return MariaServer
        case Engine.SQLSERVER:
            from app.data.sql.sqlserver import SqlServer

            return SqlServer


class QuerySource:
    """The rows of one query, or of one table (see :class:`app.data.sources.typed.TypedSource`)."""

    def __init__(self, source: str, wanted: Reading, access: Access) -> None:
        self._address, self._server = open_server(source, access)
        try:
            self._query = self._chosen(wanted)
            self._fields = self._server.describe(self._query)
            names, self._found = distinct_names([field.name for field in self._fields])
            self._fields = tuple(msgspec.structs.replace(f, name=n) for f, n in zip(self._fields, names, strict=True))
            self._expected = self._server.count(self._query)
        except BaseException:
            self._server.close()
            raise
        self._table = wanted.table or ""
        self._read = 0
        self._size = 0
        self._digest = hashlib.sha256()
        self._odd: dict[str, tuple[int, str]] = {}
        self.schema = pa.schema([arrow_field(field, field.name) for field in self._fields])
        self.stamp = Stamp(0, 0, 0)

    def _chosen(self, wanted: Reading) -> str:
        if wanted.query:
            return wanted.query
        if wanted.table:
            return self._server.table_query(wanted.table)
        tables = self._server.tables()
        where = self._database
        if not tables:
            raise CicloError("sql.no_tables", database=where)
        listed = ", ".join(tables[:_LISTED_TABLES]) + (", …" if len(tables) > _LISTED_TABLES else "")
        raise CicloError("sql.which_table", n=len(tables), database=where, tables=listed)

    @property
    def _database(self) -> str:
        if self._address.engine is Engine.SQLITE:
            return PurePath(self._address.database).name
        return self._address.database or NAMES[self._address.engine]

    @property
    def name(self) -> str:
        return self._table or self._database

    @property
    def origin(self) -> Origin:
        local = self._address.engine is Engine.SQLITE
        return Origin(
            kind=SourceKind.SQL,
            server="" if local else spell(self._address),
            database=self._database,
            query=self._query,
        )

    @property
    def expected(self) -> int:
        return self._expected

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(self._found)

    @property
    def notes(self) -> Mapping[str, Text]:
        said = {field.name: note(field) for field in self._fields}
        odd = {name: Text("sql.note.odd_times", {"n": n, "value": v}) for name, (n, v) in self._odd.items()}
        return {name: text for name, text in {**said, **odd}.items() if text is not None}

    @property
    def progress(self) -> float:
        return self._read / self._expected if self._expected else 1.0

    def batches(self) -> Iterator[Batch]:
        """All rows, once, in the order in which the server gives them."""
        if self._expected == 0:
            raise CicloError("sql.no_rows", name=self.name)
        for arrays in self._server.rows(self._query, self._fields):
            yield self._batch(arrays)

    def _batch(self, arrays: list[pa.Array]) -> Batch:
        for values in arrays:
            self._size += values.nbytes
        self._hash(arrays)
        shaped = shape(arrays, self._fields)
        self._watch_times(shaped.columns)
        rows = pa.RecordBatch.from_arrays(shaped.columns, schema=self.schema)
        places = np.arange(self._read + 1, self._read + 1 + rows.num_rows)
        self._read += rows.num_rows
        if not shaped.faults:
            return Batch(rows=rows, places=places)
        good = np.ones(rows.num_rows, bool)
        good[list(shaped.faults)] = False
        rejected = (Rejected(line=int(places[row]), reason=shaped.faults[row]) for row in sorted(shaped.faults))
        return Batch(rows=rows.filter(pa.array(good)), places=places[good], rejected=tuple(rejected))

    def _watch_times(self, columns: list[pa.Array]) -> None:
        for field, values in zip(self._fields, columns, strict=True):
            odd = odd_times(values) if field.form in TIMES else []
            if odd:
                known, first = self._odd.get(field.name, (0, odd[0]))
                self._odd[field.name] = known + len(odd), first

    def _hash(self, arrays: list[pa.Array]) -> None:
        """Equal rows in equal order have an equal hash, however the memory beneath them is laid out."""
        batch = pa.RecordBatch.from_arrays(arrays, names=[field.name for field in self._fields])
        self._digest.update(batch.serialize())

    def fingerprint(self) -> Fingerprint:
        """Hash and size of what the query gave."""
        return Fingerprint(sha256=self._digest.hexdigest(), size=self._size)

    def close(self) -> None:
        """End the query, if it still runs, and let go."""
        self._server.close()
