"""What was copied elsewhere, as a file that can be imported: a table as text, or files themselves."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from app.project import Project
from app.project.durable import writing
from app.project.folder import PASTED


def copied_files() -> list[str]:
    """The files on the clipboard."""
    copied = QGuiApplication.clipboard().mimeData()
    return [url.toLocalFile() for url in copied.urls() if url.isLocalFile()] if copied is not None else []


def pasted_table(project: Project) -> str:
    """The text on the clipboard in a file of its own, in place of what was pasted before; its path, empty where there
    is no text.

    Raises
    ------
    CicloError
        What the disk refused.
    """
    text = QGuiApplication.clipboard().text()
    if not text.strip():
        return ""
    folder = project.local / PASTED
    path = folder / f"pasted {datetime.now():%Y-%m-%d %H.%M.%S}.tsv"
    with writing(path):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        path.write_bytes(text.replace("\r\n", "\n").encode("utf-8", "surrogatepass"))  # what is no letter is rejected
    return str(path)


def as_source(paths: list[str]) -> str:
    """One or several files as what is offered to the import page."""
    return "\n".join(sorted(paths, key=lambda path: Path(path).name))
