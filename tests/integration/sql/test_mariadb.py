"""MariaDB: exact values, a proven count, one reading statement, and sentences for everything else."""

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
from tests.integration.sql.conftest import Desk
from tests.servers import Maria, wait_for

EDGES = (
    """CREATE TABLE edges (n int, big bigint, huge bigint unsigned, exact decimal(40,10), price decimal(12,2),
    f8 double, moment datetime(6), stamp timestamp(3) NULL, day date, tiny tinyint(1), bytes varbinary(10), doc json,
    mood enum('sad','ok'), some set('x','y'), padded char(5), words varchar(20),
    latin varchar(20) CHARACTER SET latin1, yr year, clock time, bits bit(10), zip varchar(5), late date)""",
    """INSERT INTO edges VALUES
    (1, 9007199254740993, 18446744073709551615, '123456789012345678901234567890.5', 10.50, 0.1,
     '2020-01-02 03:04:05.123456', '2020-01-02 03:04:05.5', '2020-01-02', 1, x'deadbeef', '{"a": 1.0}', 'sad', 'x,y',
     'ab', 'né€', 'né', 2020, '-12:30:00', b'1000000001', '00042', '2021-05-06'),
    (2, -1, 0, 0.1, 1234567.89, 1e100, '1000-01-01', '1970-01-02', '1000-01-01', 5, x'ff', '[]', 'ok', 'x', 'c', 'ñ',
     'ü', 1999, '838:59:59', 0, '1', '0000-00-00'),
    (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL)""",
)


@pytest.fixture(scope="module")
def server(maria: Maria) -> Maria:
    maria.execute(*EDGES)
    return maria


def column(table: pa.Table, name: str) -> list[object]:
    return list(table[name].to_pylist())


def test_that_values_come_exactly_or_as_the_text_that_they_were(server: Maria, desk: Desk) -> None:
    answer, record = desk.bring(server.url(), "SELECT * FROM edges ORDER BY n;")
    assert (answer.rows, answer.rejected) == (3, 0)
    types = {c.name: c.type for c in answer.columns}
    assert types["big"] is types["tiny"] is types["bits"] is ColumnType.INTEGER
    assert types["price"] is ColumnType.NUMBER
    assert types["moment"] is types["stamp"] is ColumnType.DATETIME
    table = desk.table(record)
    assert column(table, "big") == [9007199254740993, -1, None]
    assert column(table, "huge") == ["18446744073709551615", "0", None]
    assert column(table, "exact") == ["123456789012345678901234567890.5000000000", "0.1000000000", None]
    assert column(table, "price") == [10.5, 1234567.89, None]
    assert column(table, "f8") == [0.1, 1e100, None]
    assert [str(v) for v in column(table, "moment")] == ["2020-01-02 03:04:05.123456", "1000-01-01 00:00:00", "None"]
    assert str(column(table, "stamp")[0]) == "2020-01-02 01:04:05.500000"
    assert column(table, "tiny") == [1, 5, None]
    assert column(table, "bytes") == ["deadbeef", "ff", None]
    assert column(table, "doc") == ['{"a": 1.0}', "[]", None]
    assert column(table, "some") == ["x,y", "x", None]
    assert column(table, "words") == ["né€", "ñ", None]
    assert column(table, "latin") == ["né", "ü", None]
    assert column(table, "clock") == ["-12:30:00", "838:59:59", None]
    assert column(table, "bits") == [513, 0, None]
    assert column(table, "zip") == ["00042", "1", None]
    assert column(table, "late") == ["2021-05-06", "0000-00-00", None]


def test_that_what_isnt_plain_is_said(server: Maria, desk: Desk) -> None:
    notes = {c.name: c.note.id for c in desk.look(server.url(), table="edges").columns if c.note}
    assert notes["exact"] == notes["huge"] == "data.note.exact_decimals"
    assert notes["stamp"] == "sql.note.zoned"
    assert notes["late"] == "sql.note.odd_times"


def test_that_without_a_query_the_tables_are_named(server: Maria, desk: Desk) -> None:
    assert "edges" in str(desk.refusal(server.url()).params["tables"])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT * FROM edges WHERE false", "sql.no_rows"),
        ("SELEC 1", "sql.bad_query"),
        ("SELECT * FROM nowhere", "sql.bad_query"),
        ("SELECT 1; DROP TABLE edges", "sql.bad_query"),
        ("DROP TABLE edges", "sql.bad_query"),
        ("DELETE FROM edges", "sql.bad_query"),
        ("SELECT 1 AS a, 2 AS a", "sql.repeated_column"),
        ("SELECT n FROM edges INTO OUTFILE '/tmp/ciclo-never'", "sql.bad_query"),
        (";", "sql.not_a_query"),
    ],
)
def test_that_a_query_that_gives_no_rows_is_refused(server: Maria, desk: Desk, query: str, code: str) -> None:
    assert desk.refusal(server.url(), query).code == code
    assert server.execute("SELECT count(*) FROM edges") == [(3,)]


def test_that_every_way_not_to_get_in_has_its_sentence(
    server: Maria, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.refusal(server.url(database="gone"), "SELECT 1").code == "sql.unknown_database"
    assert desk.refusal("mysql://ana@no-such-host.invalid/shop", "SELECT 1").code == "sql.unknown_host"
    assert desk.refusal(server.url(port=1), "SELECT 1").code == "sql.no_server"
    monkeypatch.setenv("CICLO_PASSWORD", "wrong")
    assert desk.refusal(server.url(), "SELECT 1").code == "sql.wrong_password"
    monkeypatch.delenv("CICLO_PASSWORD")
    assert desk.refusal(server.url(), "SELECT 1").code == "sql.no_password"


def test_that_a_query_ends_when_its_time_is_up(server: Maria, desk: Desk) -> None:
    query = "SELECT sum(a.seq + b.seq) FROM seq_1_to_100000 AS a, seq_1_to_100000 AS b"
    assert desk.refusal(server.url(), query, access=Access(timeout_s=0.4)).code == "sql.timed_out"


def threads(server: Maria) -> int:
    found = server.execute(
        "SELECT count(*) FROM information_schema.processlist WHERE user = 'ana'",
        user="root",
        password="",
        database="mysql",
    )
    return int(str(found[0][0]))


def test_that_stopping_an_import_ends_the_query_on_the_server(server: Maria, tmp_path: Path) -> None:
    ciclo = [sys.executable, "-m", "app"]
    subprocess.run([*ciclo, "new", str(tmp_path / "p")], check=True, capture_output=True)
    query = "SELECT sum(a.seq * b.seq) FROM seq_1_to_1000000 AS a, seq_1_to_1000000 AS b"
    command = [*ciclo, "import", str(tmp_path / "p"), server.url(), "--query", query, "--name", "a"]
    importing = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: threads(server) > 0)
    time.sleep(1)
    importing.send_signal(signal.SIGINT)
    assert importing.wait(20) == 130
    wait_for(lambda: threads(server) == 0, timeout_s=10)
    importing.communicate()


def test_that_an_inspection_leaves_nothing_running(server: Maria, desk: Desk) -> None:
    desk.look(server.url(), "SELECT seq, repeat('x', 300) AS a FROM seq_1_to_400000")
    wait_for(lambda: threads(server) == 0, timeout_s=10)


def test_that_a_server_that_dies_half_way_leaves_nothing(server: Maria, desk: Desk) -> None:
    desk.bring(server.url(), table="edges")

    def cut() -> None:
        time.sleep(0.6)
        server.kill()

    cutting = threading.Thread(target=cut)
    cutting.start()
    try:
        query = "SELECT sum(a.seq + b.seq) FROM seq_1_to_1000000 AS a, seq_1_to_1000000 AS b"
        assert desk.refusal(server.url(), query).code == "sql.connection_lost"
    finally:
        cutting.join()
        server.start()
