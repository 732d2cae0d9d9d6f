"""``ciclo models`` says which rows the figures of a version come from."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from app.cli.main import run_command
from app.project import Project, draft
from app.verification.records import REPORT, Report
from tests.unit.verification.test_state import report, version


@pytest.mark.parametrize(
    ("judged", "source", "said"),
    [
        ("", "cv", "cross-validation, "),
        ("holdout", "holdout", "kept aside, 20 rows of customers@1"),
        ("test", "test", "test dataset august@2, 1,234 rows"),
    ],
)
def test_that_each_version_says_which_rows_its_figures_come_from(
    judged: str,
    source: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CICLO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CICLO_LANG", "en")
    project = Project.create(tmp_path / "p", name="Judged")
    model = version(project)
    if judged:
        first = report(project, model)
        if judged == "test":
            body = msgspec.structs.replace(first.read(Report), dataset="august@2", on_test_file=True, rows=1_234)
            project.commit([draft(REPORT, body, parents=(model.id,))])
    project.close()
    assert run_command(["models", str(tmp_path / "p")]) == 0
    assert said in capsys.readouterr().out
    assert run_command(["models", str(tmp_path / "p"), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["models"]
    assert row["metrics_from"] == source
    if judged == "test":
        assert (row["judged_on"], row["judged_rows"]) == ("august@2", 1_234)
