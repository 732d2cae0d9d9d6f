"""Guards of what is imported by whom, and of the Qt binding that is pinned."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

LOAD = """
import importlib, json, pkgutil, sys
import {package}
names = [m.name for m in pkgutil.walk_packages({package}.__path__, "{package}.")] if {whole} else []
for name in names:
    importlib.import_module(name)
print(json.dumps(sorted(sys.modules)))
"""

MANY_CALLS = """
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

class Source(QObject):
    said = Signal(int)

application = QApplication([])
widget, source = QWidget(), Source()
for number in range(20_000):
    widget.update()
    source.said.emit(number)
print("alive")
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def loaded_by(package: str, whole: bool = False) -> set[str]:
    """The top names of what importing ``package`` (or all of its modules) brings into a fresh process."""
    done = run(sys.executable, "-c", LOAD.format(package=package, whole=whole))
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in json.loads(done.stdout)}


def test_that_imports_point_one_way() -> None:
    done = run(str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    assert done.returncode == 0, done.stdout


def test_that_the_window_starts_without_numpy_and_charts() -> None:
    assert loaded_by("app.ui.application") & {"numpy", "pyqtgraph", "babel", "jinja2"} == set()


def test_that_no_module_of_the_window_loads_a_heavy_library() -> None:
    heavy = {"pandas", "sklearn", "joblib", "pyarrow", "scipy", "skops", "matplotlib", "statsmodels"}
    assert loaded_by("app.ui", whole=True) & heavy == set()


def test_that_the_command_line_starts_without_qt_and_heavy_libraries() -> None:
    unwanted = {"PySide6", "shiboken6", "pyqtgraph", "pandas", "sklearn", "pyarrow", "scipy"}
    assert loaded_by("app.cli.main") & unwanted == set()


def test_that_the_pinned_qt_survives_many_calls() -> None:
    """PySide6 6.12.0 drops a reference of None in such calls and dies after some thousands on Python 3.11."""
    done = run(sys.executable, "-c", MANY_CALLS)
    assert done.stdout.strip() == "alive", done.stderr
