"""The Deployment tab, by clicks: scoring with a bundle alone."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.data.expectations.records import Range, Result, Verdict
from app.data.expectations.words import broken_sentence
from app.deployment.records import SCORE, ScoreAnswer
from app.jobs.contract import Ended, JobState
from app.text import Text
from app.ui.deployment.score import ScoreCard
from app.ui.session import Session
from app.ui.widgets.messages import FindingRow
from tests.gui.trained import Hand, released

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def project(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One from which version 1 went out, so that its bundle is offered."""
    return Path(shutil.copytree(released(tmp_path_factory) / "project", tmp_path / "project"))


def score(hand: Hand, source: Path, out: Path) -> None:
    hand.write("deployment.source", str(source))
    hand.write("deployment.out", str(out))
    hand.click("deployment.score")
    hand.until(lambda: hand.find(QPushButton, "deployment.score").isEnabled())


def test_that_a_file_is_scored_with_the_bundle_alone(hand: Hand, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "scored.csv"
    score(hand, source, out)
    hand.until(lambda: hand.sees("deployment.predictions"))
    assert "400 rows scored." in hand.words()
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 400
    assert {row["prediction"] for row in rows} <= {"yes", "no"}


def test_that_a_missing_column_is_said_in_place(hand: Hand, tmp_path: Path) -> None:
    short = tmp_path / "short.csv"
    short.write_text("customer,months\nC1,3\n", encoding="utf-8")
    out = tmp_path / "scored.csv"
    score(hand, short, out)
    hand.until(lambda: hand.sees("deployment.score_notice"))
    assert "calls" in hand.words()
    assert not out.exists()


def test_that_an_unusable_bundle_is_said_in_place(hand: Hand, source: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no bundle at all")
    hand.write("deployment.bundle", str(broken))
    score(hand, source, tmp_path / "scored.csv")
    hand.until(lambda: hand.sees("deployment.score_notice"))
    assert not (tmp_path / "scored.csv").exists()


def test_that_a_path_without_its_folder_is_refused_in_place(hand: Hand, session: Session, source: Path) -> None:
    hand.write("deployment.source", str(source))
    hand.write("deployment.out", "scored.csv")
    hand.click("deployment.score")
    assert "Write the whole path" in hand.words()
    assert not session.jobs.open(SCORE.name)
    assert hand.find(QPushButton, "deployment.score").isEnabled()


def test_that_what_a_file_does_not_keep_to_is_told(qtbot: QtBot, empty_session: Session) -> None:
    card = ScoreCard(empty_session)
    qtbot.addWidget(card)
    broken = Result(expectation=Range(column="calls", high=9.0), verdict=Verdict.BROKEN, rows=2, of=40)
    notes = (broken_sentence(broken), Text("deployment.note.none_scored"))
    answer = ScoreAnswer(rows=40, rejected=0, remarks=2, out="/out.csv", notes=notes)
    card.on_job_event(Ended(job="", state=JobState.DONE, answer=msgspec.Raw(msgspec.json.encode(answer))))
    told = [row.accessibleName() for row in card.findChildren(FindingRow)]
    assert told[0].startswith("Not met: calls is at most 9. 2 of 40 values don't fit")
    assert len(told) == 2
