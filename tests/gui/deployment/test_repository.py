"""A repository of releases in the window: its folder is asked for, and what became of a release there is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name

import msgspec
import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.deployment.history import deployments
from app.deployment.own import DVC
from app.deployment.records import DEPLOYMENT, Certificate, Deployment, StandingAnswer
from app.jobs.contract import JobKind
from app.project import draft
from app.ui.deployment.history import HistoryCard
from app.ui.session import Session
from app.ui.target_dialog import TargetDialog
from app.ui.widgets.table import Table
from tests.gui.trained import Hand


def test_that_a_release_whose_repository_is_gone_is_said_to_be_gone(
    qtbot: QtBot, empty_session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_once(kind: JobKind, request: object, _answer: type, done: Callable[[object], None]) -> None:
        work = resolve_name(kind.function)
        done(msgspec.json.decode(work(None, request).answer, type=StandingAnswer))

    monkeypatch.setattr(empty_session, "quick", at_once)
    session, proof = empty_session, Certificate(runtime="r", rows=1, max_difference=0.0, label_flips=0)
    assert session.project is not None
    body = Deployment(
        model="churn@4",
        model_id="m",
        target="dvc",
        file_name="churn-4-dvc",
        sha256="ab" * 32,
        size=1,
        certificate=proof,
        place=str(tmp_path / "away"),
        commit="cd" * 20,
    )
    (record,) = session.project.commit([draft(DEPLOYMENT, body)])
    card = HistoryCard(session)
    hand = Hand(qtbot, card)
    card.show_deployments(deployments([record]))
    table = hand.find(Table, "deployment.releases")
    assert table.model().index(0, 3).data() == "gone"


def test_that_the_form_asks_for_the_folder_of_a_repository(
    qtbot: QtBot, empty_session: Session, tmp_path: Path
) -> None:
    dialog = TargetDialog(empty_session, DVC, {"repository": str(tmp_path)}, None, action="Export")
    hand = Hand(qtbot, dialog)
    assert hand.find(QLineEdit, "deployment.setting.repository").text() == str(tmp_path)
    assert not hand.sees("deployment.settings_test")
    with qtbot.waitSignal(dialog.wanted) as said:
        hand.click("deployment.settings_export")
    assert said.args == [{"repository": str(tmp_path)}]
