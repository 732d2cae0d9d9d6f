"""Work of the window's thread that would hold it up together is done piece by piece."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from app.ui.turns import Turns


def test_that_the_window_answers_between_two_pieces_of_work(qtbot: QtBot) -> None:
    owner = QObject()
    turns, done = Turns(owner), []

    def first() -> None:
        done.append("first")
        QTimer.singleShot(0, lambda: done.append("answer"))

    turns.take(owner, first)
    turns.take(owner, lambda: done.append("second"))
    qtbot.waitUntil(lambda: len(done) == 3)
    assert done == ["first", "answer", "second"]


def test_that_work_asked_for_twice_is_done_once_and_never_for_what_is_gone(qtbot: QtBot) -> None:
    keeper, gone = QObject(), QObject()
    turns, done = Turns(keeper), []

    def work() -> None:
        done.append("work")

    turns.take(gone, lambda: done.append("gone"))
    turns.take(keeper, work)
    turns.take(keeper, work)
    turns.take(keeper, lambda: done.append("last"))
    delete(gone)
    qtbot.waitUntil(lambda: "last" in done)
    assert done == ["work", "last"]
