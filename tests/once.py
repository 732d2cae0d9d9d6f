"""What takes long to make, made once in a run: by whichever process needs it first, for all of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.project.lock import locked

_MOST_S = 280.0


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder ``name`` as ``make`` fills it. Nothing may change what lies there: tests take copies.

    Parameters
    ----------
    make
        Is given an empty folder. What it has left where it failed is thrown away, and the next who asks tries again.
    """
    folder = _root(factory) / name
    done = folder.with_suffix(".done")
    with locked(folder.with_suffix(".lock"), timeout_s=_MOST_S):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def _root(factory: pytest.TempPathFactory) -> Path:
    """A folder of this run, the same for all of its processes."""
    own = factory.getbasetemp()
    return (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "once"
