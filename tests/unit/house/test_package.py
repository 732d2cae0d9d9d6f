"""Guards of what is packaged: the one-folder build knows every process that the program starts of itself."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock")


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^ ]+)", text, re.MULTILINE))


def test_that_the_build_starts_every_process_that_the_program_asks_for() -> None:
    started = import_module("start").PROCESSES
    asked = {
        word
        for path in (ROOT / "app").rglob("*.py")
        for word in re.findall(r"\"(--ciclo-[a-z]+)\"", path.read_text(encoding="utf-8"))
    }
    assert asked == set(started)
    for module in started.values():
        assert callable(import_module(module).main)


@pytest.mark.parametrize("lock", LOCKS)
def test_that_a_lock_pins_each_package_once_with_hashes_and_names_no_place(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    names = re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)
    assert sorted(names) == sorted(set(names))
    assert "://" not in text
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in entry for entry in entries)


def test_that_what_is_tested_is_what_is_shipped() -> None:
    shipped, tested = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: version for name, version in shipped.items() if tested.get(name) != version} == {}


def test_that_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    names = [re.split(r"[<>=\[ ;]", line)[0] for line in wanted]
    assert [name for name in names if not re.search(rf"\b{re.escape(name)}\b", text)] == []


def test_that_the_help_on_clusters_names_the_locked_version() -> None:
    locked = re.search(r"^distributed==\S+", (ROOT / "requirements-dev.lock").read_text(encoding="utf-8"), re.MULTILINE)
    assert locked is not None
    for language in ("en", "es"):
        page = (ROOT / "resources" / "help" / language / "cluster.md").read_text(encoding="utf-8")
        assert set(re.findall(r"distributed==[\d.]+", page)) == {locked[0]}
