"""The DVC project, without DVC."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import msgspec
import pytest

from app.deployment.place import measured
from app.deployment.recipe import Recipe
from app.deployment.targets.dvc import target as module
from app.deployment.targets.dvc.git import has_git
from app.deployment.targets.dvc.target import DvcTarget
from app.learning.records import Task
from tests.unit.deployment.targets.sources import made, make_source


def md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()


def test_that_what_dvc_is_told_of_files_is_true(tmp_path: Path) -> None:
    folder = made(DvcTarget(), make_source(tmp_path), tmp_path / "folder", git="")
    for name in ("data/people.csv", "model/income-1.ciclo.zip"):
        (known,) = json.loads((folder / f"{name}.dvc").read_text(encoding="utf-8"))["outs"]
        assert known["md5"] == md5(folder / name)
        assert known["size"] == (folder / name).stat().st_size
        kept = folder / ".dvc" / "cache" / "files" / "md5" / known["md5"][:2] / known["md5"][2:]
        assert kept.read_bytes() == (folder / name).read_bytes()
    stage = json.loads((folder / "dvc.lock").read_text(encoding="utf-8"))["stages"]["train"]
    for one in (*stage["deps"], *stage["outs"]):
        assert one["md5"] == md5(folder / one["path"])
    assert stage["params"]["params.json"] == json.loads((folder / "params.json").read_bytes())
    assert not (folder / ".git").exists()


@pytest.mark.parametrize("task", list(Task))
def test_that_the_recipe_says_how_to_train_again(task: Task, tmp_path: Path) -> None:
    folder = made(DvcTarget(), make_source(tmp_path, task), tmp_path / "folder", git="")
    recipe = msgspec.json.decode((folder / "params.json").read_bytes(), type=Recipe)
    assert (recipe.train.model, recipe.train.dataset, recipe.train.target) == ("income", "people", "income")
    assert recipe.train.project == ""
    assert recipe.types["since"] == "date"
    assert json.loads((folder / "metrics.json").read_bytes())["roc_auc"] == 0.8
    plot = (folder / "plots" / "predictions.csv").read_text(encoding="utf-8").splitlines()
    assert (plot[0], len(plot)) == ("actual,predicted", 61)


@pytest.mark.skipif(not has_git(), reason="git isn't installed")
def test_that_the_same_release_gives_the_same_commit(tmp_path: Path) -> None:
    source = make_source(tmp_path)
    one, other = (made(DvcTarget(), source, tmp_path / name) for name in ("one", "other"))
    assert measured(one) == measured(other)

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=one, capture_output=True, text=True, check=True).stdout

    assert git("tag").split() == ["income-1"]
    assert git("status", "--porcelain") == ""
    assert git("log", "--format=%an").strip() == "Ana"


def test_that_without_git_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.deployment.targets.dvc.git.shutil.which", lambda _name: None)
    folder = made(DvcTarget(), make_source(tmp_path), tmp_path / "folder")
    assert not (folder / ".git").exists()
    assert not (folder / module._RELEASE).exists()
