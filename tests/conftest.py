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


LONGEST = (
    "integration/learning/test_cluster.py",
    "integration/cli/test_main_job.py",
    "integration/learning/test_plan.py",
    "gui/main_job/test_demo.py",
    "integration/learning/test_training.py",
    "gui/training/test_training.py",
    "integration/cli/test_other_packages.py",
    "gui/training/test_clusters.py",
    "integration/verification/test_beside.py",
    "gui/verification/test_verification.py",
)
"""These are begun first, so that no worker is alone with one of them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        places = {ROOT / "tests" / name: place for place, name in enumerate(LONGEST)}
        items.sort(key=lambda item: places.get(item.path, len(places)))


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False  # it would begin with the files of the most tests, however short
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
