"""Projects, from the welcome page on."""

from __future__ import annotations

from pathlib import Path

import pytest
from hands import Shell
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QLabel

from app.project import Project
from app.ui.dialogs import free_folder
from app.ui.settings import Recent, Settings, load_settings, save_settings


def drop(shell: Shell, *paths: Path) -> None:
    """Let go of files over the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPoint(300, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    shell.window.dropEvent(event)


def test_that_the_welcome_page_comes_first_and_shows_no_tabs(shell: Shell) -> None:
    assert shell.is_shown("welcome")
    assert not shell.is_shown("tab-datasets")


def test_that_a_new_project_is_made_opened_and_remembered(shell: Shell, home: Path) -> None:
    shell.open_new_project("Churn")
    assert shell.session.project is not None
    assert shell.session.project.folder == home / "projects" / "Churn"
    assert shell.is_shown("tab-datasets")
    shell.until(lambda: shell.is_shown("page-datasets"))
    assert [r.name for r in load_settings().recent] == ["Churn"]


def test_that_a_project_is_left_and_opened_again_from_the_list(shell: Shell) -> None:
    shell.open_new_project("Churn")
    shell.workspace.actions.actions["close_project"].trigger()
    assert shell.is_shown("welcome")
    row = next(w for w in shell.window.welcome.findChildren(QLabel) if w.text() == "Churn")
    shell.until(row.isVisible)
    shell.qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    shell.until(lambda: shell.session.project is not None)
    assert shell.window.windowTitle().startswith("Churn")


def test_that_the_foot_says_that_a_project_is_being_opened(shell: Shell) -> None:
    shell.open_new_project("Churn")
    assert shell.session.project is not None
    path = str(shell.session.project.folder)
    shell.workspace.actions.actions["close_project"].trigger()
    foot = shell.window.foot
    shell.session.open_project(path)
    assert foot.title.text() == "Opening the project..."
    assert foot.step.text() == ""
    shell.until(lambda: foot.title.text() == "Everything is saved")


def test_that_a_folder_that_is_no_project_gets_one_sentence_and_changes_nothing(shell: Shell, tmp_path: Path) -> None:
    shell.open_new_project("Churn")
    before = shell.session.project
    shell.session.open_project(str(tmp_path))
    shell.until(lambda: shell.is_shown("notice"))
    assert "isn't a Ciclo project" in shell.find("notice").accessibleName()
    assert shell.session.project is before


def test_that_a_file_dropped_with_no_project_is_imported_into_the_one_then_made(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    offered: list[str] = []
    shell.session.file_offered.connect(offered.append)
    drop(shell, path)
    shell.until(lambda: shell.is_shown("new-project"))
    assert shell.find("project-name").property("text") == "sales"
    assert not offered
    shell.click("create-project")
    shell.until(lambda: bool(offered))
    assert offered == [str(path)]
    shell.until(lambda: shell.is_shown("page-datasets"))


def test_that_a_folder_of_tables_dropped_with_no_project_is_data_and_no_project(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "months"
    folder.mkdir()
    for month in ("01", "02"):
        (folder / f"{month}.csv").write_text("a,b\n1,2\n3,4\n")
    offered: list[str] = []
    shell.session.file_offered.connect(offered.append)
    drop(shell, folder)
    shell.until(lambda: shell.is_shown("new-project"))
    assert shell.find("project-name").property("text") == "months"
    shell.click("create-project")
    shell.until(lambda: bool(offered))
    assert offered == [str(folder)]


def test_that_a_dropped_project_folder_is_opened(shell: Shell, tmp_path: Path) -> None:
    Project.create(tmp_path / "there", name="There").close()
    drop(shell, tmp_path / "there")
    shell.until(lambda: shell.session.project is not None)
    assert shell.session.project is not None
    assert shell.session.project.name == "There"


def test_that_a_dialog_that_is_cancelled_forgets_the_file(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("a\n1\n")
    offered: list[str] = []
    shell.session.file_offered.connect(offered.append)
    drop(shell, tmp_path / "sales.csv")
    shell.until(lambda: shell.is_shown("new-project"))
    shell.qtbot.keyClick(shell.find("new-project"), Qt.Key.Key_Escape)
    shell.open_new_project("Other")
    assert not offered


@pytest.mark.parametrize("name", ["a/b", "  ", "..", 'x:"y"'])
def test_that_any_name_gives_a_folder_below_the_place_chosen(tmp_path: Path, name: str) -> None:
    folder = free_folder(tmp_path, name)
    assert folder.parent == tmp_path
    assert not folder.exists()


def test_that_settings_survive_and_damaged_ones_are_replaced(home: Path) -> None:
    settings = Settings(language="es", mode="dark", scale=1.5).with_recent(Recent(path="/a", name="A"))
    save_settings(settings)
    assert load_settings() == settings
    (home / "data" / "window.json").write_text('{"scale": "huge", "recent": [{}]}')
    assert load_settings() == Settings()


def test_that_a_copied_table_is_taken_to_the_import_page(shell: Shell) -> None:
    shell.open_new_project("Pasting")
    offered: list[str] = []
    shell.session.file_offered.connect(offered.append)
    QGuiApplication.clipboard().setText("a\tb\r\n1\tñ\r\n")
    shell.workspace.actions.actions["paste"].trigger()
    shell.until(lambda: bool(offered))
    assert Path(offered[0]).read_text(encoding="utf-8") == "a\tb\n1\tñ\n"
    shell.until(lambda: shell.is_shown("page-datasets"))


def test_that_an_empty_clipboard_says_so(shell: Shell) -> None:
    shell.open_new_project("Pasting")
    QGuiApplication.clipboard().setText(" \n")
    shell.workspace.actions.actions["paste"].trigger()
    assert "no table on the clipboard" in shell.find("notice").accessibleName()


def test_that_several_dropped_files_and_a_folder_are_offered_as_one_source(shell: Shell, tmp_path: Path) -> None:
    shell.open_new_project("Files")
    offered: list[str] = []
    shell.session.file_offered.connect(offered.append)
    (tmp_path / "data").mkdir()
    for name in ("a.csv", "b.csv"):
        (tmp_path / "data" / name).write_text("a\n1\n")
    drop(shell, tmp_path / "data" / "a.csv", tmp_path / "data" / "b.csv")
    drop(shell, tmp_path / "data")
    assert offered == [f"{tmp_path / 'data' / 'a.csv'}\n{tmp_path / 'data' / 'b.csv'}", str(tmp_path / "data")]
