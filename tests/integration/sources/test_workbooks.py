"""Workbooks come in by their values; what a spreadsheet hides or rounds is said."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.data.records import DatasetVersion, Reading
from app.data.sources.workbook.formats import Format, format_of
from app.data.sources.workbook.rows import Hazards, area_name, parse_area
from app.data.sources.workbook.xlsx import XlsxReader
from app.errors import CicloError
from app.text import Words
from tests.integration.sources.books import DATE, MOMENT, PERCENT, TIME, Value, compound, sheet, write_book

if TYPE_CHECKING:
    from tests.integration.sources.conftest import Desk


def codes(desk: Desk, path: Path, reading: Reading | None = None) -> set[str]:
    return {p.code.removeprefix("data.problem.") for p in desk.look(path, reading or Reading()).problems}


def test_that_values_keep_their_meaning(desk: Desk, tmp_path: Path) -> None:
    rows = [
        ["id", "share", "day", "at", "clock", "open", "price", "code", "big"],
        [1, (0.125, PERCENT), (45292, DATE), (45292.5, MOMENT), (0.75, TIME), True, 1.5, "007", 12345678901234567],
        [2, (0.5, PERCENT), (45293, DATE), (45293, MOMENT), (0.5, TIME), False, 2, "01", 1],
    ]
    answer, record = desk.bring(write_book(tmp_path / "a.xlsx", {"S": sheet(rows)}))
    assert [c.type for c in answer.columns][1:7] == ["number", "date", "datetime", "category", "boolean", "number"]
    columns = desk.columns(record)
    assert columns["share"] == [0.125, 0.5]
    assert columns["day"] == [dt.date(2024, 1, 1), dt.date(2024, 1, 2)]
    assert columns["at"] == [dt.datetime(2024, 1, 1, 12), dt.datetime(2024, 1, 2)]
    assert columns["clock"] == ["18:00:00", "12:00:00"]
    assert columns["open"] == ["true", "false"]
    assert columns["code"] == ["007", "01"]
    assert columns["big"] == ["12345678901234567", "1"]
    origin = record.read(DatasetVersion).origin
    assert origin is not None
    assert (origin.sheet, origin.header_lines) == ("S", 1)
    said = " ".join(desk.said(record))
    assert "share: 2 values are shown as percentages" in said
    assert "more than 15 digits" in said


def test_that_a_table_below_a_preamble_is_found_and_blank_rows_are_skipped(desk: Desk, tmp_path: Path) -> None:
    rows: list[list[Value]] = [["Sales of 2024"], [], [None, "name", "n"], [None, "a", 1], [], [None, "b", 2]]
    path = write_book(tmp_path / "a.xlsx", {"S": sheet(rows)})
    found = desk.look(path)
    assert [c.name for c in found.columns if c.name != "column_1"] == ["name", "n"]
    assert (found.records, found.dialect.skip_lines) == (2, 2)
    assert "blank_rows" in codes(desk, path)
    answer, record = desk.bring(path)
    assert desk.columns(record) == {"name": ["a", "b"], "n": [1, 2]}
    assert answer.rejected == 0


def test_that_hazards_are_named(desk: Desk, tmp_path: Path) -> None:
    body = sheet(
        [
            ["a", "b", "c"],
            [1, b"<c><f>A2*2</f></c>", "1.234,50"],
            [2, b'<c t="e"><v>#N/A</v></c>', 3.5],
            '<row r="4" hidden="1"><c><v>3</v></c><c t="str"><f>B2</f><v/></c><c s="2"><v>60</v></c></row>',
        ],
        before='<cols><col min="2" max="2" hidden="1"/></cols>',
        after='<mergeCells><mergeCell ref="A2:A3"/></mergeCells>',
    )
    path = write_book(
        tmp_path / "a.xlsm",
        {"S": body, "Other": sheet([["x"], [1]])},
        date_1904=False,
        extra={"xl/vbaProject.bin": b"macros"},
    )
    assert codes(desk, path) == {
        *("sheets", "uncalculated", "error_cells", "merged_cells", "hidden_rows", "hidden_columns"),
        *("impossible_dates", "macros"),
    }
    answer, record = desk.bring(path)
    assert desk.columns(record)["c"] == ["1.234,50", "3.5", None]  # never 1.2345
    assert any("numbers kept as text" in s or "is a number kept as text" in s for s in desk.said(record))
    for language in ("en", "es"):
        assert all(Words(language).text(p.message) for p in answer.problems)


def test_that_days_are_counted_from_1904_where_the_workbook_says_so(desk: Desk, tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", {"S": sheet([["d"], [(0, DATE)], [(43830, DATE)]])}, date_1904=True)
    _answer, record = desk.bring(path)
    assert desk.columns(record)["d"] == [dt.date(1904, 1, 1), dt.date(2024, 1, 1)]
    path = write_book(tmp_path / "b.xlsx", {"S": sheet([["d"], [(1, DATE)], [(59, DATE)], [(61, DATE)]])})
    _answer, record = desk.bring(path)
    assert desk.columns(record)["d"] == [dt.date(1900, 1, 1), dt.date(1900, 2, 28), dt.date(1900, 3, 1)]


def test_that_a_cover_gives_way_to_the_sheet_with_the_table(desk: Desk, tmp_path: Path) -> None:
    cover = sheet([["Report of sales"], ["Author", "Ana"], ["Pages", 12], [b'<c t="e"><v>#N/A</v></c>', "x"]])
    table = sheet([["a", "b", "c"], [1, 2, 3], [4, 5, 6]])
    path = write_book(tmp_path / "a.xlsx", {"Cover": cover, "More": sheet([["see"]]), "Data": table, "Old": table})
    found = desk.look(path)
    assert found.origin is not None
    assert (found.origin.sheet, found.records) == ("Data", 2)
    assert codes(desk, path) == {"sheets"}  # nothing of what stands in the cover
    assert desk.look(path, Reading(sheet="Cover")).origin.sheet == "Cover"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "first", [[["n", "m"], [1, 2], [3, 4]], [["town"], *([f"t{i}"] for i in range(60))]], ids=["numbers", "long"]
)
def test_that_a_small_table_in_front_is_no_cover(desk: Desk, tmp_path: Path, first: list[list[Value]]) -> None:
    table = sheet([["a", "b", "c"], [1, 2, 3], [4, 5, 6]])
    found = desk.look(write_book(tmp_path / "a.xlsx", {"First": sheet(first), "Data": table}))
    assert found.origin is not None
    assert found.origin.sheet == "First"


def test_that_a_cover_does_not_open_a_sheet_that_somebody_hid(desk: Desk, tmp_path: Path) -> None:
    table = sheet([["a", "b", "c"], [1, 2, 3], [4, 5, 6]])
    path = write_book(tmp_path / "a.xlsx", {"Notes": sheet([["see"], ["below"]]), "Data": table}, hidden=["Data"])
    assert desk.look(path).origin.sheet == "Notes"  # type: ignore[union-attr]


def test_that_sheet_and_range_are_chosen(desk: Desk, tmp_path: Path) -> None:
    wide = [["a", "b", None, "x"], [1, 2, None, 9], [3, 4, None, 8], ["total", 6]]
    path = write_book(
        tmp_path / "a.xlsx",
        {"Empty": sheet([]), "Hidden": sheet([["h"], [1]]), "Data": sheet(wide)},
        hidden=["Hidden"],
    )
    assert desk.look(path).origin.sheet == "Data"  # type: ignore[union-attr]
    assert [s.name for s in desk.look(path).sheets] == ["Empty", "Hidden", "Data"]
    answer, record = desk.bring(path, Reading(range="a1:B3"))
    assert desk.columns(record) == {"a": [1, 3], "b": [2, 4]}
    assert (answer.rows, answer.rejected) == (2, 0)
    assert record.read(DatasetVersion).origin.range == "A1:B3"  # type: ignore[union-attr]
    assert "hidden_sheet" in codes(desk, path, Reading(sheet="hidden"))
    assert desk.refused(path, Reading(sheet="Nothing")) == "data.no_such_sheet"
    assert desk.refused(path, Reading(sheet="Empty")) == "data.empty_sheet"
    assert desk.refused(path, Reading(range="A1:1A")) == "data.bad_range"
    assert desk.refused(path, Reading(range="Z1:Z9")) == "data.empty_workbook"


def test_that_a_value_beside_the_table_rejects_its_row_with_its_number(desk: Desk, tmp_path: Path) -> None:
    rows: list[list[Value]] = [["a", "b"], *([i, i] for i in range(300)), [1, 2, None, None, "far"]]
    answer, _record = desk.bring(write_book(tmp_path / "a.xlsx", {"S": sheet(rows)}))
    assert (answer.rows, answer.rejected) == (300, 1)
    assert (answer.rejected_rows[0].line, answer.rejected_rows[0].raw) == (302, "1\t2\tfar")


def test_that_shared_texts_guides_and_escapes_are_read(tmp_path: Path) -> None:
    shared = (
        "<sst><si><t>one</t></si><si><r><t>tw</t></r><r><t>o</t></r><rPh><t>guide</t></rPh></si>"
        "<si><t>a_x000A_b_x005F_xD800_xD800_</t></si></sst>"
    )
    body = sheet(['<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c></row>'])
    relations = (
        '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/s1.xml"/>'
        '<Relationship Id="q" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    path = write_book(tmp_path / "a.xlsx", {"S": body})
    path = _replaced(path, {"xl/_rels/workbook.xml.rels": relations, "xl/sharedStrings.xml": shared})
    reader = XlsxReader(path)
    (row,) = reader.rows("S", Hazards())
    reader.close()
    assert [text for text, _kind in row.cells.values()] == ["one", "two", "a\nb_xD800_xD800_"]


def _replaced(path: Path, parts: dict[str, str]) -> Path:
    import zipfile

    with zipfile.ZipFile(path) as old:
        kept = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in {**kept, **{n: c.encode() for n, c in parts.items()}}.items():
            new.writestr(name, content)
    return path


def test_that_bad_workbooks_are_refused_in_a_sentence(desk: Desk, tmp_path: Path) -> None:
    good = write_book(tmp_path / "a.xlsx", {"S": sheet([["a"], [1]])})
    whole = good.read_bytes()
    good.write_bytes(whole[:-60])
    assert desk.refused(good) in ("data.damaged_workbook", "data.damaged_archive")
    path = write_book(tmp_path / "b.xlsx", {"S": '<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>'})
    assert desk.refused(path) == "data.damaged_workbook"
    path = write_book(tmp_path / "c.xlsx", {"S": "<worksheet><sheetData><row>"})
    assert desk.refused(path) in ("data.damaged_workbook", "data.empty_workbook")
    path = write_book(tmp_path / "d.xlsx", {"S": sheet([["a"], ["x"]]).replace("<row", " " * 40_000_000 + "<row", 1)})
    assert desk.refused(path) == "data.inflation"
    path = write_book(tmp_path / "e.xlsx", {"S": sheet([])})
    assert desk.refused(path) == "data.empty_workbook"
    path = write_book(tmp_path / "f.xlsx", {"S": sheet([["a", "b"]])})
    assert desk.refused(path, header=True) == "data.no_source_records"
    (tmp_path / "g.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000))
    assert desk.refused(tmp_path / "g.xls") == "data.damaged_workbook"


def test_that_a_workbook_with_a_password_is_said_to_have_one(desk: Desk, tmp_path: Path) -> None:
    streams = {"EncryptionInfo": b"\4\0\4\0\x40\0\0\0<encryption/>", "EncryptedPackage": bytes(5000)}
    path = tmp_path / "a.xlsx"
    path.write_bytes(compound(streams))
    assert desk.refused(path) == "data.encrypted_workbook"


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=8),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(VALUES, min_size=1, max_size=5), min_size=1, max_size=12))
def test_that_two_readers_agree_on_every_cell(tmp_path: Path, rows: list[list[Value]]) -> None:
    from app.data.sources.workbook.legacy import LegacyReader

    path = write_book(tmp_path / "a.xlsx", {"S": sheet(rows)})
    ours, theirs = XlsxReader(path), LegacyReader(path)
    seen = {(r.number, c): _comparable(cell) for r in ours.rows("S", Hazards()) for c, cell in r.cells.items()}
    other = {(r.number, c): _comparable(cell) for r in theirs.rows("S", Hazards()) for c, cell in r.cells.items()}
    assert seen == other
    ours.close()
    theirs.close()


def _comparable(cell: tuple[str, int]) -> object:
    return float(cell[0]) if cell[1] == 1 else cell


@pytest.mark.parametrize(
    ("text", "name"), [("A3:F200", "A3:F200"), ("$b$2", "B2:XFD1048576"), ("a:c", "A1:C1048576"), ("2:5", "A2:XFD5")]
)
def test_that_a_range_is_read_as_people_write_it(text: str, name: str) -> None:
    assert area_name(parse_area(text)) == name


@pytest.mark.parametrize("text", ["", ":", "A0", "F1:A2", "A1-B2", "XFE1", "A1:B2:C3", "1048577"])
def test_that_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(CicloError) as error:
        parse_area(text)
    assert error.value.code == "data.bad_range"


@pytest.mark.parametrize(
    ("code", "format"),
    [
        ("General", Format.PLAIN),
        ("0.00%", Format.PERCENT),
        ("dd/mm/yyyy", Format.DATE),
        ("[$-C0A]d mmm yy;@", Format.DATE),
        ("yyyy-mm-dd h:mm:ss.000", Format.DATE),
        ("h:mm AM/PM", Format.TIME),
        ("[h]:mm", Format.ELAPSED),
        ('#,##0.00 "days"', Format.PLAIN),
        ("#,##0.00\\ [$€-C0A]", Format.PLAIN),
        ("[Red]0.0", Format.PLAIN),
    ],
)
def test_that_a_format_tells_days_from_amounts(code: str, format: Format) -> None:
    assert format_of(code) is format


def test_that_units_and_totals_are_listed_and_not_taken_for_rows(desk: Desk, tmp_path: Path) -> None:
    rows: list[list[Value]] = [
        *(["town", "speed", "length"], [None, "km/h", "m"]),
        *(["a", 1, 2], ["b", 3, 4], ["c", 5, 6], ["d", 7, 8], [], ["Total", 16, 20]),
    ]
    answer, record = desk.bring(write_book(tmp_path / "a.xlsx", {"S": sheet(rows)}))
    assert desk.columns(record)["speed"] == [1, 3, 5, 7]
    assert [(r.line, r.reason.id) for r in answer.rejected_rows] == [
        (2, "data.rejected.units"),
        (8, "data.rejected.footer"),
    ]
