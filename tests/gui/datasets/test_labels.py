"""The queue of doubtful labels in the window: decided row by row, and handed on as a recipe."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.data.recipe.steps import Decided, PrepareRequest, Relabel
from app.data.records import ColumnType as T
from app.jobs.contract import Ended, JobKind, JobState
from app.learning.labels.records import Doubt, LabelsAnswer
from app.text.message import Text
from app.ui.datasets.labels_dialog import LabelsDialog
from app.ui.datasets.versions import versions
from app.ui.session import Session
from tests.integration.learning.datasets import store

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_that_what_is_decided_about_labels_makes_the_next_version(
    qtbot: QtBot, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert session.project is not None
    store(session.project, "shop", {"x": (T.NUMBER, [1.0, 2.0, 3.0]), "left": (T.BOOLEAN, ["Yes", "No", "Yes"])})
    sent: list[msgspec.Struct] = []

    def submit(kind: JobKind, request: msgspec.Struct, title: Text, *, stores: bool = True) -> str:
        sent.append(request)
        return "job"

    monkeypatch.setattr(session, "submit", submit)
    dialog = LabelsDialog(session, versions(session)[0], None)
    qtbot.addWidget(dialog)
    assert dialog.target.value() == "left"
    assert not dialog.make.isEnabled()
    qtbot.mouseClick(dialog.look, Qt.MouseButton.LeftButton)
    doubts = tuple(Doubt(row=n, given="Yes", likely="No", confidence=0.9, cells=("1",)) for n in (3, 1))
    answer = LabelsAnswer(
        target="left", labels=("No", "Yes"), rows=3, doubtful=2, noise=0.5, decided=0, columns=("x",), doubts=doubts
    )
    session.job_event.emit(Ended(job="job", state=JobState.DONE, answer=msgspec.Raw(msgspec.json.encode(answer))))
    assert dialog.change.text() == "Change to No"
    assert dialog.cells.text() == "x: 1"
    for made in (dialog.change, dialog.leave_out, dialog.make):
        qtbot.mouseClick(made, Qt.MouseButton.LeftButton)
    request = sent[-1]
    assert isinstance(request, PrepareRequest)
    rows = (Decided(row=3, was="Yes", to="No"), Decided(row=1, was="Yes", to=None))
    assert request.recipe.steps == (Relabel(column="left", rows=rows),)
