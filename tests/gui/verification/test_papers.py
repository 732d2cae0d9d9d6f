"""The papers about a version, by clicks."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.ui.session import Session
from app.ui.verification.page import Page
from app.ui.verification.papers import Questions
from app.verification.papers.statements import LONGEST, TOPICS
from tests.gui.trained import Hand, model_id

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_that_answers_are_kept_and_stand_in_the_documentation(
    qtbot: QtBot, hand: Hand, page: Page, session: Session, tmp_path: Path
) -> None:
    page.show_record(model_id(session, "left@1"))
    assert f"{len(TOPICS)} questions are open." in hand.words()
    hand.click("papers.answer")
    asked = page.findChild(Questions)
    assert asked is not None
    edits = {topic: asked.findChild(QPlainTextEdit, f"questions.{topic}") for topic in TOPICS}
    keep = asked.findChild(QPushButton, "questions.keep")
    edits["risks"].setPlainText("x" * (LONGEST + 1))
    qtbot.mouseClick(keep, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: any("longer than" in said.text() for said in asked.findChildren(QLabel)))
    edits["risks"].clear()
    qtbot.keyClicks(edits["purpose"], "To call those who may leave")
    qtbot.mouseClick(keep, Qt.MouseButton.LeftButton)
    hand.until(lambda: f"{len(TOPICS) - 1} questions are open." in hand.words())
    for name, ending in (("annex", ".pdf"), ("annex", ".html"), ("card", ".md")):
        target = tmp_path / f"{name}{ending}"
        hand.click(f"papers.{name}")
        chooser = page.findChild(QFileDialog, "chooser")
        assert chooser is not None
        chooser.fileSelected.emit(str(target))
        chooser.reject()
        hand.until(target.exists)
        qtbot.waitUntil(lambda: page.findChild(QFileDialog, "chooser") is None)
        if ending != ".pdf":
            assert "To call those who may leave" in target.read_text(encoding="utf-8")
