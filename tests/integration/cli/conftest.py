"""The program as an engineer calls it: a process of its own, from which the window's libraries were taken away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
WITHOUT_WINDOW = """
import sys

class Gone:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("PySide6", "shiboken6", "pyqtgraph"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Gone())
"""


class Said(msgspec.Struct, frozen=True):
    """What one command did."""

    status: int
    document: dict[str, object]
    errors: str


class Program:
    """``ciclo`` in a process of its own; every Python in it lacks PySide6 and pyqtgraph."""

    def __init__(self, folder: Path, *, patience_s: float = 240) -> None:
        self.folder, self._patience_s = folder, patience_s
        (folder / "site").mkdir()
        (folder / "site" / "sitecustomize.py").write_text(WITHOUT_WINDOW)
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(folder / "site")]),
            "CICLO_HOME": str(folder / "home"),
            "CICLO_LANG": "en",
            "CICLO_AUTHOR": "tester",
        }

    def start(self, *arguments: str, language: str = "en") -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "app", *arguments],
            cwd=self.folder,
            env={**self.environment, "CICLO_LANG": language},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: str, language: str = "en") -> Said:
        """Run a command with ``--json``: exactly one document must come on stdout."""
        process = self.start(*arguments, "--json", language=language)
        out, errors = process.communicate(timeout=self._patience_s)
        assert "Traceback" not in errors
        assert out.count("\n") == 1
        return Said(process.returncode, json.loads(out), errors)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program(tmp_path_factory.mktemp("program"))


@pytest.fixture(scope="module")
def customers(program: Program) -> Path:
    """A file as it comes from a Spanish office: semicolons, decimal commas, a gap, a broken line at its end."""
    random = np.random.default_rng(11)
    lines = ["id;edad;gasto;ciudad;desde;baja"]
    for number in range(260):
        age, spent = int(random.integers(18, 80)), float(random.normal(100, 30))
        city = str(random.choice(["Lima", "Cuzco", "Puno"]))
        leaves = age / 20 + (city == "Lima") + random.normal() * 0.5 > 2.8
        since = np.datetime64("2021-01-01") + int(random.integers(0, 700))
        day = str(since).split("-")
        money = "" if number % 50 == 7 else f"{spent:.2f}".replace(".", ",")
        lines.append(f"C{number:05};{age};{money};{city};{day[2]}/{day[1]}/{day[0]};{'Sí' if leaves else 'No'}")
    path = program.folder / "clientes.csv"
    path.write_text("\n".join([*lines, "C99999;40;1,0"]) + "\n", encoding="utf-8")
    return path
