"""What the window remembers for this user: language, look, recent projects. Disposable, so written without syncing.

Read before the first paint: plain json, since nothing else may be imported by then.
"""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING, Literal, NamedTuple

from app.resources import user_folder

if TYPE_CHECKING:
    from pathlib import Path

_MOST_RECENT = 8
_log = logging.getLogger("ciclo.ui")


class Recent(NamedTuple):
    """A project that was open before."""

    path: str
    name: str


class Settings(NamedTuple):
    """The settings. ``language`` empty: the system's; ``cluster`` the address of a Dask scheduler, and ``on_cluster``
    whether trainings compute there."""

    language: str = ""
    mode: Literal["system", "light", "dark"] = "system"
    scale: float = 1.0
    recent: tuple[Recent, ...] = ()
    projects_folder: str = ""
    size: tuple[int, int] = (1280, 800)
    cluster: str = ""
    on_cluster: bool = False

    def with_recent(self, recent: Recent) -> Settings:
        """The settings with ``recent`` first in the list."""
        others = tuple(r for r in self.recent if r.path != recent.path)
        return self._replace(recent=(recent, *others)[:_MOST_RECENT])

    def without_recent(self, path: str) -> Settings:
        """The settings without the project at ``path`` in the list."""
        return self._replace(recent=tuple(r for r in self.recent if r.path != path))


def load_settings() -> Settings:
    """The stored settings; the defaults where there are none or they can't be read."""
    try:
        return _read(json.loads(_path().read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError, TypeError, KeyError):
        _log.info("settings can't be read; starting with the defaults")
        return Settings()


def _read(stored: dict[str, object]) -> Settings:
    """Settings from what the file says; anything of the wrong kind is left at its default."""
    recent = stored.get("recent")
    entries = [r for r in recent if isinstance(r, dict)] if isinstance(recent, list) else []
    size = stored.get("size")
    width, height = size if isinstance(size, list) and len(size) == 2 else (1280, 800)
    mode = stored.get("mode")
    return Settings(
        language=str(stored.get("language", "")),
        mode=mode if mode in ("light", "dark") else "system",
        scale=min(2.0, max(1.0, float(str(stored.get("scale", 1.0))))),
        recent=tuple(Recent(path=str(r["path"]), name=str(r["name"])) for r in entries),
        projects_folder=str(stored.get("projects_folder", "")),
        size=(int(str(width)), int(str(height))),
        cluster=str(stored.get("cluster", "")),
        on_cluster=stored.get("on_cluster") is True,
    )


def save_settings(settings: Settings) -> None:
    """Store the settings; a folder that can't be written only costs the memory of them."""
    path = _path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.part")
        partial.write_text(json.dumps(_written(settings), ensure_ascii=False, indent=1), encoding="utf-8")
        partial.replace(path)
    except OSError:
        _log.info("settings can't be written")


def _written(settings: Settings) -> dict[str, object]:
    return {**settings._asdict(), "recent": [recent._asdict() for recent in settings.recent]}


def _path() -> Path:
    return user_folder() / "window.json"
