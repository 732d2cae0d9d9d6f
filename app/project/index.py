"""The SQLite index: in the user's cache, never in the project; made again from the records whenever it is missing."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from app.errors import CicloError
from app.project.record import Record, parse
from app.project.tombstone import PURGE, Tombstone

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record(
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL,
    lamport INTEGER NOT NULL, writer TEXT NOT NULL, seq INTEGER NOT NULL, data BLOB NOT NULL, stamp TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS record_kind ON record(kind, lamport, id);
CREATE INDEX IF NOT EXISTS record_name ON record(kind, name, number);
CREATE INDEX IF NOT EXISTS record_writer ON record(writer, seq);
CREATE TABLE IF NOT EXISTS stone(
    id TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL,
    lamport INTEGER NOT NULL, writer TEXT NOT NULL, seq INTEGER NOT NULL, tombstone TEXT NOT NULL);
CREATE VIEW IF NOT EXISTS ever AS
    SELECT id, kind, name, number, lamport, writer, seq FROM record
    UNION SELECT id, kind, name, number, lamport, writer, seq FROM stone;
"""
_VERSION = 3

_DROP = "DROP VIEW IF EXISTS ever; DROP TABLE IF EXISTS record; DROP TABLE IF EXISTS stone;"

# Records that are missing between two of one writer, of which the later one is younger than a moment.
_VANISHED = """
SELECT coalesce(sum(seq - before - 1), 0) FROM (
    SELECT lamport, seq, lag(seq, 1, 0) OVER (PARTITION BY writer ORDER BY seq) AS before FROM ever)
WHERE lamport > ? AND seq > before + 1
"""

_Row = tuple[str, str, str, int, int, str, int, bytes, str]


def index_path(cache: Path, *, project_id: str, folder: Path) -> Path:
    """Where the index of the copy at ``folder`` lies: two copies of one project have one each."""
    key = hashlib.sha256(f"{project_id}\0{folder.resolve()}".encode()).hexdigest()[:24]
    return cache / "index" / f"{key}.sqlite"


class Index:
    """Lists, filters and orders the records of one folder.

    Used from any thread, one statement at a time. A damaged file is thrown away and made again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.RLock()
        self._connection = self._open()
        # Whoever forgets to close a project must not keep its file open; from Python 3.13 on that is a warning too.
        weakref.finalize(self, self._connection.close)

    def _open(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return self._connect(str(self._path))
        except sqlite3.DatabaseError:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)
        except OSError:
            return self._connect(":memory:")
        try:
            return self._connect(str(self._path))
        except sqlite3.DatabaseError:  # a cache folder that can't be written: slower, nothing lost
            return self._connect(":memory:")

    @staticmethod
    def _connect(target: str) -> sqlite3.Connection:
        connection = sqlite3.connect(target, check_same_thread=False, isolation_level=None, timeout=10)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=OFF")
            if connection.execute("PRAGMA user_version").fetchone()[0] not in (0, _VERSION):
                connection.executescript(_DROP)
            connection.executescript(_SCHEMA)
            connection.execute(f"PRAGMA user_version={_VERSION}")
            connection.execute("SELECT count(*) FROM record").fetchone()
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Close the file."""
        with self._guard:
            self._connection.close()

    def reconcile(self, names: Iterable[tuple[str, Path]], *, damaged: Callable[[Path], None]) -> None:
        """Make the index say what the folder says: ``names`` are the ids with their files.

        A file that can't be read, or whose bytes don't hash to its name, is passed to ``damaged`` and left out; one
        that was touched since it was taken in is read again.
        """
        on_disk = dict(names)
        with self._guard:
            known = dict(self._connection.execute("SELECT id, stamp FROM record"))
            gone = known.keys() - on_disk.keys()
            new = []
            for id, path in on_disk.items():
                stamp = _stamp(path)
                if stamp and known.get(id) == stamp:
                    continue
                data = _read(path, id)
                if data is None:
                    gone.add(id)
                    damaged(path)
                else:
                    new.append(_row(parse(data), data, stamp))
            self._write(gone, new)

    def _write(self, gone: set[str], new: list[_Row]) -> None:
        if not gone and not new:
            return
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("DELETE FROM record WHERE id=?", [(id,) for id in gone])
        connection.executemany("DELETE FROM stone WHERE tombstone=?", [(id,) for id in gone])
        for row in new:
            self._insert(row)
        connection.execute("COMMIT")

    def add(self, record: Record, data: bytes, path: Path) -> None:
        """Add a record that was just committed."""
        with self._guard:
            self._insert(_row(record, data, _stamp(path)))

    def _insert(self, row: _Row) -> None:
        self._connection.execute("INSERT OR REPLACE INTO record VALUES(?,?,?,?,?,?,?,?,?)", row)
        if row[1] == PURGE:
            self._insert_stone(row)

    def _insert_stone(self, row: _Row) -> None:
        """A removed record keeps its number, and its place in the row of its writer."""
        try:
            stone = parse(row[7]).read(Tombstone)
        except CicloError:  # of a later release, perhaps: it is kept, and means nothing here
            return
        self._connection.execute("DELETE FROM stone WHERE tombstone=?", (row[0],))
        values = (stone.id, stone.kind, stone.name, stone.number, stone.lamport, stone.writer, stone.seq, row[0])
        self._connection.execute("INSERT INTO stone VALUES(?,?,?,?,?,?,?,?)", values)

    def records(self, kind: str = "", name: str = "") -> list[Record]:
        """Records of a kind (and a name), oldest first; none that was purged, even where its file is still there."""
        rows = self._all(
            "SELECT data FROM record WHERE (?='' OR kind=?) AND (?='' OR name=?)"
            " AND id NOT IN (SELECT id FROM stone) ORDER BY lamport, id",
            kind,
            kind,
            name,
            name,
        )
        return [parse(row[0]) for row in rows]

    def get(self, id: str) -> Record | None:
        """One record by its id."""
        rows = self._all("SELECT data FROM record WHERE id=? AND id NOT IN (SELECT id FROM stone)", id)
        return parse(rows[0][0]) if rows else None

    def forget(self) -> None:
        """Leave no trace of deleted rows in the file."""
        with self._guard:
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def last(self, writer: str) -> tuple[int, str]:
        """Sequence number and id of a writer's newest record; ``(0, "")`` where there is none."""
        rows = self._all("SELECT seq, id FROM ever WHERE writer=? ORDER BY seq DESC LIMIT 1", writer)
        return (int(rows[0][0]), str(rows[0][1])) if rows else (0, "")

    def clock(self) -> int:
        """The highest Lamport number."""
        return int(self._all("SELECT coalesce(max(lamport), 0) FROM record")[0][0])

    def next_number(self, kind: str, name: str) -> int:
        """The number of the next version in a series: none that was given before, even where its record is lost.

        The gaps in what the writers counted say how many records vanished since the newest version that is left; each
        of them may have been one more.
        """
        ((newest, moment),) = self._all(
            "SELECT coalesce(max(number), 0), coalesce(max(lamport), 0) FROM ever WHERE kind=? AND name=?", kind, name
        )
        return int(newest) + self.vanished_since(moment) + 1

    def vanished_since(self, lamport: int) -> int:
        """How many records are missing that may be younger than a moment: gaps in what a writer counted."""
        return int(self._all(_VANISHED, lamport)[0][0])

    def _all(self, statement: str, *parameters: str | int) -> list[Any]:
        with self._guard:
            return self._connection.execute(statement, parameters).fetchall()


def _row(record: Record, data: bytes, stamp: str) -> _Row:
    e = record.envelope
    return (record.id, e.kind, e.name, e.number, e.lamport, e.writer, e.seq, data, stamp)


def _stamp(path: Path) -> str:
    """What changes when a file is written to; empty where it can't be told."""
    try:
        status = path.stat()
    except OSError:
        return ""
    return f"{status.st_size}.{status.st_mtime_ns}"


def _read(path: Path, id: str) -> bytes | None:
    """The bytes of a record, None where they aren't what was stored."""
    try:
        data = path.read_bytes()
        return data if parse(data).id == id else None
    except (OSError, CicloError):
        return None
