"""Launchers for the tests of jobs; their processes find the work functions beside this file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.jobs.launcher import Launcher, NurseryLauncher, SpawnLauncher

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


@pytest.fixture(autouse=True, scope="session")
def work_path() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(HERE))
        yield


@pytest.fixture(scope="session")
def nursery(work_path: None) -> Iterator[NurseryLauncher]:
    launcher = NurseryLauncher(preload=("msgspec",))
    launcher.start()
    yield launcher
    launcher.close()


@pytest.fixture(scope="session")
def spawn(work_path: None) -> Iterator[SpawnLauncher]:
    launcher = SpawnLauncher()
    yield launcher
    launcher.close()


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[SpawnLauncher]:
    """What macOS does, here: a warm spare, threads in place of poll and of the kernel's signal."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(HERE), str(HERE / "elsewhere"))))
    monkeypatch.setattr("app.jobs.launcher.CAN_FORK", False)
    monkeypatch.setattr("app.jobs.inbox.SYSTEM", "win32")
    launcher = SpawnLauncher(warm=True, preload=("msgspec",))
    launcher.start()
    yield launcher
    launcher.close()


@pytest.fixture(params=["nursery", "spawn", "elsewhere"])
def launcher(request: pytest.FixtureRequest) -> Launcher:
    found: Launcher = request.getfixturevalue(request.param)
    return found
