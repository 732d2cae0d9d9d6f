"""What a command names and isn't there is refused at once: no process is started for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli.commands import compare, plan, reproduce, train, verify
from app.cli.main import run_command
from app.data.records import ColumnType
from app.project import Project
from tests.integration.learning.datasets import store
from tests.unit.verification.test_state import version


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CICLO_HOME", str(tmp_path / "home"))
    project = Project.create(tmp_path / "p", name="Asked")
    store(project, "data", {name: (ColumnType.NUMBER, [1.0, 2.0, 3.0]) for name in ("age", "fee")})
    version(project)
    project.close()

    def started(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    for command in (compare, plan, reproduce, train, verify):
        monkeypatch.setattr(command, "project_job", started)
    return str(tmp_path / "p")


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("verify", "churn", "--test", "nosuch"), "project.no_such_version"),
        (("verify", "churn", "--test", "data@7"), "project.no_such_version"),
        (("compare", "churn", "nosuch"), "project.no_such_version"),
        (("compare", "churn", "churn@1"), "verification.compared.same"),
        (("reproduce", "nosuch"), "project.no_such_version"),
        (("plan", "data", "--target", "nosuch"), "data.missing_target"),
        (("train", "data", "--target", "nosuch"), "data.missing_target"),
        (("train", "data", "--target", "fee", "--split", "group:nosuch"), "data.missing_target"),
        (("train", "data", "--target", "fee", "--exclude", "nosuch"), "learning.unknown_column"),
        (("train", "data", "--target", "fee", "--never-falls", "nosuch"), "learning.unknown_column"),
        (("train", "data", "--target", "fee", "--test", "nosuch"), "project.no_such_version"),
        (("train", "data", "--target", "fee", "--metric", "nosuch"), "learning.unknown_metric"),
    ],
)
def test_that_what_is_not_there_is_refused_before_anything_begins(
    folder: str, argv: tuple[str, ...], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command, *rest = argv
    assert run_command([command, folder, *rest, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code
