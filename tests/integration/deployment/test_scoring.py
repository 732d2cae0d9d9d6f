"""Scoring in this process: whatever the file's form and however it is cut up, the answers are the model's own."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pyarrow.parquet as pq
import pytest

from app.data import limits
from app.data.expectations.records import Categories, Range
from app.data.records import Corrections
from app.deployment.bundle.expected import EXPECTATIONS_FILE, write_expectations
from app.deployment.records import ScoreAnswer, ScoreRequest
from app.deployment.scoring.run import score
from app.errors import CicloError
from app.jobs.contract import Cancelled, Progress
from app.learning.model import predict_table
from app.learning.records import Task
from app.text import Words
from tests.unit.deployment.models import COLUMNS, fitted, table, write

Row = Sequence[str]


class Here:
    """A job's surroundings in the test."""

    processors = 1

    def __init__(self, staging: Path, *, cancelled: bool = False) -> None:
        staging.mkdir(exist_ok=True)
        self.staging = staging
        self._cancelled = cancelled

    def report(self, progress: Progress) -> None:
        """Nobody watches."""

    def publish(self, topic: str, value: msgspec.Struct) -> None:
        """Nobody watches."""

    def check_cancelled(self) -> None:
        if self._cancelled:
            raise Cancelled


def stored_rows(*, decimal: str = ".", american: bool = False) -> list[Row]:
    rows: list[Row] = [[name for name, _ in COLUMNS]]
    for line in table().to_pylist():
        amount = "" if line["amount"] is None else repr(line["amount"]).replace(".", decimal)
        day = line["since"].strftime("%m/%d/%Y") if american else line["since"].isoformat()
        rows.append([amount, str(line["count"]), day, line["colour"]])
    return rows


def save(path: Path, rows: Sequence[Row], *, delimiter: str = ",") -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def run(folder: Path, bundle: Path, source: Path, out: str = "out.csv") -> ScoreAnswer:
    request = ScoreRequest(bundle=str(bundle), source=str(source), out=str(folder / out), locale="en")
    return msgspec.json.decode(score(Here(folder / "staging"), request).answer, type=ScoreAnswer)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("block", [1, 7, 64, 100_000])
def test_that_the_cut_into_batches_changes_no_bit(block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = write(tmp_path / "b.zip")
    source = save(tmp_path / "in.csv", stored_rows())
    if block < 64:
        source = save(tmp_path / "in.csv", stored_rows()[:30])
    monkeypatch.setattr(limits, "ROW_GROUP", block)
    answer = run(tmp_path, bundle, source)
    rows = read(tmp_path / "out.csv")
    expected = predict_table(fitted(), table())
    assert answer.rows == len(rows)
    assert [row["prediction"] for row in rows] == expected.labels.tolist()[: len(rows)]
    given = np.array([[float(row["probability_<=50K"]), float(row["probability_>50K"])] for row in rows])
    assert given.tobytes() == np.ascontiguousarray(expected.probabilities[: len(rows)]).tobytes()


@pytest.mark.parametrize("task", list(Task))
def test_that_every_task_is_written_as_csv_and_parquet_alike(task: Task, tmp_path: Path) -> None:
    bundle = write(tmp_path / "b.zip", task)
    source = save(tmp_path / "in.csv", stored_rows(decimal=","), delimiter=";")
    run(tmp_path, bundle, source)
    run(tmp_path, bundle, source, "out.parquet")
    flat, typed = read(tmp_path / "out.csv"), pq.read_table(tmp_path / "out.parquet").to_pylist()
    labels = fitted(task).signature.labels
    assert list(flat[0])[4:] == ["prediction", *(f"probability_{label}" for label in labels), "remark"]
    for one, other in zip(flat, typed, strict=True):
        assert one["colour"] == other["colour"]
        for label in labels:
            assert float(one[f"probability_{label}"]) == other[f"probability_{label}"]
        if task is Task.REGRESSION:
            assert float(one["prediction"]) == other["prediction"]
    expected = predict_table(fitted(task), table())
    found = [row["prediction"] for row in typed]
    assert found == (expected.values if task is Task.REGRESSION else expected.labels).tolist()


def test_that_a_short_file_is_read_as_the_training_file_was(tmp_path: Path) -> None:
    month_first = write(tmp_path / "b.zip", notation={"decimal": ",", "day_first": False})
    header = [name for name, _ in COLUMNS]
    source = save(tmp_path / "in.csv", [header, ["0,125", "5", "03/04/2021", "red"]], delimiter=";")
    run(tmp_path, month_first, source)
    plain = save(tmp_path / "plain.csv", [header, ["0.125", "5", "2021-03-04", "red"]])
    run(tmp_path, month_first, plain, "plain-out.csv")
    assert read(tmp_path / "out.csv")[0]["probability_>50K"] == read(tmp_path / "plain-out.csv")[0]["probability_>50K"]


def test_that_the_words_of_the_training_for_missing_are_missing(tmp_path: Path) -> None:
    bundle = write(tmp_path / "b.zip", notation={"missing_words": ("unknown",)})
    rows = stored_rows()[:40]
    source = save(tmp_path / "in.csv", [*rows, ["unknown", "5", "2021-03-04", "red"], ["", "5", "2021-03-04", "red"]])
    assert run(tmp_path, bundle, source).rejected == 0
    *_, named, empty = read(tmp_path / "out.csv")
    assert named["probability_>50K"] == empty["probability_>50K"]


def test_that_columns_of_the_same_name_as_an_answer_keep_their_contents(tmp_path: Path) -> None:
    bundle = write(tmp_path / "b.zip")
    rows = [[*row, "mine" if i else "prediction"] for i, row in enumerate(stored_rows())]
    run(tmp_path, bundle, save(tmp_path / "in.csv", rows))
    first = read(tmp_path / "out.csv")[0]
    assert first["prediction_in_file"] == "mine"
    assert first["prediction"] in ("<=50K", ">50K")


@pytest.mark.parametrize(
    ("out", "code"),
    [
        ("in.csv", "deployment.same_file"),
        ("b.zip", "deployment.unknown_ending"),
        ("out.xlsx", "deployment.unknown_ending"),
        ("nowhere/out.csv", "project.no_folder"),
    ],
)
def test_that_an_output_that_cannot_be_written_is_refused_first(out: str, code: str, tmp_path: Path) -> None:
    bundle = write(tmp_path / "b.zip")
    source = save(tmp_path / "in.csv", stored_rows())
    before = source.read_bytes()
    with pytest.raises(CicloError) as caught:
        run(tmp_path, bundle, source, out)
    assert caught.value.code == code
    assert source.read_bytes() == before


def test_that_a_cancelled_scoring_leaves_what_was_there(tmp_path: Path) -> None:
    bundle = write(tmp_path / "b.zip")
    source = save(tmp_path / "in.csv", stored_rows())
    (tmp_path / "out.csv").write_text("before")
    request = ScoreRequest(bundle=str(bundle), source=str(source), out=str(tmp_path / "out.csv"))
    with pytest.raises(Cancelled):
        score(Here(tmp_path / "staging", cancelled=True), request)
    assert (tmp_path / "out.csv").read_text() == "before"


@pytest.mark.parametrize("content", [b"", b"a,b\n", b"\x00\x01\x02\xff" * 100])
def test_that_a_file_that_holds_no_table_gets_a_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(content)
    with pytest.raises(CicloError):
        run(tmp_path, write(tmp_path / "b.zip"), tmp_path / "in.csv")
    assert not (tmp_path / "out.csv").exists()


def test_that_a_record_that_does_not_fit_keeps_the_cells_that_it_has(tmp_path: Path) -> None:
    bundle = write(tmp_path / "b.zip")
    rows = [row for row in stored_rows()[1:] if row[3] == "red"][:12] * 2
    rows[3], rows[5] = rows[3][:2], [*rows[5], "more"]
    source = save(tmp_path / "in.csv", [[name for name, _ in COLUMNS], *rows])
    source.write_text(source.read_text().replace(f"\n{rows[9][0]},", '\n"open,', 1))
    answer = run(tmp_path, bundle, source)
    found = read(tmp_path / "out.csv")
    assert (answer.rows, answer.rejected, len(found)) == (24, 3, 24)
    names = [name for name, _ in COLUMNS]
    for place, (given, row) in enumerate(zip(rows, found, strict=True)):
        cells = [row[name] for name in names]
        if place == 3:
            assert cells == [*given, "", ""]
        elif place == 5:
            assert cells == given[:4]
        elif place != 9:
            assert cells == list(given)
        assert (row["prediction"] == "") == (place in (3, 5, 9))
    assert "2 fields" in found[3]["remark"]


def test_that_what_the_user_says_of_the_file_counts(tmp_path: Path) -> None:
    bundle = write(tmp_path / "b.zip")
    source = save(tmp_path / "in.csv", stored_rows(decimal=","), delimiter="|")
    run(tmp_path, bundle, source)
    told = Corrections(delimiter="|", decimal=",", encoding="utf-8")
    request = ScoreRequest(
        bundle=str(bundle), source=str(source), out=str(tmp_path / "told.csv"), locale="en", corrections=told
    )
    score(Here(tmp_path / "staging"), request)
    assert (tmp_path / "told.csv").read_bytes() == (tmp_path / "out.csv").read_bytes()
    wrong = msgspec.structs.replace(request, corrections=Corrections(delimiter=";"))
    with pytest.raises(CicloError) as refused:
        score(Here(tmp_path / "staging"), wrong)
    assert refused.value.code == "deployment.missing_columns"


def test_that_a_file_of_which_nothing_can_be_scored_says_so(tmp_path: Path) -> None:
    bundle = write(tmp_path / "b.zip")
    rows = [stored_rows()[0], *(["x", "y", "z", "red"] for _ in range(12))]
    answer = run(tmp_path, bundle, save(tmp_path / "in.csv", rows))
    assert (answer.rows, answer.rejected) == (12, 12)
    assert "deployment.note.none_scored" in [note.id for note in answer.notes]


def test_that_a_file_that_is_not_as_expected_is_scored_and_told(tmp_path: Path) -> None:
    expected = (Range(column="count", high=0.0), Categories(column="colour", words=("nothing",), others=0.99))
    bundle = write(tmp_path / "a.ciclo.zip", more={EXPECTATIONS_FILE: write_expectations(expected)})
    rows = [*stored_rows(), ["1.5", "many", "2024-01-01", "red"]]
    answer = run(tmp_path, bundle, save(tmp_path / "in.csv", rows))
    assert answer.rejected == 1
    told = [note for note in answer.notes if note.id.startswith("expectations.")]
    assert {note.id for note in told} == {"expectations.broken.some", "expectations.broken.nobody"}
    assert all(Words(language).text(note) for note in told for language in ("en", "es"))
    assert all(note.params["of"] != len(rows) - 1 for note in told), "a rejected row is counted"


@pytest.mark.parametrize(
    "member",
    [
        b"[1]",
        b"[" * 99,
        b'[{"kind":"range","column":"gone","low":1}]',
        b'[{"kind":"range","column":"since","low":"long ago"}]',
    ],
)
def test_that_expectations_that_do_not_fit_are_refused(member: bytes, tmp_path: Path) -> None:
    bundle = write(tmp_path / "a.ciclo.zip", more={EXPECTATIONS_FILE: member})
    with pytest.raises(CicloError) as caught:
        run(tmp_path, bundle, save(tmp_path / "in.csv", stored_rows()))
    assert caught.value.code in ("deployment.bundle.bad_expectations", "deployment.bundle.too_deep")
