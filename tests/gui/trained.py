"""A trained project, made once a run by the command line and copied for each test; and hands for a page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.jobs.launcher import Launcher, default_launcher
from app.learning.records import MODEL
from app.ui.session import Session
from app.ui.settings import Settings
from app.ui.theme import Theme
from app.ui.widgets.form import Dropdown
from app.verification.state import VersionRow, models
from tests.once import once

W = TypeVar("W", bound=QWidget)
LONG_MS = 180_000
ROWS = 400


def customers(rows: int = ROWS) -> str:
    """A table whose answer follows from two columns, with some luck."""
    lines = ["customer,months,plan,calls,left"]
    for number in range(rows):
        months, calls = (number * 37) % 60 + 1, (number * 17) % 11
        plan = ("basic", "plus", "pro")[(number * 7) % 3]
        luck = (number * 7919) % 100
        left = "yes" if (60 - months) + 6 * calls + luck * 0.6 > 85 else "no"
        lines.append(f"C{number:04},{months},{plan},{calls},{left}")
    return "\n".join(lines) + "\n"


TRAIN = ("train", "{project}", "clients", "--target", "left", "--positive", "yes")


def _train(folder: Path) -> None:
    """The project, by commands."""
    source = folder / "clients.csv"
    source.write_text(customers(), encoding="utf-8")
    _ciclo(folder, "new", "{project}", "--name", "Retention")
    _ciclo(folder, "import", "{project}", str(source), "--name", "clients")
    _ciclo(folder, *TRAIN)
    _ciclo(folder, "verify", "{project}", "left@1")
    _ciclo(folder, *TRAIN, "--exclude", "plan", "--time-limit", "30")


def _release(trained: Path, folder: Path) -> None:
    """The same project, one step on."""
    shutil.copytree(trained / "project", folder / "project")
    _ciclo(folder, "approve", "{project}", "left@1", "--by", "Ana", "--comment", "Good")
    _ciclo(folder, "export", "{project}", "left@1", "--to", "bundle")


def _ciclo(folder: Path, *words: str) -> None:
    environment = dict(os.environ, CICLO_HOME=str(folder / "home"), CICLO_LANG="en", CICLO_AUTHOR="tester")
    told = [word.format(project=folder / "project") for word in words]
    subprocess.run([sys.executable, "-m", "app", *told], check=True, capture_output=True, env=environment)


@pytest.fixture(scope="package")
def launcher() -> Iterator[Launcher]:
    """What starts job processes; getting ready takes seconds, so it is shared."""
    made = default_launcher(warm=True)
    made.start()
    yield made
    made.close()


@pytest.fixture
def project(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Version 1 of the model ``left`` with its report, version 2 without; both undecided."""
    return Path(shutil.copytree(trained(tmp_path_factory) / "project", tmp_path / "project"))


def trained(factory: pytest.TempPathFactory) -> Path:
    """The folder in which that project lies, made when it is first asked for."""
    return once(factory, "gui-trained", _train)


def released(factory: pytest.TempPathFactory) -> Path:
    """The folder of one in which version 1 is approved and exported too."""
    first = trained(factory)
    return once(factory, "gui-released", lambda folder: _release(first, folder))


@pytest.fixture
def source(project: Path) -> Path:
    """The file that was imported."""
    path = project.parent / "clients.csv"
    path.write_text(customers(), encoding="utf-8")
    return path


@pytest.fixture
def session(qtbot: QtBot, qapp: QApplication, project: Path, launcher: Launcher) -> Iterator[Session]:
    made = Session(theme=Theme(qapp, mode="light"), settings=Settings(language="en"))
    made.attach(launcher)
    with qtbot.waitSignal(made.project_changed, timeout=LONG_MS):
        made.open_project(str(project))
    yield made
    made.close()


@pytest.fixture
def empty_session(qtbot: QtBot, qapp: QApplication, tmp_path: Path, launcher: Launcher) -> Iterator[Session]:
    made = Session(theme=Theme(qapp, mode="light"), settings=Settings(language="en"))
    made.attach(launcher)
    with qtbot.waitSignal(made.project_changed, timeout=LONG_MS):
        made.create_project(str(tmp_path / "nothing"), "Nothing")
    yield made
    made.close()


class Hand:
    """Finds visible controls by name and uses them as a person would."""

    def __init__(self, qtbot: QtBot, page: QWidget) -> None:
        self.qtbot = self._qtbot = qtbot
        self._page = page
        qtbot.addWidget(page)
        page.resize(1280, 712)
        with qtbot.waitExposed(page):
            page.show()

    def sees(self, name: str) -> bool:
        """Whether a control of that name is visible."""
        return any(w.isVisible() for w in self._page.findChildren(QWidget, name))

    def find(self, kind: type[W], name: str) -> W:
        found = [w for w in self._page.findChildren(kind, name) if w.isVisible()]
        assert found, name
        return found[0]

    def click(self, name: str) -> None:
        self.until(lambda: self.sees(name) and self.find(QWidget, name).isEnabled())
        self._qtbot.mouseClick(self.find(QWidget, name), Qt.MouseButton.LeftButton)

    def write(self, name: str, text: str) -> None:
        edit = self.find(QWidget, name)
        assert isinstance(edit, QLineEdit | QPlainTextEdit)
        edit.setFocus()
        edit.selectAll()
        self._qtbot.keyClick(edit, Qt.Key.Key_Delete)
        self._qtbot.keyClicks(edit, text)

    def choose(self, name: str, value: str) -> None:
        """Choose from a list, as a click on its line does."""
        dropdown = self.find(Dropdown, name)
        position = dropdown.findData(value)
        assert position >= 0, value
        dropdown.setCurrentIndex(position)
        dropdown.activated.emit(position)

    def until(self, holds: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(holds, timeout=LONG_MS)

    def words(self) -> str:
        """Everything that can be read on the page."""
        return "\n".join(w.text() for w in self._page.findChildren(QLabel) if w.isVisible())


def version(session: Session, label: str) -> VersionRow:
    """A version as it stands now."""
    assert session.project is not None
    return next(row for row in models(session.project) if row.label == label)


def model_id(session: Session, label: str) -> str:
    """The record of a version."""
    return next(r.id for r in session.records(MODEL) if r.label == label)


def nameless(page: QWidget) -> list[str]:
    """Visible controls without a name or words for a screen reader."""
    kinds = (QAbstractButton, QTableView, QListView, QComboBox, QLineEdit, QPlainTextEdit)
    controls = [w for w in page.findChildren(QWidget) if isinstance(w, kinds) and w.isVisible()]
    return [
        f"{type(w).__name__} {w.objectName()}"
        for w in controls
        if not w.accessibleName() and not (isinstance(w, QAbstractButton) and w.text())
    ]
