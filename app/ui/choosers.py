"""Qt's file choosers, opened and never waited for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from app.text.words import Words
from app.ui.dialogs import projects_folder
from app.ui.session import Session

_ENDINGS = (
    *("csv", "tsv", "txt", "tab", "dat", "gz", "xz", "bz2", "zst", "zip"),
    *("parquet", "xlsx", "xlsm", "xlsb", "xls", "ods", "json", "jsonl", "ndjson"),
)


def holds_tables(folder: Path) -> bool:
    """Whether a file of a folder has the name of a table."""
    try:
        return any(path.suffix.lower()[1:] in _ENDINGS for path in folder.iterdir())
    except OSError:
        return False


def choose_project(parent: QWidget, session: Session) -> None:
    """Ask for a project folder and open it."""
    start = projects_folder(session)
    chooser = _chooser(parent, session.words("ui.open_project.title"), start if start.is_dir() else Path.home())
    chooser.setFileMode(QFileDialog.FileMode.Directory)
    chooser.setOption(QFileDialog.Option.ShowDirsOnly)
    chooser.fileSelected.connect(session.open_project)
    chooser.open()


def choose_file(parent: QWidget, session: Session, chosen: Callable[[str], object]) -> None:
    """Ask for a data file; ``chosen(path)`` is a bound method."""
    chooser = _chooser(parent, session.words("ui.choose_file.title"), Path.home())
    chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
    patterns = " ".join(f"*.{ending}" for ending in _ENDINGS)
    chooser.setNameFilters(
        [f"{session.words('ui.choose_file.data')} ({patterns})", f"{session.words('ui.choose_file.all')} (*)"]
    )
    chooser.fileSelected.connect(chosen)
    chooser.open()


def choose_folder(parent: QWidget, words: Words, start: Path, chosen: Callable[[str], object]) -> None:
    """Ask for a folder; ``chosen(path)`` is a bound method."""
    chooser = _chooser(parent, words("ui.choose_folder.title"), start)
    chooser.setFileMode(QFileDialog.FileMode.Directory)
    chooser.setOption(QFileDialog.Option.ShowDirsOnly)
    chooser.fileSelected.connect(chosen)
    chooser.open()


def save_file(
    parent: QWidget, words: Words, *, name: str, suffixes: tuple[str, ...], chosen: Callable[[str], object]
) -> None:
    """Ask where to write a file; ``chosen(path)`` is a bound method."""
    chooser = _chooser(parent, words("ui.save_file.title"), Path.home())
    chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    chooser.setNameFilters([f"{suffix[1:].upper()} (*{suffix})" for suffix in suffixes])
    chooser.setDefaultSuffix(suffixes[0][1:])
    chooser.selectFile(name)
    chooser.fileSelected.connect(chosen)
    chooser.open()


def _chooser(parent: QWidget, title: str, folder: Path) -> QFileDialog:
    chooser = QFileDialog(parent, title, str(folder))
    chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    chooser.setObjectName("chooser")
    return chooser
