"""A real DVC accepts the project, restores its data, trains again and pushes; git has the release."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.deployment.people import customers
from tests.peers.conftest import Approved
from tests.peers.places import ROOT, peer, run, surroundings


@pytest.fixture(scope="module")
def env(approved: Approved, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """DVC and `ciclo` on the path, and nothing else of ours."""
    programs, home = peer("peers-dvc"), tmp_path_factory.mktemp("home")
    ciclo = home / "bin" / "ciclo"
    ciclo.parent.mkdir()
    ciclo.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -P -m app "$@"\n', encoding="utf-8")
    ciclo.chmod(0o755)
    found = surroundings(programs, HOME=str(home), DVC_NO_ANALYTICS="1")
    own = {name: approved.program.environment[name] for name in ("CICLO_HOME", "CICLO_LANG", "CICLO_AUTHOR")}
    return {**found, **own, "PATH": f"{ciclo.parent}{os.pathsep}{found['PATH']}"}


@pytest.fixture(scope="module")
def project(approved: Approved, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dvc")
    remote = folder / "remote"
    said = approved.export("dvc", "--out", str(folder / "leaves"), "--set", f"remote={remote}")
    assert said["certificate"]["label_flips"] == 0
    return folder / "leaves"


def copied(project: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(project, tmp_path / "leaves"))


def test_that_dvc_finds_everything_up_to_date(project: Path, env: dict[str, str]) -> None:
    assert "up to date" in run(["dvc", "status"], env=env, cwd=project)
    assert "No changes" in run(["dvc", "data", "status"], env=env, cwd=project)
    shown = json.loads(run(["dvc", "metrics", "show", "--json"], env=env, cwd=project))
    assert shown[""]["data"]["metrics.json"]["data"]["roc_auc"] > 0.5
    assert "didn't change" in run(["dvc", "repro"], env=env, cwd=project)
    run(["dvc", "plots", "show", "--json"], env=env, cwd=project)


def test_that_dvc_restores_what_was_deleted_and_pushes_it(project: Path, env: dict[str, str], tmp_path: Path) -> None:
    mine = copied(project, tmp_path)
    data = (mine / "data" / "customers.csv").read_bytes()
    (mine / "data" / "customers.csv").unlink()
    run(["dvc", "checkout"], env=env, cwd=mine)
    assert (mine / "data" / "customers.csv").read_bytes() == data
    assert "2 files pushed" in run(["dvc", "push"], env=env, cwd=mine)
    shutil.rmtree(mine / ".dvc" / "cache")
    (mine / "data" / "customers.csv").unlink()
    run(["dvc", "pull"], env=env, cwd=mine)
    assert (mine / "data" / "customers.csv").read_bytes() == data


def test_that_git_has_the_release(project: Path, env: dict[str, str]) -> None:
    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=project, env=env, capture_output=True, text=True, check=True
        ).stdout

    assert git("status", "--porcelain") == ""
    assert git("tag").split() == ["leaves-2"]
    assert git("log", "--format=%an: %s").strip() == "Ana: Release leaves@2"
    assert "ciclo.approver: Ana" in git("log", "--format=%b")


def test_that_the_stage_trains_the_same_model_again(
    project: Path, approved: Approved, env: dict[str, str], tmp_path: Path
) -> None:
    mine = copied(project, tmp_path)
    before = json.loads((mine / "metrics.json").read_bytes())
    run(["dvc", "repro", "--force"], env=env, cwd=mine)
    now = json.loads((mine / "metrics.json").read_bytes())
    exact = ("roc_auc", "accuracy", "neg_log_loss")
    assert {name: now[name] for name in exact} == {name: before[name] for name in exact}
    assert "up to date" in run(["dvc", "status"], env=env, cwd=mine)
    models = approved.program("models", str(mine / "project")).document["models"]
    assert [one["version"] for one in models] == [1]


def test_that_new_data_are_taken_in_and_learned_from(
    project: Path, approved: Approved, env: dict[str, str], tmp_path: Path
) -> None:
    mine = copied(project, tmp_path)
    data = mine / "data" / "customers.csv"
    data.write_text("\n".join(customers(500, seed=12)) + "\n", encoding="utf-8")
    run(["dvc", "add", "data/customers.csv"], env=env, cwd=mine)
    assert "changed deps" in run(["dvc", "status"], env=env, cwd=mine)
    run(["dvc", "repro"], env=env, cwd=mine)
    assert "up to date" in run(["dvc", "status"], env=env, cwd=mine)
    datasets = approved.program("models", str(mine / "project")).document["models"]
    assert datasets[0]["dataset"].startswith("customers@")


def test_that_a_gate_that_fails_fails_the_stage(project: Path, env: dict[str, str], tmp_path: Path) -> None:
    mine = copied(project, tmp_path)
    recipe = json.loads((mine / "params.json").read_bytes())
    recipe["gates"]["limits"] = [{"model": "leaves", "metric": "roc_auc", "limit": 0.9999}]
    (mine / "params.json").write_text(json.dumps(recipe), encoding="utf-8")
    run(["dvc", "repro"], env=env, cwd=mine, status=255)


def test_that_two_releases_in_one_repository_are_compared_checked_out_and_pushed(
    approved: Approved, env: dict[str, str], tmp_path: Path
) -> None:
    mine, ours = tmp_path / "releases", replace(approved, project=tmp_path / "project")
    shutil.copytree(approved.project, ours.project)
    given = ("--set", f"repository={mine}", "--set", f"remote={tmp_path / 'remote'}")
    first = ours.export("dvc", *given)
    before = {path.name: path.read_bytes() for path in (mine / "model").glob("*.zip")}
    stage = ["dvc", "stage", "add", "-n", "count", "-d", "metrics.json", "-o", "count.txt"]
    stage += ["wc -l metrics.json > count.txt"]
    run(stage, env=env, cwd=mine)
    run(["dvc", "repro", "count"], env=env, cwd=mine)
    who = ["-c", "user.name=Eva", "-c", "user.email=eva@localhost"]
    run(["git", "add", "."], env=env, cwd=mine)
    run(["git", *who, "commit", "-qm", "A stage of ours"], env=env, cwd=mine)
    learned_again(ours)
    second = ours.export("dvc", *given)
    assert run(["git", "tag"], env=env, cwd=mine).split() == ["leaves-2", "leaves-3"]
    assert run(["git", "rev-parse", "HEAD"], env=env, cwd=mine).strip() == second["commit"] != first["commit"]
    assert run(["git", "status", "--porcelain"], env=env, cwd=mine) == ""
    assert "count" in run(["dvc", "stage", "list"], env=env, cwd=mine)
    assert "train" not in run(["dvc", "status"], env=env, cwd=mine)
    compared = json.loads(run(["dvc", "metrics", "diff", "--json", "leaves-2", "leaves-3"], env=env, cwd=mine))
    assert compared["metrics.json"]["roc_auc"]["diff"] != 0
    run(["git", "checkout", "-q", "leaves-2"], env=env, cwd=mine)
    run(["dvc", "checkout"], env=env, cwd=mine)
    assert {path.name: path.read_bytes() for path in (mine / "model").glob("*.zip")} == before
    assert "up to date" in run(["dvc", "status"], env=env, cwd=mine)
    run(["git", "checkout", "-q", "main"], env=env, cwd=mine)
    run(["dvc", "checkout"], env=env, cwd=mine)
    assert run(["git", "status", "--porcelain"], env=env, cwd=mine) == ""
    assert "files pushed" in run(["dvc", "push", "--all-tags"], env=env, cwd=mine)
    assert len([path for path in (tmp_path / "remote").rglob("*") if path.is_file()]) >= 4


def learned_again(approved: Approved) -> None:
    """The next version of the model, learned from other rows and approved."""
    program, project = approved.program, str(approved.project)
    file = program.folder / "more.csv"
    file.write_text("\n".join(customers(300, seed=13)) + "\n", encoding="utf-8")
    learn = ["train", project, "customers", "--target", "leaves", "--model", "leaves", "--positive", "Sí"]
    decide = ["approve", project, "leaves@3", "--by", "Ana", "--comment", "good", "--override", "a test"]
    for command in (["import", project, str(file), "--name", "customers"], [*learn, "--take", approved.taken]):
        assert program(*command).status == 0
    program("verify", project, "leaves@3")
    assert program(*decide).status == 0
