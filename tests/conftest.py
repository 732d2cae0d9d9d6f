"""What every test has: compiled catalogues, and a home folder of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app.jobs.system import THREADS

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "packaging"))
os.environ.update(THREADS)  # as in the processes of jobs; more would only wait for one another beside other workers


def pytest_configure() -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"  # no test touches the user's own
    from translations import compile_catalogues

    compile_catalogues()


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings and cache folder that no other test sees."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("CICLO_HOME", str(folder))
    monkeypatch.setenv("CICLO_LANG", "en")
    monkeypatch.setenv("CICLO_AUTHOR", "tester")
    return folder
