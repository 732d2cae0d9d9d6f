"""The life of a dataset's versions on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.cli.conftest import Program, Said

Steps = dict[str, Said]


@pytest.fixture(scope="module")
def steps(program: Program, customers: Path) -> Steps:
    """Import, import again, note, put away, take out, restore, purge."""
    program("new", "v")
    return {
        "import": program("import", "v", str(customers), "--name", "c", "--note", "as it came", "--by", "Ana"),
        "known": program("import", "v", str(customers), "--name", "c"),
        "again": program("import", "v", str(customers), "--name", "c", "--again"),
        "note": program("note", "v", "c@2", "--note", "twice", "--by", "Leo"),
        "remove": program("remove", "v", "c@2", "--reason", "a mistake"),
        "newest": program("profile", "v", "c"),
        "binned": program("profile", "v", "c@2"),
        "bin": program("bin", "v"),
        "undo": program("bin", "v", "--undo", "c@2"),
        "restore": program("restore", "v", "c@1"),
        "versions": program("versions", "v", "c"),
        "nameless": program("purge", "v", "c@1", "--reason", "x"),
        "plan": program("purge", "v", "c@1", "--plan"),
        "purge": program("purge", "v", "c@1", "--by", "Eva", "--reason", "request"),
        "gone": program("profile", "v", "c@1", language="es"),
        "check": program("check", "v"),
    }


def test_that_every_step_ends_as_it_should(steps: Steps) -> None:
    expected = dict.fromkeys(steps, 0) | {"nameless": 2, "gone": 2}
    assert {name: said.status for name, said in steps.items()} == expected


def test_that_known_bytes_name_the_version_that_they_are(steps: Steps) -> None:
    known = steps["known"].document
    assert (known["known"], known["version"], known["rows"]) == (True, 1, 260)
    assert known["rejected_rows"] == steps["import"].document["rejected_rows"]
    assert steps["again"].document["version"] == 2


def test_that_the_bin_hides_and_gives_back(steps: Steps) -> None:
    assert steps["newest"].document["version"] == 1
    assert "lies in the bin" in steps["binned"].errors
    assert [entry["label"] for entry in steps["bin"].document["bin"]] == ["c@2"]  # type: ignore[union-attr,attr-defined,index]
    assert steps["undo"].document == {"bin": [], "undone": ["c@2"]}


def test_that_versions_are_listed_with_what_was_said_of_them(steps: Steps) -> None:
    listed = steps["versions"].document["versions"]
    assert [(v["label"], v["author"], v["note"], v["newest"]) for v in listed] == [  # type: ignore[attr-defined,index]
        ("c@1", "Ana", "as it came", False),
        ("c@2", "Leo", "twice", False),
        ("c@3", "tester", "", True),
    ]


def test_that_a_purge_is_said_by_whatever_looks_for_the_version(steps: Steps) -> None:
    assert "Eva eliminó definitivamente c@1" in str(steps["gone"].document["error"]["message"])  # type: ignore[index,call-overload]
    assert steps["check"].document["purged"][0]["version"] == "c@1"  # type: ignore[index,call-overload]


def test_that_two_versions_are_compared(program: Program, customers: Path) -> None:
    lines = customers.read_text(encoding="utf-8").splitlines()
    edited = program.folder / "edited.csv"
    changed = lines[10].split(";")
    changed[3] = "Ica"
    edited.write_text("\n".join([*lines[:10], ";".join(changed), *lines[12:]]) + "\n", encoding="utf-8")
    program("new", "d")
    program("import", "d", str(customers), "--name", "c")
    program("import", "d", str(edited), "--name", "c")
    said = program("diff", "d", "c@1", "c")
    assert said.status == 0
    rows = said.document["rows"]
    assert isinstance(rows, dict)
    assert (rows["key"], rows["added"], rows["removed"], rows["changed"]) == (["id"], 0, 1, 1)
    cells = rows["changed_examples"][0]["cells"]
    assert [(c["column"], c["after"]) for c in cells] == [("ciudad", "Ica")]
    assert program("diff", "d", "c", "c").document["identical"] is True
    assert program("diff", "d", "c@1", "c", "--key", "ciudat").document["error"]["code"] == "data.no_such_key"  # type: ignore[index,call-overload]
