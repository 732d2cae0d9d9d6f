"""The reader process: rows of stored tables in milliseconds, and only those that are still wanted."""

from __future__ import annotations

import datetime
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.data.reader_protocol import (
    Answer,
    Associations,
    AssociationsAnswer,
    Failed,
    Pair,
    PairAnswer,
    RejectedAnswer,
    RejectedRows,
    Request,
    Rows,
    RowsAnswer,
)
from app.data.records import ColumnType, Rejected
from app.jobs.channel import read_message, write_message
from app.text import Text


class Client:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.sink, self.source = process.stdin.fileno(), process.stdout.fileno()

    def send(self, request: Request) -> None:
        write_message(self.sink, request)

    def read(self) -> Answer:
        answer = read_message(self.source, Answer)  # type: ignore[arg-type]
        assert answer is not None
        return answer


@pytest.fixture
def client() -> Iterator[Client]:
    process = subprocess.Popen([sys.executable, "-m", "app.data.reader"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process:
        yield Client(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.parquet"
    day = datetime.date(2024, 1, 1)
    rows = pa.table(
        {
            "n": pa.array(range(1000)),
            "x": pa.array([None if i % 3 else i / 4 for i in range(1000)]),
            "t": pa.array([f"é{i}" for i in range(1000)]),
            "d": pa.array([day + datetime.timedelta(days=i) for i in range(1000)]),
        }
    )
    pq.write_table(rows, path, row_group_size=64)
    return path


def test_that_rows_come_typed_across_row_groups(client: Client, table: Path) -> None:
    client.send(Rows(view=1, generation=1, path=str(table), start=62, stop=66))
    answer = client.read()
    assert isinstance(answer, RowsAnswer)
    assert (answer.start, answer.total, answer.generation) == (62, 1000, 1)
    assert answer.rows == (
        (62, None, "é62", "2024-03-03"),
        (63, 15.75, "é63", "2024-03-04"),
        (64, None, "é64", "2024-03-05"),
        (65, None, "é65", "2024-03-06"),
    )
    client.send(Rows(view=1, generation=2, path=str(table), start=998, stop=2000, columns=(2,)))
    answer = client.read()
    assert isinstance(answer, RowsAnswer)
    assert answer.rows == (("é998",), ("é999",))


def test_that_of_many_waiting_requests_the_newest_is_answered(client: Client, table: Path) -> None:
    for generation in range(1, 301):
        client.send(Rows(view=1, generation=generation, path=str(table), start=generation, stop=generation + 500))
    answers = [client.read()]
    while answers[-1].generation < 300:
        answers.append(client.read())
    generations = [a.generation for a in answers]
    assert generations == sorted(generations)
    assert len(generations) < 300


def test_that_rejected_records_are_read_and_what_is_missing_is_said(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "rejected.jsonl"
    listed = [Rejected(line=n, reason=Text("data.rejected.too_few", {"n": n, "wanted": 3}), raw="x") for n in range(9)]
    path.write_bytes(b"".join(msgspec.json.encode(r) + b"\n" for r in listed))
    client.send(RejectedRows(view=2, generation=1, path=str(path), start=3, stop=5))
    answer = client.read()
    assert isinstance(answer, RejectedAnswer)
    assert (answer.total, answer.rejected) == (9, tuple(listed[3:5]))
    client.send(Rows(view=1, generation=2, path=str(tmp_path / "gone"), start=0, stop=5))
    failed = client.read()
    assert isinstance(failed, Failed)
    assert failed.code == "project.unreadable"


def test_that_a_page_that_was_altered_is_said_and_never_shown(client: Client, table: Path) -> None:
    rows = pq.read_table(table)
    pq.write_table(rows, table, row_group_size=64, write_page_checksum=True)
    data = bytearray(table.read_bytes())
    for place in range(len(data) // 4, len(data) // 2, 97):
        data[place] ^= 1
    table.write_bytes(data)
    codes = set()
    for start in range(0, 1000, 64):
        client.send(Rows(view=1, generation=start, path=str(table), start=start, stop=start + 64))
        answer = client.read()
        codes.add(answer.code if isinstance(answer, Failed) else "")
    assert codes == {"", "project.damaged_object"}


def test_that_columns_that_go_together_are_told_and_two_of_them_shown(client: Client, table: Path) -> None:
    kinds = (ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.IDENTIFIER, ColumnType.DATE)
    types = dict(zip("nxtd", kinds, strict=True))
    client.send(Associations(view=3, generation=1, path=str(table), types=types, column="n"))
    found = client.read()
    assert isinstance(found, AssociationsAnswer)
    assert (found.looked, found.whole, found.told) == (1000, True, True)
    assert [(one.other, one.sign) for one in found.associations] == [("d", 1), ("x", 1)]
    assert found.associations[1].missing_other == 666
    client.send(Pair(view=3, generation=2, path=str(table), types=types, x="d", y="x"))
    pair = client.read()
    assert isinstance(pair, PairAnswer)
    assert pair.chart is not None
    assert sum(group.rows for group in pair.chart.groups) == 334
    client.send(Pair(view=3, generation=3, path=str(table), types=types, x="t", y="x"))
    none = client.read()
    assert isinstance(none, PairAnswer)
    assert (none.chart, none.untold) == (None, ("t",))
