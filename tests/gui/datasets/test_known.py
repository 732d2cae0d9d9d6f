"""When columns are known, asked in the window: what is found, answered, and answered otherwise."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.data.known.answers import known_of
from app.data.known.records import When
from app.data.records import ColumnType as T
from app.ui.datasets.known_dialog import KnownDialog
from app.ui.datasets.versions import versions
from app.ui.session import Session
from tests.integration.learning.datasets import store

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_that_a_column_that_gives_the_answer_away_is_asked_about_and_answered(qtbot: QtBot, session: Session) -> None:
    project = session.project
    assert project is not None
    words = ["Yes" if n % 3 else "No" for n in range(120)]
    copied = [{"Yes": "K1", "No": "K2"}[word] for word in words]
    columns = {"x": (T.NUMBER, [float(n * 7 % 11) for n in range(120)]), "code": (T.CATEGORY, copied)}
    store(project, "shop", {**columns, "left": (T.BOOLEAN, words)})
    dialog = KnownDialog(session, versions(session)[0], None)
    qtbot.addWidget(dialog)
    dialog.target.setCurrentIndex(dialog.target.findData("left"))
    dialog.target.activated.emit(dialog.target.currentIndex())
    assert "left" in dialog.busy.text()
    qtbot.waitUntil(lambda: dialog.table.known.rowCount() == 2, timeout=60_000)
    assert dialog.table.known.row(0).name == "code"
    for made, when in ((dialog.after, When.AFTER), (dialog.before, When.BEFORE)):
        dialog.table.selectRow(0)
        qtbot.mouseClick(made, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda when=when: dialog.table.known.row(0).when is when, timeout=10_000)
    assert known_of(project, "shop", "left").columns == {"code": When.BEFORE}
