"""The Deployment tab, by clicks: exports that prove themselves, and scoring with a bundle alone."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.deployment.records import RELEASE, SCORE, Release
from app.ui.deployment.page import Page
from app.ui.session import Session
from app.ui.widgets.table import Table
from app.verification.state import decide
from tests.gui.trained import Hand, model_id, nameless

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def page(session: Session) -> Page:
    """With version 1 approved."""
    assert session.project is not None
    decide(session.project, model="left@1", approved=True, by="Ana", comment="Good")
    return Page(session)


def export(hand: Hand) -> None:
    hand.click("deployment.export")
    hand.until(lambda: hand.sees("deployment.folder"))


def score(hand: Hand, source: Path, out: Path) -> None:
    hand.write("deployment.source", str(source))
    hand.write("deployment.out", str(out))
    hand.click("deployment.score")
    hand.until(lambda: hand.find(QPushButton, "deployment.score").isEnabled())


def test_that_nothing_goes_out_without_an_approval(qtbot: QtBot, session: Session) -> None:
    hand = Hand(qtbot, Page(session))
    assert "Only an approved version can be exported" in hand.words()
    assert not hand.sees("deployment.export")


def test_that_an_export_proves_itself_and_is_listed(hand: Hand, session: Session) -> None:
    export(hand)
    assert "largest difference 0" in hand.words()
    (record,) = session.records(RELEASE)
    release = record.read(Release)
    assert session.project is not None
    assert (session.project.folder / "exports" / release.file_name).is_file()
    assert hand.find(Table, "deployment.releases").model().rowCount() == 1
    assert hand.find(QLineEdit, "deployment.bundle").text().endswith(".zip")


def test_that_a_file_is_scored_with_the_bundle_alone(hand: Hand, source: Path, tmp_path: Path) -> None:
    export(hand)
    out = tmp_path / "scored.csv"
    score(hand, source, out)
    hand.until(lambda: hand.sees("deployment.predictions"))
    assert "400 rows scored." in hand.words()
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 400
    assert {row["prediction"] for row in rows} <= {"yes", "no"}


def test_that_a_missing_column_is_said_in_place(hand: Hand, tmp_path: Path) -> None:
    export(hand)
    short = tmp_path / "short.csv"
    short.write_text("customer,months\nC1,3\n", encoding="utf-8")
    out = tmp_path / "scored.csv"
    score(hand, short, out)
    hand.until(lambda: hand.sees("deployment.score_notice"))
    assert "calls" in hand.words()
    assert not out.exists()


def test_that_an_unusable_bundle_is_said_in_place(hand: Hand, source: Path, tmp_path: Path) -> None:
    export(hand)
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no bundle at all")
    hand.write("deployment.bundle", str(broken))
    score(hand, source, tmp_path / "scored.csv")
    hand.until(lambda: hand.sees("deployment.score_notice"))
    assert not (tmp_path / "scored.csv").exists()


def test_that_a_path_left_empty_is_asked_for(hand: Hand) -> None:
    hand.click("deployment.score")
    assert hand.words().count("Choose a file here.") == 3


def test_that_a_path_without_its_folder_is_refused_in_place(hand: Hand, session: Session, source: Path) -> None:
    export(hand)
    hand.write("deployment.source", str(source))
    hand.write("deployment.out", "scored.csv")
    hand.click("deployment.score")
    assert "Write the whole path" in hand.words()
    assert not session.jobs.open(SCORE.name)
    assert hand.find(QPushButton, "deployment.score").isEnabled()


def test_that_the_version_asked_for_is_offered(hand: Hand, page: Page, session: Session) -> None:
    from app.ui.widgets.form import Dropdown

    page.show_record(model_id(session, "left@1"))
    assert hand.find(Dropdown, "deployment.version").value() == model_id(session, "left@1")


def test_that_paths_are_kept_when_the_page_is_made_again(
    qtbot: QtBot, hand: Hand, page: Page, session: Session
) -> None:
    hand.write("deployment.source", str(Path(sys.prefix) / "file.csv"))
    other = Page(session)
    other.recall(page.remember())
    again = Hand(qtbot, other)
    assert again.find(QLineEdit, "deployment.source").text().endswith("file.csv")
    assert again.find(QLineEdit, "deployment.out").text().endswith("file-scored.csv")


def test_that_every_control_has_a_name(hand: Hand, page: Page) -> None:
    assert not nameless(page)
