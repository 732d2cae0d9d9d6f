"""The launchers and the work functions of the integration tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.jobs.launcher import NurseryLauncher

WORK = Path(__file__).resolve().parents[2] / "integration" / "jobs"
sys.path.insert(0, str(WORK))


@pytest.fixture(autouse=True, scope="session")
def work_path() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(WORK))
        yield


@pytest.fixture
def nursery(work_path: None) -> Iterator[NurseryLauncher]:
    launcher = NurseryLauncher(preload=("msgspec",))
    launcher.start()
    yield launcher
    launcher.close()
