"""``ciclo run``: once more round, in a project and from a recipe alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.cli.conftest import Program
from tests.integration.deployment.people import customers


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program(tmp_path_factory.mktemp("program"))


@pytest.fixture(scope="module")
def project(program: Program) -> Path:
    folder, file = program.folder / "project", program.folder / "customers.csv"
    file.write_text("\n".join(customers(300, seed=11)) + "\n", encoding="utf-8")
    for command in (
        ["new", str(folder)],
        ["import", str(folder), str(file), "--name", "customers"],
        ["train", str(folder), "customers", "--target", "leaves", "--model", "leaves", "--exclude", "spent"],
    ):
        assert program(*command).status == 0
    return folder


def test_that_the_cycle_goes_round_on_new_data(program: Program, project: Path) -> None:
    newer = program.folder / "newer.csv"
    newer.write_text("\n".join(customers(320, seed=12)) + "\n", encoding="utf-8")
    said = program("run", str(project), "--data", str(newer), "--metrics", str(program.folder / "m.json"))
    assert said.status in (0, 1)
    document = said.document
    assert [step["step"] for step in document["steps"]] == ["import", "train", "verify", "gates"]
    assert (document["model"], document["dataset"]) == ("leaves@2", "customers@2")
    assert said.status == (0 if all(gate["passed"] for gate in document["gates"]) else 1)
    assert document["verdict"] in ("good", "reservations", "bad")
    assert '"roc_auc"' in (program.folder / "m.json").read_text(encoding="utf-8")


def test_that_a_gate_that_fails_ends_with_one(program: Program, project: Path) -> None:
    program("gates", str(project), "leaves", "--limit", "roc_auc=0.9999")
    said = program("run", str(project), "--model", "leaves")
    assert said.status == 1
    assert [step["step"] for step in said.document["steps"]] == ["train", "verify", "gates"]
    assert "metric_limit" in said.document["steps"][-1]["outcome"]


def test_that_there_must_be_something_to_do_again(program: Program) -> None:
    empty = program.folder / "empty"
    program("new", str(empty))
    said = program("run", str(empty))
    assert (said.status, said.document["error"]["code"]) == (2, "cli.run.nothing")
    (empty / "recipe.json").write_text("{}", encoding="utf-8")
    said = program("run", str(empty), "--recipe", str(empty / "recipe.json"))
    assert (said.status, said.document["error"]["code"]) == (2, "cli.run.bad_recipe")
