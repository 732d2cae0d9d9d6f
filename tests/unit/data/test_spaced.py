"""Tables set apart by blanks alone are read, line by line, without losing one."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.data.importing import inspect_file
from app.data.records import Corrections, Inspected, InspectRequest
from app.errors import CicloError

ALIGNED = "name       age  city\nAna         12  Madrid\nJosé Luis   30\nEva          7  New York\n"


def looked_at(folder: Path, text: str, *, delimiter: str | None = None) -> Inspected:
    path = folder / "table.txt"
    path.write_text(text, encoding="utf-8", newline="")
    return inspect_file(path, InspectRequest(source=str(path), corrections=Corrections(delimiter=delimiter)))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_that_aligned_columns_are_cut_where_they_begin(tmp_path: Path, end: str) -> None:
    found = looked_at(tmp_path, ALIGNED.replace("\n", end))
    assert [c.name for c in found.columns] == ["name", "age", "city"]
    assert found.rows == (("Ana", "12", "Madrid"), ("José Luis", "30", None), ("Eva", "7", "New York"))
    assert found.dialect.delimiter == ""


def test_that_a_line_which_crosses_the_columns_is_rejected_with_its_number(tmp_path: Path) -> None:
    rows = "".join(f"Ana {n:7}  Madrid\n" for n in range(300))
    found = looked_at(tmp_path, "name    age  city\n" + rows + "a line that is no row\n")
    assert [r.line for r in found.rejected] == [302]
    assert found.records == 301


def test_that_runs_of_spaces_set_cells_apart(tmp_path: Path) -> None:
    found = looked_at(tmp_path, "name  age  city\nAna  12  Madrid\nJosé Luis  30  Jaén\nEva  7  New York\n")
    assert found.rows == (("Ana", "12", "Madrid"), ("José Luis", "30", "Jaén"), ("Eva", "7", "New York"))
    assert found.dialect.delimiter == "  "


def test_that_separators_of_several_signs_can_be_chosen(tmp_path: Path) -> None:
    assert looked_at(tmp_path, 'a, b\n1, "x, y"\n', delimiter=", ").rows == (("1", "x, y"),)
    assert looked_at(tmp_path, "a  b\n1  2\n", delimiter="  ").rows == (("1", "2"),)
    assert len(looked_at(tmp_path, ALIGNED, delimiter="fixed").columns) == 3
    with pytest.raises(CicloError, match=r"data\.bad_delimiter"):
        looked_at(tmp_path, "a,b\n1,2\n", delimiter="xyz")


def test_that_prose_is_no_table(tmp_path: Path) -> None:
    assert len(looked_at(tmp_path, "Once upon a time\nthere was a table\nthat had no columns\nat all\n").columns) == 1
