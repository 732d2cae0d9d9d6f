"""A release as a git commit with a tag, where git is there. The same release gives the same commit."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from app.errors import CicloError

_QUIET = ("-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false", "-c", f"core.hooksPath={os.devnull}")
_PATIENCE_S = 120


def has_git() -> bool:
    """Whether git is installed."""
    return shutil.which("git") is not None


def commit_release(folder: Path, *, by: str, at: str, subject: str, body: str, tag: str) -> None:
    """Make a repository of a folder, with one commit and a tag on it.

    Raises
    ------
    CicloError
        ``deployment.dvc.git_failed``.
    """
    environment = _environment(by, at)

    def git(*arguments: str) -> None:
        command = ["git", *_QUIET, *arguments]
        try:
            subprocess.run(
                command, cwd=folder, env=environment, check=True, capture_output=True, timeout=_PATIENCE_S, text=True
            )
        except (OSError, subprocess.SubprocessError) as error:
            said = str(getattr(error, "stderr", "") or error)
            raise CicloError("deployment.dvc.git_failed", cause=" ".join(said.split())[:200]) from error

    git("init", "--quiet", "--template=", "--initial-branch=main")
    git("add", "--all")
    git("commit", "--quiet", "--message", subject, "--message", body)
    git("tag", "--annotate", tag, "--message", subject)
    # an index without the times of files, which differ from copy to copy
    (folder / ".git" / "index").unlink()
    git("read-tree", "HEAD")


def _environment(by: str, at: str) -> dict[str, str]:
    """This commit and no settings of anybody's: line ends and signatures would change it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in _person(by, at).items()}
    return {**kept, **who, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}


def _person(by: str, at: str) -> dict[str, str]:
    name = " ".join(by.replace("<", " ").replace(">", " ").split()).strip(".,:;\"' ") or "ciclo"
    return {"NAME": name, "EMAIL": "ciclo@localhost", "DATE": at}
