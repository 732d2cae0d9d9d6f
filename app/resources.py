"""Where files lie: those that travel with the program, the user's own, and the user's cache."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

APPLICATION = "ciclo"


@cache
def _root() -> Path:
    package = Path(__file__).resolve().parent
    frozen = Path(getattr(sys, "_MEIPASS", package))
    for candidate in (frozen / "resources", package / "_resources", package.parent / "resources"):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError("the resources folder")


def resource(*parts: str) -> Path:
    """Path of a file or folder below ``resources/``, e.g. ``resource("icons", "play.svg")``."""
    return _root().joinpath(*parts)


def user_folder() -> Path:
    """The user's own folder for Ciclo's settings (``CICLO_HOME`` overrides it)."""
    if home := os.environ.get("CICLO_HOME"):
        return Path(home) / "data"
    import platformdirs

    return Path(platformdirs.user_data_dir(APPLICATION, appauthor=False))


def cache_folder() -> Path:
    """The user's cache folder: everything in it can be deleted at any time."""
    if home := os.environ.get("CICLO_HOME"):
        return Path(home) / "cache"
    import platformdirs

    return Path(platformdirs.user_cache_dir(APPLICATION, appauthor=False))
