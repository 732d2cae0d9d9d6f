"""What the window remembers for this user: language, look, recent projects. Disposable, so written without syncing."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Literal

import msgspec

from app.project.writer import user_folder

_MOST_RECENT = 8
_log = logging.getLogger("ciclo.ui")


class Recent(msgspec.Struct, frozen=True, kw_only=True):
    """A project that was open before."""

    path: str
    name: str


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings. ``language`` empty: the system's; ``mode`` is system, light or dark."""

    language: str = ""
    mode: Literal["system", "light", "dark"] = "system"
    scale: float = 1.0
    recent: tuple[Recent, ...] = ()
    projects_folder: str = ""
    size: tuple[int, int] = (1280, 800)

    def with_recent(self, recent: Recent) -> Settings:
        """The settings with ``recent`` first in the list."""
        others = tuple(r for r in self.recent if r.path != recent.path)
        return msgspec.structs.replace(self, recent=(recent, *others)[:_MOST_RECENT])

    def without_recent(self, path: str) -> Settings:
        """The settings without the project at ``path`` in the list."""
        return msgspec.structs.replace(self, recent=tuple(r for r in self.recent if r.path != path))


def load_settings() -> Settings:
    """The stored settings; the defaults where there are none or they can't be read."""
    try:
        return msgspec.json.decode(_path().read_bytes(), type=Settings)
    except FileNotFoundError:
        return Settings()
    except (OSError, msgspec.MsgspecError):
        _log.info("settings can't be read; starting with the defaults")
        return Settings()


def save_settings(settings: Settings) -> None:
    """Store the settings; a folder that can't be written only costs the memory of them."""
    path = _path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.part")
        partial.write_bytes(msgspec.json.encode(settings))
        partial.replace(path)
    except OSError:
        _log.info("settings can't be written")


def _path() -> Path:
    return user_folder() / "window.json"
