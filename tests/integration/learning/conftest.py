"""A project with a small dataset for each task."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.learning.estimators import catalogue
from app.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    opened = Project.create(tmp_path / "project")
    yield opened
    opened.close()


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three quick families instead of all, where the test isn't about the families."""
    full = catalogue.builtin()
    few = tuple(kind for kind in full if kind.id in {"baseline", "logistic", "ridge", "boosting"})
    monkeypatch.setattr(catalogue, "builtin", lambda: few)
