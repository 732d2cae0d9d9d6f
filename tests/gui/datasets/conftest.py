"""A real session with a project and real jobs, and the page of the tab."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.jobs.launcher import Launcher, default_launcher
from app.ui.datasets.page import Page
from app.ui.session import Session
from app.ui.settings import Settings
from app.ui.theme import Theme

if "DISPLAY" not in os.environ:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
W = TypeVar("W", bound=QWidget)


@pytest.fixture(scope="package")
def launcher() -> Iterator[Launcher]:
    """What starts job processes; getting ready takes seconds, so it is shared."""
    made = default_launcher(warm=True)
    made.start()
    yield made
    made.close()


@pytest.fixture
def session(qtbot: QtBot, qapp: QApplication, tmp_path: Path, launcher: Launcher) -> Iterator[Session]:
    made = Session(theme=Theme(qapp, mode="light"), settings=Settings(language="en"))
    made.attach(launcher)
    with qtbot.waitSignal(made.project_changed, timeout=10_000):
        made.create_project(str(tmp_path / "project"), "Test")
    yield made
    made.close()


@pytest.fixture
def page(qtbot: QtBot, session: Session) -> Page:
    made = Page(session)
    qtbot.addWidget(made)
    made.resize(1280, 712)
    with qtbot.waitExposed(made):
        made.show()
    return made


class Hand:
    """Finds controls by name and clicks them, as a user would."""

    def __init__(self, qtbot: QtBot, page: Page) -> None:
        self._qtbot, self._page = qtbot, page

    def find(self, kind: type[W], name: str) -> W:
        found = self._page.findChild(kind, name)
        assert found is not None, name
        return found

    def click(self, name: str) -> None:
        control = self.find(QWidget, name)
        self._qtbot.waitUntil(control.isEnabled, timeout=120_000)
        self._qtbot.mouseClick(control, Qt.MouseButton.LeftButton)

    def wait_until(self, holds: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(holds, timeout=120_000)

    def wait_read(self) -> None:
        """Until the file that was taken has been read as it is now corrected."""
        self._qtbot.waitUntil(self._is_read, timeout=120_000)

    def _is_read(self) -> bool:
        state = self._page.importing.state
        return state is not None and state.found is not None and not state.busy

    def wait_dataset(self, label: str) -> None:
        """Until the page of that version is shown with its profile."""
        self._qtbot.waitUntil(lambda: self._shows(label), timeout=120_000)

    def _shows(self, label: str) -> bool:
        view = self._page.dataset
        shown = self._page.currentWidget() is view and view.version is not None
        return shown and view.version.record.label == label and view.columns.columns.rowCount() > 0  # type: ignore[union-attr]


@pytest.fixture
def hand(qtbot: QtBot, page: Page) -> Hand:
    return Hand(qtbot, page)


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    """Semicolons, decimal commas, cp1252, days first, and two records that can't be rows."""
    lines = ["código;alta;provincia;consumo;baja"]
    for number in range(1, 301):
        place = ("Málaga", "León", '"Coruña; A"')[number % 3]
        use = "n/d" if number % 50 == 0 else f"1.{number:03},5{number % 10}"
        lines.append(f"{number:05};{number % 28 + 1:02}/04/2021;{place};{use};{('sí', 'no')[number % 2]}")
    lines.insert(120, "00999;01/04/2021;Málaga;1,5;no;uno;dos;tres")
    lines.insert(200, "00998;01/04/2021")
    path = tmp_path / "clientes.csv"
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("cp1252"))
    return path
