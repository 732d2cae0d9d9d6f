"""A correction becomes a rule of its source, and the next file is read by it as far as it fits."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.data.records import DATASET, ColumnType, Corrections, DatasetVersion, ImportRequest, InspectRequest
from app.data.rules.matching import forgetting, known_rules, newest_version
from app.data.rules.records import Looked, LookRequest, NextAnswer, NextRequest
from app.data.rules.work import import_next, look
from app.jobs.contract import Progress
from app.project import Project
from app.text import Words


class Workbench:
    """A context without a process around it."""

    processors = 1

    def __init__(self, staging: Path) -> None:
        self.staging = staging

    def report(self, progress: Progress) -> None:
        """Nobody watches."""

    def publish(self, topic: str, value: msgspec.Struct) -> None:
        raise AssertionError(topic)

    def check_cancelled(self) -> None:
        """Nobody stops it."""


class Desk:
    """A project, and files that come to it one after another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = Project.create(folder / "project")
        self._imports = 0

    def file(self, name: str, text: str, encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return path

    def look(self, path: Path, dataset: str = "ventas", own: Corrections | None = None) -> Looked:
        request = LookRequest(
            request=InspectRequest(source=str(path), corrections=own or Corrections()),
            dataset=dataset,
            rules=known_rules(self.project),
            against=newest_version(self.project, dataset),
        )
        return msgspec.json.decode(look(Workbench(self.folder), request).answer, type=Looked)

    def take(
        self, path: Path, dataset: str = "ventas", own: Corrections | None = None, *, with_rules: bool = True
    ) -> NextAnswer:
        self._imports += 1
        staging = self.project.local / "staging" / str(self._imports)
        staging.mkdir(parents=True)
        request = NextRequest(
            request=ImportRequest(
                project=str(self.project.folder), source=str(path), name=dataset, corrections=own or Corrections()
            ),
            rules=known_rules(self.project) if with_rules else (),
            remember=with_rules,
            against=newest_version(self.project, dataset),
        )
        outcome = import_next(Workbench(staging), request)
        self.project.commit(outcome.drafts)
        return msgspec.json.decode(outcome.answer, type=NextAnswer)

    def newest(self, dataset: str = "ventas") -> DatasetVersion:
        return self.project.version(DATASET, dataset).read(DatasetVersion)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


JANUARY = "cliente;zona;importe;alta\n" + "".join(
    f"{n:05};Z{n % 3};{n}.{n % 10}00;{n % 12 + 1:02}/{n % 12 + 1:02}/2024\n" for n in range(1, 61)
)
FEBRUARY = JANUARY.replace("/2024", "/2025")


def types(version: DatasetVersion) -> dict[str, ColumnType]:
    return {column.name: column.type for column in version.columns}


def said(desk: Desk, answer: NextAnswer | Looked) -> str:
    assert answer.rule is not None
    return " ".join(Words("en").text(text) for text in answer.rule.dropped)


def test_that_a_correction_is_proposed_for_the_next_file_of_the_source(desk: Desk) -> None:
    own = Corrections(decimal=",", day_first=False, types={"zona": ColumnType.TEXT})
    desk.take(desk.file("ventas_2024-01.csv", JANUARY), own=own)
    looked = desk.look(desk.file("ventas_2024-02.csv", FEBRUARY))
    assert looked.rule is not None
    assert looked.rule.file == "ventas_2024-01.csv"
    assert looked.rule.proposed == own == looked.corrections
    assert looked.rule.dropped == ()
    assert looked.changes == ()
    answer = desk.take(desk.folder / "ventas_2024-02.csv")
    assert answer.rule is not None
    assert types(desk.newest())["zona"] is ColumnType.TEXT
    assert len(known_rules(desk.project)) == 1  # the same again teaches nothing


def test_that_a_rule_is_found_by_the_name_of_the_file_and_by_its_header(desk: Desk) -> None:
    own = Corrections(types={"zona": ColumnType.TEXT})
    desk.take(desk.file("ventas_2024-01.csv", JANUARY), own=own)
    assert desk.look(desk.file("ventas_2024-09.csv", FEBRUARY), dataset="").corrections == own
    by_header = desk.look(desk.file("descarga.csv", FEBRUARY), dataset="otra cosa")
    assert by_header.corrections == own
    stranger = desk.look(desk.file("otro.csv", "a,b\n1,2\n3,4\n"), dataset="otra cosa")
    assert stranger.rule is None
    assert stranger.corrections == Corrections()


def test_that_explicit_corrections_win_and_become_the_rule(desk: Desk) -> None:
    desk.take(desk.file("ventas_1.csv", JANUARY), own=Corrections(types={"zona": ColumnType.TEXT}))
    desk.take(desk.file("ventas_2.csv", FEBRUARY), own=Corrections(types={"zona": ColumnType.CATEGORY}))
    assert types(desk.newest())["zona"] is ColumnType.CATEGORY
    (known,) = known_rules(desk.project)
    assert known.rule.file == "ventas_2.csv"
    assert known.rule.corrections.types == {"zona": ColumnType.CATEGORY}


def test_that_a_forgotten_rule_is_proposed_no_more(desk: Desk) -> None:
    desk.take(desk.file("ventas_1.csv", JANUARY), own=Corrections(types={"zona": ColumnType.TEXT}))
    desk.project.commit([forgetting(known_rules(desk.project)[0])])
    assert known_rules(desk.project) == ()
    assert desk.look(desk.file("ventas_2.csv", FEBRUARY)).rule is None


def test_that_rules_can_be_left_aside_and_nothing_is_remembered_then(desk: Desk) -> None:
    desk.take(desk.file("ventas_1.csv", JANUARY), own=Corrections(types={"zona": ColumnType.TEXT}), with_rules=False)
    assert known_rules(desk.project) == ()


def test_that_a_type_for_a_column_that_is_gone_is_dropped_and_kept_for_the_month_in_which_it_is_back(
    desk: Desk,
) -> None:
    own = Corrections(types={"zona": ColumnType.TEXT, "cliente": ColumnType.TEXT})
    desk.take(desk.file("ventas_1.csv", JANUARY), own=own)
    without = "\n".join(";".join((c := line.split(";"))[:1] + c[2:]) for line in FEBRUARY.splitlines())
    answer = desk.take(desk.file("ventas_2.csv", without))
    assert "zona" in said(desk, answer)
    assert types(desk.newest())["cliente"] is ColumnType.TEXT
    assert desk.look(desk.file("ventas_3.csv", FEBRUARY)).corrections == own


def test_that_an_encoding_that_does_not_decode_is_dropped(desk: Desk) -> None:
    text = JANUARY.replace("zona", "región").replace("Z1", "Málaga")
    desk.take(desk.file("ventas_1.csv", text, "cp1252"), own=Corrections(encoding="cp1252"))
    answer = desk.take(desk.file("ventas_2.csv", text))
    assert "cp1252" in said(desk, answer)
    assert "región" in types(desk.newest())
    desk.take(desk.file("compras_1.csv", text), dataset="compras", own=Corrections(encoding="utf-8"))
    answer = desk.take(desk.file("compras_2.csv", text, "utf-16"), dataset="compras")
    assert "utf-8" in said(desk, answer)
    assert desk.newest("compras").rows == 60


def test_that_a_separator_that_splits_nothing_is_dropped(desk: Desk) -> None:
    desk.take(desk.file("ventas_1.csv", JANUARY), own=Corrections(delimiter=";"))
    answer = desk.take(desk.file("ventas_2.csv", FEBRUARY.replace(";", "|")))
    assert "separator" in said(desk, answer)
    assert len(desk.newest().columns) == 4


def test_that_a_decimal_mark_that_all_numbers_speak_against_turns_no_number_into_another(desk: Desk) -> None:
    comma = "a;b\n" + "".join(f"{n};{n},5\n" for n in range(40))
    desk.take(desk.file("ventas_1.csv", comma), own=Corrections(decimal=","))
    answer = desk.take(desk.file("ventas_2.csv", comma.replace(",5", ".25")))
    assert "decimal mark" in said(desk, answer)
    assert types(desk.newest())["b"] is ColumnType.NUMBER
    assert [change.code for change in answer.changes or ()] == ["rules.change.decimal"]


def test_that_an_order_of_dates_that_contradicts_the_file_is_dropped(desk: Desk) -> None:
    desk.take(desk.file("ventas_1.csv", JANUARY), own=Corrections(day_first=False))
    days = "cliente;alta\n" + "".join(f"{n:05};{n % 28 + 1:02}/04/2024\n" for n in range(60))
    answer = desk.take(desk.file("ventas_2.csv", days))
    assert "order of dates" in said(desk, answer)
    assert types(desk.newest())["alta"] is ColumnType.DATE


def test_that_a_type_that_most_values_are_not_of_is_dropped(desk: Desk) -> None:
    desk.take(desk.file("ventas_1.csv", "a;b\n" + "1;2\n" * 50), own=Corrections(types={"b": ColumnType.NUMBER}))
    answer = desk.take(desk.file("ventas_2.csv", "a;b\n" + "1;dos\n" * 50))
    assert "aren't of the type" in said(desk, answer)
    assert (desk.newest().rows, desk.newest().rejected) == (50, 0)


def test_that_the_cell_that_changed_a_type_is_named_with_its_line(desk: Desk) -> None:
    rows = "id;edad\n" + "".join(f"{n};{20 + n % 50}\n" for n in range(900))
    desk.take(desk.file("edades_1.csv", rows))
    lines = rows.splitlines()
    lines[811] = "810;34,5"
    path = desk.file("edades_2.csv", "\n".join(lines) + "\n")
    looked = desk.look(path)
    (change,) = looked.changes or ()
    assert "line 812 has “34,5”" in Words("en").text(change.message)
    assert desk.take(path).changes == looked.changes


def test_that_words_are_counted_also_where_the_chart_does_not_list_them(desk: Desk) -> None:
    words = [f"w{n:03}" for n in range(100)]
    rows = "id;w\n" + "".join(f"{n};{words[n % 100]}\n" for n in range(2_000))
    desk.take(desk.file("palabras_1.csv", rows))
    answer = desk.take(desk.file("palabras_2.csv", rows.replace("w007", "nueva").replace("w008", "otra")))
    fresh, gone = answer.changes or ()
    assert "2 new words, in 40 cells: nueva, otra" in Words("en").text(fresh.message)
    assert "40 cells: w007, w008" in Words("en").text(gone.message)
