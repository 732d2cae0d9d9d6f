"""Pseudonyms on the command line: the finding brings the step, the recipe makes them, and the key is carried."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Program, Said

Steps = dict[str, Said]


def personal(said: Said) -> dict[str, object]:
    """The finding that the data are personal."""
    findings: list[dict[str, object]] = said.document["findings"]  # type: ignore[assignment]
    (found,) = [one for one in findings if one["code"] == "data.finding.personal_email"]
    return found


@pytest.fixture(scope="module")
def steps(program: Program) -> Steps:
    """Profile, prepare, carry the key to another computer, begin anew."""
    folder = program.folder
    (folder / "a.csv").write_text("email,age\n" + "".join(f"p{n}@example.org,{n // 2}\n" for n in range(30)))
    program("new", "q")
    done = {"import": program("import", "q", "a.csv", "--name", "a"), "profile": program("profile", "q", "a")}
    done["none"] = program("pseudonyms", "q")
    done["nothing"] = program("pseudonyms", "q", "--export", "key")
    remedy = personal(done["profile"])["remedy"]
    (folder / "recipe.json").write_text(json.dumps({"steps": [remedy]}))
    done["prepare"] = program("prepare", "q", "a", "--recipe", "recipe.json", "--name", "b")
    done["here"] = program("pseudonyms", "q")
    done["inside"] = program("pseudonyms", "q", "--export", "q/exports/key")
    done["both"] = program("pseudonyms", "q", "--export", "key", "--new")
    done["export"] = program("pseudonyms", "q", "--export", "key")
    home = program.environment["CICLO_HOME"]
    program.environment["CICLO_HOME"] = str(folder / "elsewhere")
    done["elsewhere"] = program("pseudonyms", "q", language="es")
    done["refused"] = program("prepare", "q", "a", "--recipe", "recipe.json", "--name", "c")
    done["carried"] = program("pseudonyms", "q", "--import", "key")
    done["again"] = program("prepare", "q", "a", "--recipe", "recipe.json", "--name", "c")
    done["same"] = program("diff", "q", "b@1", "c@1")
    done["new"] = program("pseudonyms", "q", "--new")
    done["anew"] = program("prepare", "q", "a", "--recipe", "recipe.json", "--name", "c")
    done["strange"] = program("pseudonyms", "q", "--import", "key")
    done["back"] = program("pseudonyms", "q", "--import", "key", "--replace")
    program.environment["CICLO_HOME"] = home
    done["old"] = program("pseudonyms", "q")
    (folder / "key").write_bytes((folder / "key").read_bytes()[:50])
    done["cut"] = program("pseudonyms", "q", "--import", "key")
    done["missing"] = program("pseudonyms", "q", "--import", "nowhere")
    done["check"] = program("check", "q")
    return done


def test_that_every_step_ends_as_it_should(steps: Steps) -> None:
    refused = ("nothing", "inside", "both", "elsewhere", "refused", "strange", "old", "cut", "missing")
    assert {name: said.status for name, said in steps.items()} == dict.fromkeys(steps, 0) | dict.fromkeys(refused, 2)


def test_that_the_profile_gives_the_step_and_another_way(steps: Steps) -> None:
    told = personal(steps["profile"])
    assert told["remedy"] == {"step": "pseudonymise", "note": "", "columns": ["email"]}
    assert told["alternatives"] == [{"step": "drop", "note": "", "columns": ["email"]}]


def test_that_the_key_is_told_by_its_fingerprint_only(steps: Steps, program: Program) -> None:
    assert (steps["none"].document["kept"], steps["none"].document["versions"]) == ("", {})
    here = steps["here"].document
    written = json.loads(Path(str(here["path"])).read_text())
    assert here["versions"] == {here["fingerprint"]: "b@1"}
    assert all(written["key"] not in json.dumps(said.document) + said.errors for said in steps.values())
    assert not (program.folder / "q" / "exports" / "key").exists()


def test_that_a_project_on_another_computer_says_what_is_missing_and_works_with_the_key(steps: Steps) -> None:
    error = steps["elsewhere"].document["error"]
    assert error["code"] == "data.pseudonyms.no_key"  # type: ignore[index]
    assert steps["refused"].document["error"]["code"] == "data.pseudonyms.no_key"  # type: ignore[index]
    assert steps["carried"].document["fingerprint"] == steps["here"].document["fingerprint"]
    rows = steps["same"].document["rows"]
    assert (rows["added"], rows["removed"], rows["changed"]) == (0, 0, 0)  # type: ignore[index]


def test_that_another_key_makes_other_pseudonyms_and_is_only_taken_on_purpose(steps: Steps) -> None:
    assert steps["anew"].document["version"] == 2
    assert steps["new"].document["fingerprint"] != steps["here"].document["fingerprint"]
    for name in ("strange", "old"):
        assert steps[name].document["error"]["code"] == "data.pseudonyms.other_key"  # type: ignore[index]
    assert steps["back"].document["fingerprint"] == steps["here"].document["fingerprint"]
    assert steps["cut"].document["error"]["code"] == "project.pseudonym_key_damaged"  # type: ignore[index]


def test_that_a_profile_calls_types_by_their_names(program: Program, steps: Steps) -> None:
    process = program.start("profile", "q", "b", language="es")
    out, _ = process.communicate(timeout=60)
    assert "identificador" in out
    assert "entero" in out
    assert "integer" not in out
