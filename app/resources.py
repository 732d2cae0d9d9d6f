"""Where the files that travel with the program lie: in a checkout, in the wheel or in the one-folder build."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path


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
