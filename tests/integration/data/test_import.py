"""Importing into a real project: what comes in is what the file holds, and what doesn't is listed."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import zipfile
from pathlib import Path

import msgspec
import pytest

from app.data import limits
from app.data.delimited.counting import Count
from app.data.delimited.parsing import Want
from app.data.importing import import_source, inspect_file
from app.data.records import (
    ColumnType,
    Corrections,
    DatasetVersion,
    ImportRequest,
    InspectRequest,
    Profile,
)
from app.data.stored import read_stored, stored_shape
from app.data.tables import read_for_scoring, write_csv
from app.errors import CicloError
from app.jobs.contract import Cancelled
from app.text import Words
from tests.integration.data.desk import HEADER, Desk, lines


def test_that_a_table_is_stored_with_types_profile_and_counts(desk: Desk) -> None:
    answer, record = desk.bring("town,price,when,open\nMálaga,1.5,2024-03-01,yes\nCádiz,,2024-03-02,no\n")
    assert (answer.rows, answer.rejected) == (2, 0)
    version = record.read(DatasetVersion)
    assert version.records == version.rows + version.rejected == 2
    assert [c.type for c in version.columns] == ["category", "number", "date", "boolean"] or [
        c.type for c in version.columns
    ] == ["text", "number", "date", "boolean"]
    assert [c.missing for c in version.columns] == [0, 1, 0, 0]
    profile = msgspec.json.decode(desk.project.object_bytes(record.objects["profile"].sha256), type=Profile)
    assert profile.columns[1].mean == 1.5
    assert "rejected" not in record.objects


def test_that_importing_again_makes_the_next_version(desk: Desk) -> None:
    _first, one = desk.bring("a,b\n1,2\n3,4\n")
    _second, two = desk.bring("a,b\n1,2\n3,4\n5,6\n")
    assert (one.label, two.label) == ("a@1", "a@2")
    assert desk.rows(one) == [(1, 2), (3, 4)]


def test_that_rejected_records_are_listed_with_line_and_reason(desk: Desk) -> None:
    answer, record = desk.bring(HEADER + lines(5) + 'x,y\n6,"open,7\n8,z,9\n')
    assert (answer.rows, answer.rejected) == (6, 2)
    assert [(r.line, r.reason.id) for r in answer.rejected_rows] == [
        (7, "data.rejected.too_few"),
        (8, "data.rejected.unclosed_quote"),
    ]
    stored = desk.project.object_bytes(record.objects["rejected"].sha256).decode().splitlines()
    assert [json.loads(line)["raw"] for line in stored] == ["x,y", '6,"open,7']
    for rejected in answer.rejected_rows:
        assert Words("es").text(rejected.reason)


def test_that_a_value_that_does_not_fit_a_chosen_type_rejects_its_record(desk: Desk) -> None:
    answer, record = desk.bring("a,b\n1,x\ntwo,y\n3,z\n", types={"a": "integer"})
    assert (answer.rows, answer.rejected) == (2, 1)
    (rejected,) = answer.rejected_rows
    assert (rejected.line, rejected.reason.params["value"]) == (3, "two")
    assert [row[0] for row in desk.rows(record)] == [1, 3]


def test_that_text_keeps_every_cell_and_comes_out_as_it_was(desk: Desk) -> None:
    content = 'a,b\n007,"x ""y"", z"\n NA ,"two\nlines"\n1e5,\n'
    _answer, record = desk.bring(content, all_text=True)
    out = desk.folder / "out.csv"
    write_csv(desk.project.object_path(record.objects["table"].sha256), out)
    written = list(csv.reader(io.StringIO(out.read_text(encoding="utf-8"), newline="")))
    assert written == list(csv.reader(io.StringIO(content, newline="")))


def test_that_a_column_with_a_word_for_missing_is_numeric_and_says_so(desk: Desk) -> None:
    answer, record = desk.bring("a,b\n" + "".join(f"{i % 7},{i * 1.5 if i % 5 else 'n/a'}\n" for i in range(50)))
    assert [(c.type, c.missing) for c in answer.columns] == [("integer", 0), ("number", 10)]
    notes = [Words("en").text(note) for note in record.read(DatasetVersion).notes]
    assert notes == ["b: 10 cells hold n/a and count as missing."]


def note_of(desk: Desk, content: str, column: str, **types: ColumnType) -> str:
    found = inspect_file(desk.file(content), InspectRequest(source="", corrections=Corrections(types=types)))
    note = next(c.note for c in found.columns if c.name == column)
    return "" if note is None else Words("en").text(note)


def test_that_a_few_odd_cells_among_dates_are_said_and_make_no_key_of_them(desk: Desk) -> None:
    days = [f"2024-{i % 12 + 1:02d}-{i // 12 + 1:02d}" for i in range(100)]
    content = "n,day,when\n" + "".join(f"{i},{d},{d}\n" for i, d in enumerate(days)) + "100,2024-13-45,soon\n"
    found = inspect_file(desk.file(content), InspectRequest(source=""))
    assert [c.type for c in found.columns[1:]] == ["text", "text"]
    assert note_of(desk, content, "day").startswith("1 of 101 values is no day of the calendar, so")
    assert "isn't a date (such as “soon”)" in note_of(desk, content, "when")
    assert note_of(desk, content, "when", when=ColumnType.DATE) == ""  # it no longer is kept as words


def test_that_dates_with_the_other_order_than_their_file_are_said(desk: Desk) -> None:
    content = "n,day\n" + "".join(f"{i},{i % 28 + 1:02d}/02/2024\n" for i in range(60)) + "60,02/25/2024\n"
    assert "1 of 61 dates has the month before the day, unlike the others" in note_of(desk, content, "day")


def test_that_one_of_many_odd_cells_is_shown(desk: Desk) -> None:
    content = "n,code\n" + "".join(f"{i},{f'C{i}' if i % 13 == 5 else i}\n" for i in range(3000))
    assert "231 of 3,000 values aren't numbers (such as “C5”)" in note_of(desk, content, "code")


def test_that_words_for_missing_in_a_column_of_words_are_proposed_and_not_taken(desk: Desk) -> None:
    content = "cc,v\n" + "NA,1\nDE,2\n" * 20
    answer, _record = desk.bring(content)
    assert answer.columns[0].missing == 0
    inspected = inspect_file(desk.file(content), InspectRequest(source=""))
    assert [e.choice for e in inspected.evidence if e.aspect == "missing"] == ["NA"]
    corrected, _record = desk.bring(content, missing_words=("NA",))
    assert corrected.columns[0].missing == 20


@pytest.mark.parametrize(
    ("content", "records", "rejected"),
    [
        (HEADER + lines(100), 100, 0),
        (HEADER + lines(50) + '50,"n50,100\n' + lines(49), 100, 1),
        (HEADER + lines(50) + "50,n50,1\x009\n" + lines(49), 100, 0),
        (HEADER + lines(50) + "50,n50\n" + lines(49), 100, 1),
        (HEADER + lines(50) + "50,n50,1,extra\n" + lines(49), 100, 1),
        (HEADER + lines(100).replace("\n", ",x\n"), 100, 0),
        (HEADER + lines(100).replace("\n", "\n\n"), 100, 0),
        ("v\n" + "".join("\n" if i % 10 == 0 else f"{i}\n" for i in range(100)), 100, 0),
        ((HEADER + lines(100)).replace("\n", "\r"), 100, 0),
        ((HEADER + lines(100)).encode("utf-16"), 100, 0),
        (HEADER + lines(50) + "50,n\x1a50,100\n" + lines(49), 100, 0),
        ("c0\nv0\na;b\n", 2, 0),
        ("Report 2026\nBy: x\n\n" + HEADER + lines(100), 100, 0),
        (HEADER + lines(100) + "Total,,9900\n", 101, 1),
    ],
)
def test_that_no_record_of_a_trap_is_lost(desk: Desk, content: str | bytes, records: int, rejected: int) -> None:
    answer, _record = desk.bring(content)
    assert (answer.rows + answer.rejected, answer.rejected) == (records, rejected)


def test_that_long_numbers_and_leading_zeros_keep_their_digits(desk: Desk) -> None:
    ids = [str(9007199254740993 + i) for i in range(99)]
    _answer, record = desk.bring("id,z\n" + "".join(f"{n},{i:05d}\n" for i, n in enumerate(ids)) + ",1\n")
    rows = desk.rows(record)
    assert [row[0] for row in rows] == [*ids, None]
    assert rows[7][1] == "00007"


def test_that_a_spanish_file_is_read_as_it_is_meant(desk: Desk) -> None:
    content = "fecha;importe;ciudad\n31/12/2023;1.234,50;Málaga\n01/02/2024;7,25;Ávila\n15/03/2024;2.000.000,00;León\n"
    _answer, record = desk.bring(content.encode("cp1252"))
    dialect = record.read(DatasetVersion).dialect
    assert dialect is not None
    assert (dialect.encoding, dialect.delimiter, dialect.decimal, dialect.thousands) == ("cp1252", ";", ",", ".")
    assert dialect.day_first is True
    assert [(r[0].isoformat(), r[1], r[2]) for r in desk.rows(record)] == [  # type: ignore[attr-defined]
        ("2023-12-31", 1234.5, "Málaga"),
        ("2024-02-01", 7.25, "Ávila"),
        ("2024-03-15", 2000000.0, "León"),
    ]


def test_that_letters_late_in_the_file_decide_the_encoding(desk: Desk) -> None:
    plain = "".join(f"{i},abcdefghij,{i * 2}\n" for i in range(300_000))
    answer, record = desk.bring((HEADER + plain + "7,España,8\n").encode("cp1252"))
    assert answer.rejected == 0
    assert desk.rows(record)[-1] == (7, "España", 8)


def test_that_a_trailing_separator_makes_no_column(desk: Desk) -> None:
    answer, record = desk.bring("a,b\n1,2,\n3,4,\n5,6,\n")
    assert [c.name for c in answer.columns] == ["a", "b"]
    assert [n.id for n in record.read(DatasetVersion).notes] == ["data.problem.trailing"]


def test_that_compressed_files_are_unpacked(desk: Desk) -> None:
    content = (HEADER + lines(30)).encode()
    assert desk.bring(gzip.compress(content), "a.csv.gz")[0].rows == 30
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inside.csv", content)
    assert desk.bring(packed.getvalue(), "a.zip")[0].rows == 30


def test_that_bad_files_are_refused_with_a_sentence_and_leave_nothing(desk: Desk) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("1.csv", "a")
        archive.writestr("2.csv", "b")
    assert desk.refused("") == "data.empty_file"
    assert desk.refused("a,b\n") == "data.no_records"
    assert desk.refused(bytes(range(256)) * 40) == "data.binary"
    assert desk.refused(b"%PDF-1.7 ...") == "data.foreign_format"
    assert desk.refused("<!DOCTYPE html><html></html>") == "data.foreign_format"
    assert desk.refused("version https://git-lfs.github.com/spec/v1\noid sha256:1\n") == "data.lfs_pointer"
    assert desk.refused(packed.getvalue()) == "data.zip_members"
    assert desk.refused(gzip.compress(lines(9000).encode())[:-30]) == "data.damaged_archive"
    assert desk.refused(gzip.compress(b"1,2\n" * 10_000_000)) == "data.inflation"
    assert desk.refused(",".join(f"c{i}" for i in range(limits.COLUMNS + 1)) + "\n1\n") == "data.too_many_columns"
    assert desk.refused("a,b\n1,2\n", types={"zzz": "integer"}) == "data.no_such_column"
    assert desk.refused("a,b\n1,2\n", encoding="klingon") == "data.unknown_encoding"
    assert desk.refused("a,b\nx,2\ny,3\n", types={"a": "integer"}) == "data.no_good_records"


def test_that_a_missing_file_and_a_folder_are_refused(desk: Desk) -> None:
    for path, code in ((desk.folder / "nothing.csv", "data.source_missing"), (desk.folder, "data.source_folder")):
        with pytest.raises(CicloError) as error:
            import_source(desk.workbench, ImportRequest(project="", source=str(path), name="a"))
        assert error.value.code == code


def test_that_a_wrong_encoding_rejects_what_it_cannot_read(desk: Desk) -> None:
    answer, _record = desk.bring("a,b\n1,x\n2,ñ\n3,z\n".encode("cp1252"), encoding="utf-8")
    assert [(r.line, r.reason.id) for r in answer.rejected_rows] == [(3, "data.rejected.undecodable")]


def test_that_a_file_that_changes_meanwhile_is_refused(desk: Desk) -> None:
    path = desk.file(HEADER + lines(1000))

    def grow() -> None:
        with path.open("a") as file:
            file.write("1,2,3\n")

    desk.workbench.on_check = grow
    with pytest.raises(CicloError) as error:
        import_source(desk.workbench, ImportRequest(project="", source=str(path), name="a"))
    assert error.value.code in ("data.source_changed", "data.count_mismatch")


def test_that_an_import_stops_when_asked(desk: Desk) -> None:
    def stop() -> None:
        raise Cancelled

    desk.workbench.on_check = stop
    with pytest.raises(Cancelled):
        desk.bring(HEADER + lines(10))


def test_that_row_groups_stay_small_enough_to_scroll(desk: Desk) -> None:
    import pyarrow.parquet as pq

    _answer, record = desk.bring(HEADER + lines(100_000))
    meta = pq.ParquetFile(desk.project.object_path(record.objects["table"].sha256)).metadata
    assert meta.num_rows == 100_000
    assert max(meta.row_group(g).num_rows for g in range(meta.num_row_groups)) <= limits.ROW_GROUP


def test_that_the_first_findings_are_made(desk: Desk) -> None:
    table = "".join(f"{i},same,{'' if i % 4 else 'x'},t{i} words\n" for i in range(1, 60))
    _answer, record = desk.bring("id,c,m,t\n" + table)
    profile = msgspec.json.decode(desk.project.object_bytes(record.objects["profile"].sha256), type=Profile)
    assert {(f.code.rpartition(".")[2], f.column) for f in profile.findings} >= {
        ("identifier", "id"),
        ("constant", "c"),
        ("mostly_missing", "m"),
        ("all_distinct", "t"),
    }
    for finding in profile.findings:
        assert Words("es").text(finding.message)
    _answer, record = desk.bring("a,b\n" + "1,x\n2,y\n" * 5)
    profile = msgspec.json.decode(desk.project.object_bytes(record.objects["profile"].sha256), type=Profile)
    assert [f.message.params["n"] for f in profile.findings if f.code == "data.finding.duplicate_rows"] == [8]


class Feature(msgspec.Struct):
    name: str
    type: ColumnType


def test_that_every_record_keeps_its_place_for_scoring(desk: Desk) -> None:
    path = desk.file('a,b\n1,x\n2\n"3,y\n4,z\n' + "".join(f"{i},{i}\n" for i in range(5, 20)))
    with read_for_scoring(path, [Feature("a", ColumnType.INTEGER)]) as file:
        cells: list[str | None] = []
        faults: dict[int, str] = {}
        for batch in file.batches():
            faults |= {len(cells) + row: fault.id for row, fault in batch.faults.items()}
            cells += batch.columns[0].to_pylist()
    assert file.header == ("a", "b")
    assert cells == ["1", "2", '"3', *(str(i) for i in range(4, 20))]
    assert faults == {1: "data.rejected.too_few", 2: "data.rejected.unclosed_quote"}


def test_that_every_text_of_the_catalogue_exists_in_both_languages() -> None:
    import re

    root = Path(__file__).resolve().parents[3] / "resources" / "translations"
    ids = [
        set(re.findall(r'^msgid "(.+)"$', (root / lang / "LC_MESSAGES/data.po").read_text(), re.M))
        for lang in ("en", "es")
    ]
    assert ids[0] == ids[1]
    used = set()
    for source in (Path(__file__).resolve().parents[3] / "app" / "data").glob("*.py"):
        used |= set(re.findall(r'"(data\.[a-z0-9_.]+)"', source.read_text(encoding="utf-8")))
    used -= {"data.import", "data.inspect"}
    assert used <= ids[0]


def test_that_an_empty_cell_is_missing_also_where_spaces_follow_the_delimiter(desk: Desk) -> None:
    answer, record = desk.bring('"name", "city", "n"\n"ann", "Rome", 1\n"bob", "", 2\n"cid", "Oslo", \n"dan", "", 4\n')
    assert [c.missing for c in answer.columns] == [0, 2, 1]
    assert desk.rows(record)[1] == ("bob", None, 2)


def test_that_the_stored_table_holds_words_however_often_they_recur(desk: Desk) -> None:
    answer, record = desk.bring("plan,n\n" + "".join(f"{('basic', 'pro', '')[i % 3]},{i}\n" for i in range(70_000)))
    assert (answer.columns[0].type, answer.columns[0].missing) == ("category", 23_333)
    table = desk.table(record)
    assert str(table.schema.field("plan").type) == "string"
    assert table.column("plan").to_pylist() == [("basic", "pro", None)[i % 3] for i in range(70_000)]


def test_that_a_file_of_which_no_record_fits_says_line_and_reason_of_the_first(desk: Desk) -> None:
    with pytest.raises(CicloError) as refused:
        desk.bring("name,age\nJosé,3\nMaría,4\n", types={"name": "number"})
    said = Words("en").error(refused.value)[0]
    assert "line 2: “José” in column name isn't a number" in said
    with pytest.raises(CicloError) as refused:
        desk.bring("name,age\nJosé,3\nMaría,4\n".encode("cp1252"), encoding="utf-8")
    assert "line 2: bytes that aren't letters" in Words("en").error(refused.value)[0]


def test_that_an_import_says_what_an_inspection_says(desk: Desk) -> None:
    content = "a,a,,y\n1,2,3,x\n4,5,6,z\n\n7,8,9,x\n"
    answer, _ = desk.bring(content)
    looked = inspect_file(desk.file(content), InspectRequest(source="", corrections=Corrections()))
    assert answer.problems == looked.problems
    assert {"data.problem.duplicate_names", "data.problem.empty_names", "data.problem.blank_lines"} <= {
        problem.code for problem in answer.problems
    }


def test_that_stored_pages_carry_a_sum_that_tells_damage(desk: Desk) -> None:
    _, record = desk.bring(HEADER + lines(3000))
    path = desk.project.object_path(record.objects["table"].sha256)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    damaged = desk.folder / "damaged.parquet"
    damaged.write_bytes(data)
    with pytest.raises(CicloError, match="damaged_object"):
        read_stored(damaged)
    damaged.write_bytes(data[:-100])
    with pytest.raises(CicloError, match="damaged_object"):
        stored_shape(damaged)


def test_that_how_the_cells_were_kept_in_between_changes_no_byte(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a column comes as a dictionary depends on how far one thread is ahead of another."""
    towns = ["Vigo", "", "Lugo", '"a, b"', "Jaca", "Ávila"]
    rows = "".join(
        f"{i % 7 or ''},{towns[i * i % 6]},{i % 11 / 4 or ''},2024-0{i % 9 + 1}-1{i % 10},k{i},{'x' if i % 3 else ''}\n"
        for i in range(60_000)
    )
    content = "n,town,x,day,key,note\n" + rows + "1,Vigo\n2,Vigo,1,2024-01-01,k,\n"
    monkeypatch.setattr(limits, "BLOCK_BYTES", 300_000)
    found = {}
    for wanted in ((), (0, 1, 2, 3, 4, 5), (1, 4), None):

        def want(count: Count, wanted: tuple[int, ...] | None = wanted) -> Want:
            return Want(encoded=frozenset(range(count.records % 7) if wanted is None else wanted))

        monkeypatch.setattr(Count, "_want", want)
        answer, record = desk.bring(content)
        found[wanted] = (record.objects["table"].sha256, record.objects["profile"].sha256, answer.rejected)
    assert len(set(found.values())) == 1
    assert answer.rejected == 1


def test_that_nothing_of_the_first_pass_is_left(desk: Desk) -> None:
    desk.bring(HEADER + lines(200))
    assert "cells" not in [path.name for path in desk.workbench.staging.iterdir()]
    with pytest.raises(CicloError, match="no_records"):
        desk.bring("a,b\n", "empty.csv")
    assert "cells" not in [path.name for path in desk.workbench.staging.iterdir()]


def test_that_a_file_that_changed_since_it_was_shown_is_not_imported(desk: Desk) -> None:
    path = desk.file(HEADER + lines(20))
    shown = inspect_file(path, InspectRequest(source="")).modified_ns
    request = ImportRequest(project=str(desk.project.folder), source=str(path), name="a", shown=shown)
    assert import_source(desk.workbench, request).drafts
    path.write_text("q;r\n1;2\n3;4\n")
    os.utime(path, ns=(shown + 1, shown + 1))
    with pytest.raises(CicloError, match="changed_since_shown"):
        import_source(desk.workbench, request)


def test_that_mended_signs_are_said_and_noted(desk: Desk) -> None:
    answer, record = desk.bring("name,n\nD\x92Este,1\nO\x92Hara,2\nplain,3\n")
    assert [row[0] for row in desk.rows(record)] == ["D’Este", "O’Hara", "plain"]
    said = {p.code: p.message.params for p in answer.problems}
    assert said["data.problem.mended"]["n"] == 2
    assert "data.problem.mended" in {note.id for note in record.read(DatasetVersion).notes}


def test_that_a_delimiter_after_the_last_name_makes_no_column_where_the_rows_have_none(desk: Desk) -> None:
    rows = "".join(f"{n},{n},{n}\n" for n in range(50)) + "x,y,z,1,2,3\n" * 20
    answer, _record = desk.bring("a,b,c,\n" + rows)
    assert ([c.name for c in answer.columns], answer.rows, answer.rejected) == (["a", "b", "c"], 50, 20)


@pytest.mark.parametrize(
    ("content", "headings", "names"),
    [
        ("x, x ,,x\n1,2,3,4\n", ("x", " x ", "", "x"), ("x", "x_2", "column_3", "x_3")),
        ("1,2\n3,4\n", ("column_1", "column_2"), ("column_1", "column_2")),
        ("a,b\na,b\n1,2\n3,4\n", ("a a", "b b"), ("a", "b")),
    ],
)
def test_that_an_inspection_says_what_the_header_says_and_what_the_columns_are_called(
    desk: Desk, content: str, headings: tuple[str, ...], names: tuple[str, ...]
) -> None:
    seen = inspect_file(desk.file(content), InspectRequest(source="a.csv"))
    assert tuple(c.heading for c in seen.columns) == headings
    assert tuple(c.name for c in seen.columns) == names


def test_that_a_file_beyond_the_limit_is_refused_at_once_packed_or_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.file("a,b\n1,2\n", "large.csv")
    os.truncate(path, limits.FILE_BYTES + 1)  # takes no room: nothing was written there
    with pytest.raises(CicloError) as refused:
        inspect_file(path, InspectRequest(source=str(path)))
    assert refused.value.params == {"path": "large.csv", "size": 10.0, "limit": 10.0}
    path.unlink()
    monkeypatch.setattr(limits, "FILE_BYTES", 100_000)
    packed = gzip.compress(("a,b\n" + "".join(f"{n},{n * 7919 % 1000}\n" for n in range(30_000))).encode())
    assert len(packed) < limits.FILE_BYTES * 2
    assert desk.refused(packed, "packed.csv.gz") == "data.file_too_large"


def test_that_an_apostrophe_within_a_word_closes_no_single_quotes(desk: Desk) -> None:
    rows = "".join(f"{n},'it''s {n}, and so'\n" for n in range(20))
    answer, record = desk.bring(f"n,said\n{rows}20,'it's so, isn't it'\n21,'the dogs' bowl'\n")
    assert [(r.line, r.reason.id) for r in answer.rejected_rows] == [(23, "data.rejected.text_after_quote")]
    assert [row[1] for row in desk.rows(record)][-2:] == ["it's 19, and so", "it's so, isn't it"]
    assert "data.problem.stray_quotes" in {p.code for p in answer.problems}
