"""What a job takes of the machine at the moment."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.jobs import usage
from app.jobs.usage import Meter


def test_that_a_process_that_is_gone_takes_nothing_and_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "_EVERY_S", 0.0)
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    meter = Meter(process.pid)
    seen = meter.look()
    assert seen is not None
    assert seen.memory_mb > 1
    process.communicate(b"\n")
    assert meter.look() is None
    assert Meter(process.pid).look() is None


def test_that_a_look_right_after_another_is_not_taken() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert Meter(process.pid).look() is None
    process.communicate(b"\n")
