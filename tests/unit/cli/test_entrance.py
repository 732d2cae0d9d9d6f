"""The entrance: what can't open is said, never traced."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

BLOCKED = "import sys; sys.modules[{name!r}] = None; from app.__main__ import main; sys.exit(main({argv!r}))"


def run(name: str, argv: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    command = [sys.executable, "-c", BLOCKED.format(name=name, argv=argv)]
    return subprocess.run(command, capture_output=True, text=True, env=kept | environment, check=False)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a display")
def test_that_without_a_display_the_window_says_so() -> None:
    done = run("nothing", [])
    assert done.returncode == 2
    assert done.stderr.startswith("There is no display here")


def test_that_without_qt_the_window_names_what_is_missing() -> None:
    done = run("PySide6", [], QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 2
    assert "isn't installed" in done.stderr
    assert "Traceback" not in done.stderr


def test_that_without_qt_the_demo_refuses_in_json() -> None:
    done = run("PySide6", ["demo", "--json"])
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "cli.no_window"
