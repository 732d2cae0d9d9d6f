"""The contract of a dataset in the life of its versions."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from app.cli.main import run_command
from app.data.expectations.contracts import contract_of, contracting, proposal
from app.data.expectations.records import CheckAnswer, CheckRequest, Contract, Range, Verdict, spread
from app.data.expectations.words import findings
from app.data.expectations.work import check_version
from app.data.recipe.preparing import prepare
from app.data.recipe.steps import PrepareRequest, Recipe
from app.data.records import DATASET, DatasetVersion, ImportRequest
from app.data.versions.arrival import import_source
from app.jobs.contract import Outcome
from app.project import Project
from app.text import Words
from tests.integration.learning.datasets import Here


def done(project: Project, work: object, request: msgspec.Struct) -> Outcome:
    staging, lock = project.new_staging()
    try:
        outcome: Outcome = work(Here(staging), request)  # type: ignore[operator]
        project.commit(outcome.drafts)
        return outcome
    finally:
        lock.release()


def brought(project: Project, rows: list[str], *, again: bool = False) -> DatasetVersion:
    file = project.folder.parent / "sales.csv"
    file.write_text("\n".join(["city,amount", *rows]) + "\n")
    done(
        project,
        import_source,
        ImportRequest(project=str(project.folder), source=str(file), name="sales", again=again),
    )
    return project.version(DATASET, "sales").read(DatasetVersion)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project.create(tmp_path / "p", name="p")
    made_of = brought(made, [f"{city},{amount}" for amount in range(40, 80) for city in ("Lugo", "Vigo")])
    assert made_of.expected is None
    made.commit([contracting("sales", proposal(made, made.version(DATASET, "sales")), learned_from="sales@1")])
    return made


def test_that_every_later_version_is_checked_and_stored_all_the_same(project: Project) -> None:
    good = brought(project, [f"{city},{amount}" for amount in range(45, 75) for city in ("Vigo", "Lugo")])
    assert good.expected is not None
    assert good.expected.broken == ()
    bad = brought(project, [f"{city},{amount}00" for amount in range(45, 75) for city in ("Vigo", "Ourense")])
    held = contract_of(project, "sales")
    assert bad.expected is not None
    assert held is not None
    assert bad.expected.contract == held.id
    assert [one.rows for one in bad.expected.broken] == [30, 60]
    results = spread(bad.expected, held.contract.expectations)
    assert [one.verdict for one in results].count(Verdict.MET) == bad.expected.met
    words = Words("es")
    assert [words.text(one.message)[:16] for one in findings(bad.expected.broken)] == [
        "No se cumple: ci",
        "Esto no lo cumpl",
    ]


def test_that_what_a_recipe_makes_is_checked_too(project: Project) -> None:
    recipe = msgspec.convert({"steps": [{"step": "drop", "columns": ["amount"]}]}, Recipe)
    request = PrepareRequest(project=str(project.folder), dataset="sales", recipe=recipe, name="sales")
    done(project, prepare, request)
    made = project.version(DATASET, "sales").read(DatasetVersion)
    assert made.expected is not None
    assert [one.found for one in made.expected.broken] == [""]
    assert {one.verdict for one in made.expected.unchecked} == {Verdict.UNCHECKED}


def test_that_a_stored_version_is_checked_by_what_is_asked(project: Project) -> None:
    request = CheckRequest(
        project=str(project.folder), dataset="sales@1", expectations=(Range(column="amount", high=78.0),)
    )
    answer = msgspec.json.decode(done(project, check_version, request).answer, type=CheckAnswer)
    (result,) = answer.results
    assert (result.verdict, result.rows, result.examples[0].row) == (Verdict.BROKEN, 2, 79)


def test_that_a_contract_without_expectations_expects_nothing(project: Project) -> None:
    project.commit([contracting("sales", ())])
    assert contract_of(project, "sales") is None
    assert brought(project, ["Lugo,1", "Vigo,2"]).expected is None


def test_that_a_contract_is_kept_by_the_command(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = str(project.folder), project.folder.parent / "sales.json"
    asked = ["expect", folder, "sales", "--learn", "--drop", "rows", "--export", str(out), "--json"]
    assert run_command(asked) == 0
    document = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in document["expectations"]][:2] == ["city.type", "city.categories"]
    assert msgspec.json.decode(out.read_bytes(), type=Contract).learned_from == "sales@1"
    assert run_command(["expect", folder, "sales", "--check", "1"]) == 0
    assert "6 of 6 expectations are met." in capsys.readouterr().out
    assert run_command(["expect", folder, "sales", "--set", "amount.range=90..1"]) == 2
    said = capsys.readouterr().err
    assert "Nobody could meet that" in said
    assert "The contract stays as it was." in said
    project.commit([contracting("sales", (Range(column="amount", high=1.0),))])
    assert run_command(["expect", folder, "sales", "--check", "1"]) == 1
