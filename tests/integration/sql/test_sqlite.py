"""SQLite: whatever stands in a column comes as it is; a file that can't be read has its sentence."""

from __future__ import annotations

import datetime
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from app.data.records import ColumnType
from app.data.sql.records import Access
from tests.integration.sql.conftest import Desk
from tests.servers import wait_for


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TABLE t (n INTEGER, zip TEXT, price DECIMAL(10,2), day DATE, mixed, big, blob BLOB, both)"
    )
    connection.executemany(
        "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (1, "41001", 10.5, "2020-01-02", 1, 2**63 - 1, b"\x00\xff", "abc"),
            (2, "41002", 2, "2020-02-03", "two", -5, b"", b"abc"),
            (3, None, None, None, 2.5, 0.5, None, None),
        ],
    )
    connection.execute("CREATE VIEW named AS SELECT n, zip FROM t")
    connection.commit()
    connection.close()
    return path


def test_that_every_storage_class_comes_as_it_is(shop: Path, desk: Desk) -> None:
    answer, record = desk.bring(str(shop), "SELECT *, n FROM t ORDER BY n -- all")
    types = {c.name: c.type for c in answer.columns}
    table = desk.table(record)
    rows = {name: table[name].to_pylist() for name in table.column_names}
    assert rows["n"] == [1, 2, 3]
    assert rows["zip"] == ["41001", "41002", None]
    assert types["price"] is ColumnType.NUMBER
    assert types["day"] is ColumnType.DATE
    assert rows["mixed"] == ["1", "two", "2.5"]
    assert rows["big"] == ["9223372036854775807", "-5", "0.5"]
    assert rows["blob"][0] == "00ff"
    assert rows["both"] == ["abc", "x'616263'", None]
    assert len(table.column_names) == 9


def test_that_a_file_without_a_query_names_its_tables(shop: Path, desk: Desk) -> None:
    for source in (str(shop), f"sqlite:///{shop}"):
        error = desk.refusal(source)
        assert (error.code, error.params["tables"]) == ("sql.which_table", "named, t")


def test_that_a_view_is_a_table(shop: Path, desk: Desk) -> None:
    answer, record = desk.bring(str(shop), table="named")
    assert answer.rows == 3
    origin = desk.version(record).origin
    assert origin is not None
    assert (origin.server, origin.database, origin.query) == ("", "shop.db", 'SELECT * FROM "named"')


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("DELETE FROM t", "sql.bad_query"),
        ("SELECT 1; DELETE FROM t", "sql.several_statements"),
        ("SELEC", "sql.bad_query"),
        ("SELECT * FROM t WHERE n > 5", "sql.no_rows"),
        ("PRAGMA user_version = 3", "sql.bad_query"),
        ("ATTACH 'other.db' AS other", "sql.bad_query"),
        (" ; ", "sql.not_a_query"),
    ],
)
def test_that_a_query_that_gives_no_rows_is_refused(shop: Path, desk: Desk, query: str, code: str) -> None:
    before = shop.read_bytes()
    assert desk.refusal(str(shop), query).code == code
    assert shop.read_bytes() == before


def test_that_a_file_that_cant_be_read_has_its_sentence(shop: Path, desk: Desk, tmp_path: Path) -> None:
    assert desk.refusal(str(tmp_path / "gone.db"), "SELECT 1").code == "data.source_missing"
    (tmp_path / "plain.csv").write_text("a;b\n1;2\n")
    assert desk.refusal(str(tmp_path / "plain.csv"), "SELECT 1").code == "sql.not_sqlite"
    whole = shop.read_bytes()
    (tmp_path / "torn.db").write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    assert desk.refusal(str(tmp_path / "torn.db"), "SELECT * FROM t").code in ("sql.file_damaged", "sql.bad_query")


def test_that_a_query_ends_when_its_time_is_up(shop: Path, desk: Desk) -> None:
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c"
    assert desk.refusal(str(shop), endless, access=Access(timeout_s=0.3)).code == "sql.timed_out"


def test_that_an_endless_query_ends_when_it_is_stopped(shop: Path, tmp_path: Path) -> None:
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c"
    ciclo, project = [sys.executable, "-m", "app"], tmp_path / "p"
    subprocess.run([*ciclo, "new", str(project)], check=True, capture_output=True)
    command = [*ciclo, "import", str(project), str(shop), "--query", endless, "--name", "a"]
    importing = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: list((project / ".ciclo" / "staging").glob("*/")) != [])
    importing.send_signal(signal.SIGINT)
    assert importing.wait(20) == 130
    importing.communicate()
    assert list((project / ".ciclo" / "staging").glob("*/")) == []
    assert list((project / "objects").rglob("*.parquet")) == []


def test_that_a_database_that_somebody_writes_to_is_said_to_be_busy(shop: Path, desk: Desk) -> None:
    other = sqlite3.connect(shop, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        assert desk.refusal(str(shop), "SELECT * FROM t").code == "sql.file_locked"
    finally:
        other.close()


def test_that_text_that_isnt_utf8_is_listed_with_its_row(shop: Path, desk: Desk) -> None:
    connection = sqlite3.connect(shop)
    connection.execute("INSERT INTO t (n, zip) VALUES (4, CAST(x'c3f161' AS TEXT))")
    connection.commit()
    connection.close()
    answer, _record = desk.bring(str(shop), "SELECT n, zip FROM t ORDER BY n")
    assert (answer.rows, answer.rejected, answer.rejected_rows[0].line) == (3, 1, 4)


def test_that_the_same_rows_have_the_same_hash(shop: Path, desk: Desk) -> None:
    looked = [desk.bring(str(shop), query)[0].sha256 for query in ("SELECT n FROM t", "SELECT n  FROM t")]
    assert looked[0] == looked[1]
    assert desk.bring(str(shop), "SELECT n + 1 AS n FROM t")[0].sha256 != looked[0]


def test_that_text_is_days_where_all_of_it_is_since_sqlite_has_no_type_for_them(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "orders.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (day TEXT, at TEXT, open TEXT, some TEXT, compact TEXT, code TEXT)")
    connection.executemany(
        "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                f"2024-01-{i:02}",
                f"2024-01-{i:02} 08:30:00",
                f"{i:02}/01/2024",
                f"2024-02-{i:02}",
                f"202401{i:02}",
                f"{i}",
            )
            for i in range(10, 31)
        ],
    )
    connection.execute("INSERT INTO t (day) VALUES (NULL)")
    connection.commit()
    connection.close()
    answer, record = desk.bring(str(path), table="t")
    types = {c.name: c.type for c in answer.columns}
    assert (types["day"], types["at"]) == (ColumnType.DATE, ColumnType.DATETIME)
    assert desk.table(record)["day"].to_pylist()[:1] == [datetime.date(2024, 1, 10)]
    words = (ColumnType.TEXT, ColumnType.CATEGORY, ColumnType.IDENTIFIER)
    assert all(types[name] in words for name in ("open", "some", "compact", "code"))  # 30 February is in some
