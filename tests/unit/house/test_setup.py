"""The set-up of a checkout: what it passes on, what it asks for, and that a second run has nothing to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def setup(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    import setup

    for name in ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_CACHE_DIR", "UV_FIND_LINKS", "SSL_CERT_FILE", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return setup


def test_that_uv_is_told_what_pip_was_told(setup: ModuleType) -> None:
    told = setup.uv_environment(
        {
            "index-url": "https://index.example/simple",
            "extra-index-url": "https://one.example/simple\nhttps://two.example/simple",
            "proxy": "http://proxy.example:3128",
            "cert": "/etc/own.pem",
        }
    )
    assert told["UV_DEFAULT_INDEX"] == "https://index.example/simple"
    assert told["UV_INDEX"] == "https://one.example/simple https://two.example/simple"
    assert told["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    assert told["ALL_PROXY"] == "http://proxy.example:3128"
    assert told["SSL_CERT_FILE"] == "/etc/own.pem"


def test_that_nothing_is_said_to_uv_where_pip_was_told_nothing(setup: ModuleType) -> None:
    told = setup.uv_environment({})
    assert not {"UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_STRATEGY", "ALL_PROXY"} & told.keys()


def test_that_a_folder_of_packages_that_is_gone_is_passed_over_as_pip_does(setup: ModuleType, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    told = setup.uv_environment({"find-links": f"{gone} {tmp_path}", "extra-index-url": f"file://{gone}/simple"})
    assert told["UV_FIND_LINKS"] == str(tmp_path)
    assert "UV_INDEX" not in told


def test_that_what_was_said_to_uv_itself_wins(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mine.example/simple")
    told = setup.uv_environment({"index-url": "https://index.example/simple"})
    assert told["UV_DEFAULT_INDEX"] == "https://mine.example/simple"


def test_that_the_environment_overrides_the_files_of_pip(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = ":env:.index-url='https://env.example'\nglobal.index-url='https://file.example'\nglobal.timeout='60'\n"
    answer = subprocess.CompletedProcess([], 0, stdout=listed)
    monkeypatch.setattr(setup.subprocess, "run", lambda *_, **__: answer)
    assert setup.pip_settings() == {"index-url": "https://env.example", "timeout": "60"}


def test_that_missing_libraries_come_with_the_command_to_type(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "missing_packages", lambda purpose: ["libegl1", "libgl1"])
    monkeypatch.setattr(setup, "apt_prefix", lambda: None)
    monkeypatch.setattr(setup.shutil, "which", lambda name: "/usr/bin/" + name)
    with pytest.raises(setup.SetupError, match="sudo apt-get install -y --no-install-recommends libegl1 libgl1"):
        setup.install_libraries("tests")


def test_that_package_lists_are_fetched_only_when_the_first_try_fails(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, ran = iter([["libegl1"], []]), []
    monkeypatch.setattr(setup, "missing_packages", lambda purpose: next(answers))
    monkeypatch.setattr(setup, "apt_prefix", list)
    monkeypatch.setattr(setup, "succeeds", lambda command: False)
    monkeypatch.setattr(setup, "run", lambda command, failure: ran.append(command))
    setup.install_libraries("tests")
    assert ["update" in command for command in ran] == [True, False]


def test_that_the_libraries_of_a_display_are_wanted_where_there_is_one(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    assert "libxcb-cursor.so.0" in setup.wanted_libraries("window")
    assert "libxcb-cursor.so.0" not in setup.wanted_libraries("tests")
    monkeypatch.delenv("DISPLAY")
    assert setup.wanted_libraries("window") == setup.ANY_QT


def test_that_an_old_python_without_a_newer_one_is_refused_in_words(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "is_usable", lambda version: False)
    monkeypatch.setattr(setup.shutil, "which", lambda name: None)
    with pytest.raises(setup.SetupError, match=r"needs Python 3\.11 to 3\.14"):
        setup.use_a_new_enough_python()


def test_that_a_second_run_makes_nothing_and_a_new_lock_does(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made: list[str] = []
    lock = tmp_path / "lock"
    lock.write_text("one")
    monkeypatch.setattr(setup, "LOCK", lock)
    monkeypatch.setattr(setup, "STAMP", tmp_path / "stamp")
    for name in ("PROGRAM", "PYTHON"):
        monkeypatch.setattr(setup, name, Path(sys.executable))
    monkeypatch.setattr(setup, "make_environment", lambda: made.append("made"))
    monkeypatch.setattr(setup, "install_libraries", lambda purpose: None)
    setup.set_up("tests")
    setup.set_up("tests")
    assert made == ["made"]
    lock.write_text("two")
    setup.set_up("tests")
    assert made == ["made", "made"]
