"""The whole main job through the real window, by real clicks, from an empty folder to a scored bundle."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.jobs.contract import Ended, Failure, JobState
from app.ui.demo import Demo, DemoAnswer, Step


def ciclo(*words: str, home: Path) -> str:
    environment = dict(os.environ, CICLO_HOME=str(home), CICLO_LANG="en", QT_QPA_PLATFORM="offscreen")
    ran = subprocess.run(
        [sys.executable, "-m", "app", *words], check=False, capture_output=True, env=environment, text=True, timeout=600
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> DemoAnswer:
    folder = tmp_path_factory.mktemp("demo")
    said = ciclo("demo", "--out", str(folder / "una demostración"), "--json", home=folder / "home")
    return msgspec.json.decode(said.splitlines()[-1], type=DemoAnswer)


def test_that_the_demo_leaves_project_report_bundle_and_scored_file(played: DemoAnswer) -> None:
    for path in (played.project, played.report, played.bundle, played.scored):
        assert Path(path).exists(), path
    assert "<svg" in Path(played.report).read_text(encoding="utf-8")


def test_that_the_demo_pictures_every_tab(played: DemoAnswer) -> None:
    names = {Path(path).stem for path in played.screenshots}
    assert names == {"welcome", "import", "datasets", "training", "verification", "deployment", "results"}
    assert all(Path(path).stat().st_size > 5_000 for path in played.screenshots)


def test_that_the_project_it_leaves_is_sound(played: DemoAnswer, tmp_path: Path) -> None:
    ciclo("check", played.project, home=tmp_path)


def test_that_the_bundle_alone_gives_the_windows_predictions(played: DemoAnswer, tmp_path: Path) -> None:
    from app.resources import resource

    out = tmp_path / "again.csv"
    sample = str(resource("samples", "telco_churn.csv"))
    ciclo("score", played.bundle, sample, "--out", str(out), home=tmp_path)
    assert out.read_bytes() == Path(played.scored).read_bytes()


def test_that_the_project_it_leaves_has_one_approved_version(played: DemoAnswer, tmp_path: Path) -> None:
    versions = json.loads(ciclo("models", played.project, "--json", home=tmp_path))
    assert "approved" in json.dumps(versions)


def test_that_a_job_that_fails_ends_the_demo_at_once(qtbot: QtBot, tmp_path: Path) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    demo = Demo(window, [Step("never-there")], tmp_path)
    with qtbot.waitSignal(demo.ended) as ended:
        demo.start()
        demo.on_job_event(Ended(job="j", state=JobState.FAILED, failure=Failure(code="jobs.error")))
    assert ended.args is not None
    assert ended.args[0].code == "jobs.error"
