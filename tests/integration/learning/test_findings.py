"""What a table shows beside its target, and what becomes of a column that is known only afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from app.cli.main import run_command
from tests.bench.leaky import clean


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert run_command([*arguments, "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setenv("CICLO_HOME", str(tmp_path / "home"))
    g = np.random.default_rng(4)
    frame = clean(g)
    frame["closed_on"] = np.where((frame["answer"] == "yes") & (g.random(len(frame)) < 0.8), "2024-03-01", "")
    frame.to_csv(tmp_path / "shop.csv", index=False)
    folder = str(tmp_path / "p")
    told(capsys, "new", folder)
    told(capsys, "import", folder, str(tmp_path / "shop.csv"), "--name", "shop")
    return folder


def test_a_column_known_only_afterwards_is_found_asked_about_and_left_out(
    project: str, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = told(capsys, "profile", project, "shop", "--target", "answer")
    target = profile["target"]
    assert isinstance(target, dict)
    assert target["suspects"] == ["closed_on"]
    assert target["scores"][0]["without"] < target["scores"][0]["every"]
    answered = told(capsys, "known", project, "shop", "closed_on", "after", "--target", "answer")
    assert answered["columns"] == {"closed_on": "after"}
    plan = told(capsys, "plan", project, "shop", "--target", "answer")
    assert "closed_on" in plan["excluded"]  # type: ignore[operator]
    told(capsys, "known", project, "shop", "closed_on", "before")
    assert "closed_on" in told(capsys, "plan", project, "shop", "--target", "answer")["columns"]  # type: ignore[operator]


def test_an_answer_about_the_target_itself_is_refused(project: str) -> None:
    assert run_command(["known", project, "shop", "answer", "after", "--target", "answer"]) == 2
    assert run_command(["known", project, "shop"]) == 2
