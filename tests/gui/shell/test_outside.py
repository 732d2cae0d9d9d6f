"""What a command stores while the window is open is there when the analyst comes back to the window."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from hands import Shell
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication


def come_back() -> None:
    application = QApplication.instance()
    assert isinstance(application, QGuiApplication)
    application.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)


def test_that_a_dataset_imported_by_a_command_appears(shell: Shell, tmp_path: Path) -> None:
    shell.open_new_project("Churn")
    project = shell.session.project
    assert project is not None
    told: list[dict[str, object] | None] = []
    shell.session.changed.connect(lambda changes: told.append(changes))
    shell.until(lambda: shell.is_shown("datasets.import_first"))
    source = tmp_path / "customers.csv"
    source.write_text("age,churn\n31,yes\n40,no\n")
    command = [sys.executable, "-m", "app", "import", str(project.folder), str(source), "--name", "customers"]
    subprocess.run(command, check=True, capture_output=True)
    come_back()
    shell.until(lambda: shell.is_shown("datasets.view_columns"))
    assert [list(changes) for changes in told if changes] == [["dataset-version"]]
    come_back()
    shell.session.run(lambda: None, lambda nothing: told.append(nothing))  # after the look that coming back asked for
    shell.until(lambda: len(told) == 2)
    assert told[1] is None


def test_that_coming_back_to_a_project_that_is_gone_asks_nothing(shell: Shell) -> None:
    shell.open_new_project("Churn")
    project = shell.session.project
    assert project is not None
    project.folder.rename(project.folder.with_name("elsewhere"))
    come_back()
    done: list[object] = []
    shell.session.run(lambda: True, lambda there: done.append(there))
    shell.until(lambda: bool(done))
    assert not shell.is_shown("notice")
