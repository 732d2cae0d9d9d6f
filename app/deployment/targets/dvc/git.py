"""git as Ciclo runs it: in one folder, with no hooks, no signatures and no settings of anybody."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from app.errors import CicloError

_PLAIN = (
    "commit.gpgsign=false",
    "tag.gpgsign=false",
    "core.autocrlf=false",
    "core.fsmonitor=false",
    *(f"core.{name}={os.devnull}" for name in ("hooksPath", "attributesFile", "excludesFile")),
)
_QUIET = tuple(part for setting in _PLAIN for part in ("-c", setting))
_PATIENCE_S = 120
MAIL = "ciclo@localhost"


def has_git() -> bool:
    """Whether git is installed."""
    return shutil.which("git") is not None


class Git:
    """git in a folder, by the name of who approved. ``at`` is when that was, ``now`` when it is committed."""

    def __init__(self, folder: Path, *, by: str = "", at: str = "", now: str = "") -> None:
        self.folder = folder
        self._environment = _environment(folder, by, at, now or at)

    def __call__(self, *arguments: str, given: bytes = b"", index: Path | None = None) -> bytes:
        """What a command prints. ``index`` is another one than the folder's own.

        Raises
        ------
        CicloError
            ``deployment.dvc.git_failed``.
        """
        own = {"GIT_INDEX_FILE": str(index)} if index is not None else {}
        try:
            return subprocess.run(
                ["git", *_QUIET, *arguments],
                cwd=self.folder,
                env=self._environment | own,
                check=True,
                capture_output=True,
                timeout=_PATIENCE_S,
                input=given,
            ).stdout
        except (OSError, subprocess.SubprocessError) as error:
            told = getattr(error, "stderr", b"") or str(error).encode()
            cause = " ".join(told.decode("utf-8", "replace").split())[:200]
            raise CicloError("deployment.dvc.git_failed", cause=cause) from error

    def line(self, *arguments: str, given: bytes = b"", index: Path | None = None) -> str:
        """The one line that a command prints; as the call."""
        return self(*arguments, given=given, index=index).decode("utf-8", "surrogateescape").strip()

    def maybe(self, *arguments: str) -> bytes | None:
        """What a command prints; None where it says no."""
        try:
            return self(*arguments)
        except CicloError:
            return None


def _environment(folder: Path, by: str, at: str, now: str) -> dict[str, str]:
    """This commit and no settings of anybody's: line ends and signatures would change it. A repository around the
    folder isn't taken for its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = {
        f"GIT_{role}_{what}": value
        for role, time in (("AUTHOR", at), ("COMMITTER", now))
        for what, value in _person(by, time).items()
    }
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    return {**kept, **who, **own, "GIT_CEILING_DIRECTORIES": str(folder.resolve().parent)}


def _person(by: str, at: str) -> dict[str, str]:
    return {"NAME": person(by), "EMAIL": MAIL} | ({"DATE": at} if at else {})


def person(by: str) -> str:
    """A name as git takes it."""
    return " ".join(by.replace("<", " ").replace(">", " ").split()).strip(".,:;\"' ") or "ciclo"
