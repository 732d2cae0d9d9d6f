"""A preparation goes all the way: learned from prepared rows, exported, and asked with rows as they come."""

from __future__ import annotations

import csv
import importlib.util
import json
import zipfile
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Program
from tests.integration.deployment.people import customers

RECIPE = {
    "steps": [
        {"step": "filter", "column": "age", "test": ">=", "values": [21]},
        {"step": "filter", "column": "leaves", "test": "present"},
        {"step": "trim", "column": "city", "case": "upper"},
        {"step": "replace", "column": "city", "words": {"PUNO": "CUZCO"}},
        {"step": "rename", "column": "spent", "to": "money"},
        {"step": "calculate", "left": "money", "operator": "/", "right": "age", "into": "by_year"},
        {"step": "date_part", "column": "since", "part": "month", "into": "month"},
        {"step": "drop", "columns": ["since"]},
        {"step": "sample", "rows": 300, "seed": 1},
    ]
}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program(tmp_path_factory.mktemp("program"))


@pytest.fixture(scope="module")
def project(program: Program) -> Path:
    folder, file = program.folder / "project", program.folder / "customers.csv"
    lines = [line.replace("Lima", " lima").replace("Cuzco", "Cuzco  ") for line in customers(360, seed=11)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (program.folder / "recipe.json").write_text(json.dumps(RECIPE), encoding="utf-8")
    project = str(folder)
    for command in (
        ["new", project],
        ["import", project, str(file), "--name", "customers"],
        ["prepare", project, "customers", "--recipe", str(program.folder / "recipe.json"), "--name", "clean"],
        ["train", project, "clean", "--target", "leaves", "--model", "leaves"],
        ["verify", project, "leaves"],
    ):
        assert program(*command).status in (0, 1), command
    decided = ["approve", project, "leaves", "--by", "Ana", "--comment", "for the test"]
    if program(*decided).status:
        assert program(*decided, "--override", "a test").status == 0
    return folder


@pytest.mark.parametrize("target", ["bundle", "onnx", "pmml", "mlflow"])
def test_that_an_export_takes_rows_as_they_come(program: Program, project: Path, target: str) -> None:
    out = program.folder / {"bundle": "b.ciclo.zip", "onnx": "m.onnx", "pmml": "m.pmml", "mlflow": "folder"}[target]
    said = program("export", str(project), "leaves", "--to", target, "--out", str(out))
    assert said.status == 0, said.document
    certificate = said.document["certificate"]
    assert isinstance(certificate, dict)
    assert certificate["prepared_rows"] > 300
    assert certificate["label_flips"] == 0
    assert certificate["max_difference"] <= 1e-9


def test_that_a_file_is_scored_as_it_comes(program: Program, project: Path) -> None:
    out = program.folder / "scored.csv"
    bundle = program.folder / "b.ciclo.zip"
    if not bundle.exists():
        assert program("export", str(project), "leaves", "--to", "bundle", "--out", str(bundle)).status == 0
    said = program("score", str(bundle), str(program.folder / "customers.csv"), "--out", str(out))
    assert said.status == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    young = [row for row in rows if int(row["age"]) < 21]
    assert young
    assert all(not row["prediction"] and "“Keep rows where age is at least 21”" in row["remark"] for row in young)
    assert all(row["prediction"] for row in rows if int(row["age"]) >= 21)
    assert said.document["rejected"] == len(young)
    asked = [row["remark"] for row in rows if row["city"].strip() == "Puno" and int(row["age"]) >= 21]
    assert not any("city" in remark for remark in asked), "a merged word isn't a strange one"


def test_that_a_row_prepared_by_the_bundles_own_python_is_one_that_the_model_knows(
    program: Program, project: Path
) -> None:
    bundle = program.folder / "b.ciclo.zip"
    if not bundle.exists():
        assert program("export", str(project), "leaves", "--to", "bundle", "--out", str(bundle)).status == 0
    with zipfile.ZipFile(bundle) as archive:
        (program.folder / "prepare.py").write_bytes(archive.read("prepare.py"))
        recipe, manifest = (json.loads(archive.read(name)) for name in ("recipe.json", "manifest.json"))
        read_me = archive.read("readme.md").decode()
    spec = importlib.util.spec_from_file_location("prepare", program.folder / "prepare.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    row = {one["name"]: None for one in recipe["inputs"]} | {"age": 30, "spent": 60.0, "city": "puno "}
    made = module.prepare(recipe, row)
    assert {one["name"] for one in manifest["schema"]["features"]} <= set(made)
    assert (made["city"], made["by_year"], made["month"]) == ("CUZCO", 2.0, None)
    assert module.prepare(recipe, row | {"age": 20}) is None
    assert "Keep rows where age is at least 21" in read_me
    assert "Keep rows where leaves" not in read_me, "what is to be predicted isn't there yet"


def test_that_the_training_says_what_goes_along(program: Program, project: Path) -> None:
    process = program.start("train", str(project), "clean", "--target", "leaves", "--model", "again")
    out, _ = process.communicate(timeout=240)
    assert "6 steps of it go along with the model" in out


def test_that_the_cycle_prepares_new_data_again(program: Program, project: Path) -> None:
    newer = program.folder / "newer.csv"
    newer.write_text("\n".join(customers(340, seed=12)) + "\n", encoding="utf-8")
    said = program("run", str(project), "--model", "leaves", "--data", str(newer))
    assert said.status in (0, 1)
    steps = said.document["steps"]
    assert isinstance(steps, list)
    assert [step["step"] for step in steps] == ["import", "prepare", "train", "verify", "gates"]
    assert [step["outcome"] for step in steps[:2]] == ["customers@2", "clean@2"]
    assert said.document["dataset"] == "clean@2"
