"""What stands around a table is found, left out of its rows, and listed: rows and rejected are all that there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.data.importing import inspect_file
from app.data.records import Inspected, InspectRequest
from app.errors import CicloError


def looked_at(folder: Path, text: str) -> Inspected:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return inspect_file(path, InspectRequest(source=str(path)))


def left_out(found: Inspected) -> list[tuple[int, str]]:
    return [(r.line, r.reason.id.rpartition(".")[2]) for r in found.rejected]


ROWS = "1;Ana;2,5\n2;Eva;3\n3;Leo;4\n4;Sol;1\n"


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("Total;;10,5\n", [(6, "footer")]),
        ("Total;;10,5\nFuente: INE;;\n", [(6, "footer"), (7, "footer")]),
        ("\n\nSource: the ministry\n* provisional\n", [(8, "footer"), (9, "footer")]),
        (";;\nNota: datos provisionales;;\n", [(6, "footer"), (7, "footer")]),
        ("5;Total;3\n", []),
        ("5;;\n", []),
        ("x;y;z\n", []),
    ],
)
def test_that_notes_and_totals_at_the_end_are_listed(tmp_path: Path, end: str, expected: list[tuple[int, str]]) -> None:
    found = looked_at(tmp_path, "id;name;v\n" + ROWS + end)
    assert left_out(found) == expected
    assert found.records == 4 + sum(bool(line.strip()) for line in end.splitlines())


def test_that_a_total_in_full_is_one_where_the_sum_is_right(tmp_path: Path) -> None:
    rows = "Region,2019,2020\nNorth,1,2\nSouth,3,4.5\nEast,1,1\n"
    assert left_out(looked_at(tmp_path, rows + "Total,5,7.5\n")) == [(5, "footer")]
    assert left_out(looked_at(tmp_path, rows + "Total,5,9\n")) == []


def test_that_the_end_of_a_quoted_text_is_no_note(tmp_path: Path) -> None:
    found = looked_at(tmp_path, 'a,b,c\n1,2,3\n2,3,4\n3,4,"long\nSource: me\nand more"\n')
    assert left_out(found) == []
    assert found.records == 3


@pytest.mark.parametrize("units", ["s;km/h;kg", "[s];(km/h);[kg]", ";m/s;%", "s;-;kg"])
def test_that_a_row_of_units_is_listed(tmp_path: Path, units: str) -> None:
    found = looked_at(tmp_path, f"t;speed;mass\n{units}\n1;2;3\n2;3;4,5\n3;1;2\n")
    assert left_out(found) == [(2, "units")]
    assert [c.type for c in found.columns] == ["integer", "integer", "number"]


@pytest.mark.parametrize("first", ["NA;NA;NA", "-;-;-", "1;2;kg", "Ana;Eva;Leo"])
def test_that_a_row_without_units_stays_a_row(tmp_path: Path, first: str) -> None:
    assert left_out(looked_at(tmp_path, f"t;speed;mass\n{first}\n1;2;3\n2;3;4,5\n3;1;2\n")) == []


def test_that_groups_above_a_header_join_its_names(tmp_path: Path) -> None:
    found = looked_at(tmp_path, ",2019,,2020,\nRegion,Q1,Q2,Q1,Q2\nN,1,2,3,4\nS,1,2,3,4\n")
    assert [c.name for c in found.columns] == ["Region", "2019 Q1", "2019 Q2", "2020 Q1", "2020 Q2"]


def test_that_names_lose_the_blanks_around_them_with_a_word(tmp_path: Path) -> None:
    found = looked_at(tmp_path, "id , amount ,x\n1,2,3\n2,3,4\n")
    assert [c.name for c in found.columns] == ["id", "amount", "x"]
    assert "data.problem.padded_names" in [p.code for p in found.problems]


def test_that_a_header_wider_than_all_rows_makes_empty_columns(tmp_path: Path) -> None:
    found = looked_at(tmp_path, "a,b,c,d\n1,2,3\n4,5,6\n7,8,9\n")
    assert [c.missing for c in found.columns] == [0, 0, 0, 3]
    assert not found.rejected
    assert "data.problem.header_wide" in [p.code for p in found.problems]
    found = looked_at(tmp_path, "a,b,c,\n1,2,3\n4,5,6\n")
    assert [c.name for c in found.columns] == ["a", "b", "c"]


def test_that_a_quote_which_never_closes_costs_its_line_only(tmp_path: Path) -> None:
    found = looked_at(tmp_path, '"1,2,3\n' + "4,5,6\n" * 1_000_000)
    assert left_out(found)[:1] in ([(1, "unclosed_quote")], [])
    assert len(found.columns) == 3


def test_that_a_line_of_a_million_columns_is_refused_with_the_limit(tmp_path: Path) -> None:
    names = ",".join(f"c{i}" for i in range(1_000_000))
    with pytest.raises(CicloError, match=r"data\.too_many_columns"):
        looked_at(tmp_path, names + "\n" + ",".join(["1"] * 1_000_000) + "\n")
    with pytest.raises(CicloError, match=r"data\.too_many_columns"):
        looked_at(tmp_path, "a,b,c," * 2_000_000)
