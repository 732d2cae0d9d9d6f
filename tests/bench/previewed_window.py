"""The real window as a process of its own, with a recipe for a project's first dataset: from the click that takes a
step's form to the first paint of the rows that it makes.

``python -m tests.bench.previewed_window PROJECT TURNS`` prints one line of JSON: milliseconds of each turn.
"""

from __future__ import annotations

import json
import sys
import time

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from app.data.recipe.steps import Clip
from app.data.types import NUMBERS
from app.ui import application as module
from app.ui.datasets.page import Page
from app.ui.datasets.recipe.page import RecipeView

_LIMIT_S, _SETTLE_MS = 60.0, 300


class _Seen(QObject):
    """Notes when rows have come, and when they were painted after that."""

    def __init__(self, view: RecipeView) -> None:
        super().__init__()
        self.came, self.painted = False, 0.0
        view.preview.rows.modelReset.connect(self._on_reset)
        view.preview.table.viewport().installEventFilter(self)

    def _on_reset(self) -> None:
        self.came = True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self.came and not self.painted:
            self.painted = time.perf_counter()
        return False


def _wait(seen: _Seen) -> float:
    began = time.perf_counter()
    while not seen.painted:
        if time.perf_counter() - began > _LIMIT_S:
            raise SystemExit("no preview came")
        QTest.qWait(1)
    return seen.painted


def _turn(view: RecipeView, seen: _Seen, high: float) -> float:
    """Change the step by its form; milliseconds from the click that takes it."""
    view._ask("clip", 0)
    QTest.qWait(_SETTLE_MS)
    tops = [top for top in QApplication.topLevelWidgets() if top.isVisible()]
    field = next(w for top in tops for w in top.findChildren(QLineEdit, "datasets.step.high"))
    take = next(w for top in tops for w in top.findChildren(QPushButton, "datasets.step_take"))
    field.setText(str(high))
    seen.came, seen.painted = False, 0.0
    began = time.perf_counter()
    QTest.mouseClick(take, Qt.MouseButton.LeftButton)
    took = (_wait(seen) - began) * 1000
    QTest.qWait(_SETTLE_MS)
    return took


def main() -> int:
    """Play and print."""
    project, turns = sys.argv[1], int(sys.argv[2])
    qt = module.make_application("ciclo")
    application = module.Application(qt)
    application.start(project)
    while application.workspace is None or application.workspace.pages.page("datasets") is None:
        QTest.qWait(20)
    QTest.qWait(3000)
    application.window.resize(1280, 800)
    page = application.window.findChild(Page)
    page.show_recipe()
    view = page.recipe
    seen = _Seen(view)
    column = next(name for name, type in view.draft.types.items() if type in NUMBERS)
    view.add_step(Clip(column=column, low=None, high=1000))
    _wait(seen)  # the first one reads the table
    QTest.qWait(_SETTLE_MS)
    print(json.dumps([_turn(view, seen, high=20 + n) for n in range(turns)]))
    application.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
