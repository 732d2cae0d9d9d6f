"""PostgreSQL: exact values, a proven count, one reading statement, and sentences for everything else."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pyarrow as pa
import pytest

from app.data.records import ColumnType
from app.data.sql.records import Access
from app.data.sql.source import open_server
from tests.integration.sql.conftest import Desk
from tests.servers import Postgres, wait_for

EDGES = (
    "CREATE TYPE mood AS ENUM ('sad', 'ok')",
    """CREATE TABLE edges (n int, big bigint, exact numeric, price numeric(12,2), f8 float8, moment timestamp,
    zoned timestamptz, day date, truth boolean, bytes bytea, doc jsonb, list int[], mood mood, id uuid,
    padded char(5), words varchar, zip text, late date)""",
    r"""INSERT INTO edges VALUES
    (1, 9007199254740993, 12345678901234567890.125, 10.50, 0.1, '2020-01-02 03:04:05.123456',
     '2020-01-02 03:04:05.5+02', '2020-01-02', true, '\xdeadbeef', '{"a":1.0}', '{1,NULL}', 'sad',
     'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'ab', E'x,"y"\nz', '00042', '2021-05-06'),
    (2, -1, 0.1, 1234567.89, 1e100, '1970-01-01', '1970-01-01 00:00:00+00', '0001-01-01', false, '\xff', 'null',
     '{}', 'ok', 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'c', 'ñ', '1', 'infinity'),
    (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)""",
)


@pytest.fixture(scope="module")
def server(postgres: Postgres) -> Postgres:
    postgres.execute(*EDGES, "CREATE SCHEMA other", 'CREATE TABLE other."odd ""name" AS SELECT 1 AS a, 2 AS b')
    return postgres


def column(table: pa.Table, name: str) -> list[object]:
    return list(table[name].to_pylist())


def test_that_values_come_exactly_or_as_the_text_that_they_were(server: Postgres, desk: Desk) -> None:
    answer, record = desk.bring(server.url(), "SELECT * FROM edges ORDER BY n; -- all")
    assert (answer.rows, answer.rejected) == (3, 0)
    types = {c.name: c.type for c in answer.columns}
    assert types["big"] is ColumnType.INTEGER
    assert types["price"] is ColumnType.NUMBER
    assert types["moment"] is types["zoned"] is ColumnType.DATETIME
    assert types["day"] is ColumnType.DATE
    table = desk.table(record)
    assert column(table, "big") == [9007199254740993, -1, None]
    assert column(table, "exact") == ["12345678901234567890.125", "0.1", None]
    assert column(table, "price") == [10.5, 1234567.89, None]
    assert column(table, "f8") == [0.1, 1e100, None]
    assert [str(v) for v in column(table, "moment")] == ["2020-01-02 03:04:05.123456", "1970-01-01 00:00:00", "None"]
    assert str(column(table, "zoned")[0]) == "2020-01-02 01:04:05.500000"
    assert str(column(table, "day")[1]) == "0001-01-01"
    assert column(table, "truth") == ["true", "false", None]
    assert column(table, "bytes") == ["deadbeef", "ff", None]
    assert column(table, "doc") == ['{"a": 1.0}', "null", None]
    assert column(table, "list") == ["{1,NULL}", "{}", None]
    assert column(table, "mood") == ["sad", "ok", None]
    assert column(table, "padded") == ["ab", "c", None]
    assert column(table, "words") == ['x,"y"\nz', "ñ", None]
    assert column(table, "zip") == ["00042", "1", None]
    assert column(table, "late") == ["2021-05-06", "infinity", None]


def test_that_what_isnt_plain_is_said(server: Postgres, desk: Desk) -> None:
    notes = {c.name: c.note.id for c in desk.look(server.url(), table="edges").columns if c.note}
    assert notes["exact"] == "data.note.exact_decimals"
    assert notes["zoned"] == "sql.note.zoned"
    assert notes["late"] == "sql.note.odd_times"
    assert notes["bytes"] == "sql.note.bytes"
    assert notes["doc"] == notes["list"] == "sql.note.other"


def test_that_an_import_remembers_its_query_and_never_a_password(server: Postgres, desk: Desk, password: str) -> None:
    _answer, record = desk.bring(server.url(), table="edges")
    origin = desk.version(record).origin
    assert origin is not None
    assert origin.server == server.url()
    assert origin.query == 'SELECT * FROM "public"."edges"'
    stored = b"".join(p.read_bytes() for p in desk.project.folder.rglob("*") if p.is_file())
    assert password.encode() not in stored


def test_that_columns_of_one_name_and_odd_names_are_kept_apart(server: Postgres, desk: Desk) -> None:
    answer, _record = desk.bring(server.url(), "SELECT 1 AS id, 2 AS id, 'x' AS \"a b\"")
    assert len({c.name for c in answer.columns}) == 3
    answer, _record = desk.bring(server.url(), table='other.odd "name')
    assert [c.name for c in answer.columns] == ["a", "b"]


def test_that_without_a_query_the_tables_are_named(server: Postgres, desk: Desk) -> None:
    error = desk.refusal(server.url())
    assert error.code == "sql.which_table"
    assert "edges" in str(error.params["tables"])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT * FROM edges WHERE false", "sql.no_rows"),
        ("SELEC 1", "sql.bad_query"),
        ("SELECT * FROM nowhere", "sql.bad_query"),
        ("SELECT 1; DROP TABLE edges", "sql.several_statements"),
        ("DROP TABLE edges", "sql.not_a_query"),
        ("DELETE FROM edges RETURNING n", "sql.bad_query"),
        ("WITH gone AS (DELETE FROM edges RETURNING n) SELECT * FROM gone", "sql.bad_query"),
        ("SELECT nextval('counter')", "sql.would_write"),
        ("SELECT 1/0", "sql.bad_query"),
        ("  ", "sql.not_a_query"),
        (";", "sql.not_a_query"),
    ],
)
def test_that_a_query_that_gives_no_rows_is_refused(server: Postgres, desk: Desk, query: str, code: str) -> None:
    server.execute("CREATE SEQUENCE IF NOT EXISTS counter")
    assert desk.refusal(server.url(), query).code == code
    assert server.execute("SELECT count(*) FROM edges") == [(3,)]


def test_that_every_way_not_to_get_in_has_its_sentence(
    server: Postgres, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.refusal(server.url(database="gone"), "SELECT 1").code == "sql.unknown_database"
    assert desk.refusal("postgresql://ana@no-such-host.invalid/shop", "SELECT 1").code == "sql.unknown_host"
    assert desk.refusal(server.url(port=1), "SELECT 1").code == "sql.no_server"
    monkeypatch.setenv("CICLO_PASSWORD", "wrong")
    assert desk.refusal(server.url(), "SELECT 1").code == "sql.wrong_password"
    monkeypatch.delenv("CICLO_PASSWORD")
    assert desk.refusal(server.url(), "SELECT 1").code == "sql.no_password"


def test_that_a_query_ends_when_its_time_is_up(server: Postgres, desk: Desk) -> None:
    error = desk.refusal(server.url(), "SELECT pg_sleep(60)", access=Access(timeout_s=0.3))
    assert error.code == "sql.timed_out"


def test_that_one_state_is_counted_and_read(server: Postgres) -> None:
    server.execute("DROP TABLE IF EXISTS live", "CREATE TABLE live AS SELECT generate_series(1, 30000) AS n")
    _address, opened = open_server(server.url(), Access())
    try:
        fields = opened.describe("SELECT n FROM live")
        assert opened.count("SELECT n FROM live") == 30000
        rows = opened.rows("SELECT n FROM live", fields)
        read = len(next(rows)[0])
        server.execute("INSERT INTO live SELECT generate_series(1, 5000)", "DELETE FROM live WHERE n % 7 = 0")
        assert read + sum(len(batch[0]) for batch in rows) == 30000
    finally:
        opened.close()


def test_that_bytes_that_are_no_text_are_listed_with_their_row(server: Postgres, desk: Desk) -> None:
    server.execute("DROP DATABASE IF EXISTS raw", user="root", database="postgres")
    server.execute(
        "CREATE DATABASE raw ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0 OWNER ana",
        user="root",
        database="postgres",
    )
    server.execute(
        "SET client_encoding = 'SQL_ASCII'", "CREATE TABLE t (n int, s text)",
        r"INSERT INTO t VALUES (1, 'good'), (2, E'ca\xf1a'), (3, 'fine')", database="raw",
    )  # fmt: skip
    answer, record = desk.bring(server.url(database="raw"), "SELECT * FROM t ORDER BY n")
    assert (answer.rows, answer.rejected) == (2, 1)
    assert answer.rejected_rows[0].line == 2
    assert column(desk.table(record), "s") == ["good", "fine"]


def running(server: Postgres) -> bool:
    found = server.execute("SELECT 1 FROM pg_stat_activity WHERE application_name = 'Ciclo'", database="postgres")
    return bool(found)


def test_that_stopping_an_import_ends_the_query_on_the_server(server: Postgres, tmp_path: Path) -> None:
    ciclo = [sys.executable, "-m", "app"]
    subprocess.run([*ciclo, "new", str(tmp_path / "p")], check=True, capture_output=True)
    command = [*ciclo, "import", str(tmp_path / "p"), server.url(), "--query", "SELECT pg_sleep(300)", "--name", "a"]
    importing = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: running(server))
    importing.send_signal(signal.SIGINT)
    assert importing.wait(20) == 130
    wait_for(lambda: not running(server), timeout_s=5)
    importing.communicate()
    assert list((tmp_path / "p" / "objects").rglob("*.parquet")) == []


def test_that_a_server_that_dies_half_way_leaves_nothing(server: Postgres, desk: Desk) -> None:
    desk.bring(server.url(), table="edges")

    def cut() -> None:
        time.sleep(0.7)
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'Ciclo'",
            database="postgres",
        )

    cutting = threading.Thread(target=cut)
    cutting.start()
    assert (
        desk.refusal(server.url(), "SELECT n, repeat('x', 100) FROM edges, pg_sleep(20)").code == "sql.connection_lost"
    )
    cutting.join()
