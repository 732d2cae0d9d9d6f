"""Whether a repository may take a release: only where nothing of anybody's is lost, and where it belongs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.deployment.repository import CONTENTS, WORK, Contents, md5_of, read_contents
from app.deployment.targets.dvc.git import Git, has_git
from app.deployment.targets.dvc.swapping import Swap
from app.errors import CicloError
from app.project.durable import check_place, reading, writing
from app.project.lock import FileLock

_LOCK = "ciclo.lock"
_LOCK_S = 60.0
_MD5 = re.compile(r"""\bmd5["']?:\s*["']?([0-9a-f]{32})\b""")
_UNDER_WAY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")


@dataclass(frozen=True, kw_only=True)
class Found:
    """A repository as it is: ``head`` is empty where it has no commit yet; ``former`` is the release that it holds."""

    git_folder: Path
    head: str
    branch: str
    former: Contents | None

    @property
    def work(self) -> Path:
        """For what is under way."""
        return self.git_folder / WORK


def is_free(folder: Path) -> bool:
    """Whether there is nothing yet: the first release makes the repository.

    Raises
    ------
    CicloError
        ``deployment.dvc.no_git``, ``deployment.dvc.not_git``, or as :func:`app.project.durable.check_place`.
    """
    if not has_git():
        raise CicloError("deployment.dvc.no_git", path=str(folder))
    if not os.path.lexists(folder):
        check_place(folder)
        return True
    if not folder.is_dir():
        raise CicloError("deployment.dvc.not_git", path=str(folder))
    check_place(folder / CONTENTS if not (folder / CONTENTS).exists() else folder / ".ciclo-new")
    with reading(folder):
        return not any(folder.iterdir())


def git_folder_of(git: Git) -> Path:
    """Where git keeps its own data of a repository.

    Raises
    ------
    CicloError
        ``deployment.dvc.not_git``.
    """
    if not (git.folder / ".git").exists():
        raise CicloError("deployment.dvc.not_git", path=str(git.folder))
    return Path(git.line("rev-parse", "--absolute-git-dir"))


@contextmanager
def held(git: Git) -> Iterator[Path]:
    """Keep other exports out of a repository for the length of a block, and put back what was cut off before; where git
    keeps its own data.

    Raises
    ------
    CicloError
        ``deployment.dvc.not_git``, ``project.busy``.
    """
    git_folder = git_folder_of(git)
    lock = FileLock(git_folder / _LOCK)
    if not lock.acquire(timeout_s=_LOCK_S):
        raise CicloError("project.busy", path=str(git.folder), seconds=round(_LOCK_S))
    try:
        with writing(git.folder):
            recover(git, Swap(git.folder, git_folder / WORK))
        yield git_folder
    finally:
        lock.release()


def recover(git: Git, swap: Swap) -> None:
    """Put back what was moved before branch and tag did; where they did, all is done."""
    journal = swap.read_journal()
    if journal is not None:
        if (git.maybe("rev-parse", "--verify", "--quiet", journal.branch) or b"").decode().strip() != journal.commit:
            swap.undo(journal)
            index_of(git, journal.head)
        swap.forget()


def index_of(git: Git, commit: str) -> None:
    """Have git's index say what a commit has, and look at the files once."""
    git("read-tree", *(["--reset", commit] if commit else ["--empty"]))
    git.maybe("update-index", "-q", "--refresh")


def examine(git: Git, git_folder: Path, *, project: str, name: str) -> Found:
    """What a repository is, where it may take a release of model ``name`` of ``project``.

    Raises
    ------
    CicloError
        ``deployment.dvc.no_branch``, ``deployment.dvc.under_way``, ``deployment.dvc.no_releases``,
        ``deployment.dvc.other_model``, ``deployment.dvc.other_project``, ``deployment.dvc.uncommitted``.
    """
    path = str(git.folder)
    branch = (git.maybe("symbolic-ref", "--quiet", "HEAD") or b"").decode().strip()
    if not branch:
        raise CicloError("deployment.dvc.no_branch", path=path)
    if any((git_folder / name).exists() for name in _UNDER_WAY):
        raise CicloError("deployment.dvc.under_way", path=path)
    head = (git.maybe("rev-parse", "--verify", "--quiet", "HEAD^{commit}") or b"").decode().strip()
    former = read_contents(git.maybe("show", f"HEAD:{CONTENTS}")) if head else None
    if former is None and head:
        raise CicloError("deployment.dvc.no_releases", path=path)
    if former is not None and former.project != project:
        raise CicloError("deployment.dvc.other_project", path=path, model=former.model)
    if former is not None and former.name != name:
        raise CicloError("deployment.dvc.other_model", path=path, theirs=former.name, model=name)
    _check_clean(git, former)
    return Found(git_folder=git_folder, head=head, branch=branch, former=former)


def _check_clean(git: Git, former: Contents | None) -> None:
    """Nothing that a commit, or DVC's note of a file, doesn't have. New files that git doesn't know may lie there."""
    changed = git("status", "--porcelain", "-z", "--untracked-files=no", "--no-renames")
    if changed:
        name = changed.split(b"\0")[0][3:].decode("utf-8", "replace")
        raise CicloError("deployment.dvc.uncommitted", path=str(git.folder), name=name)
    for name in former.tracked if former is not None else ():
        place = git.folder / name
        note = _MD5.search((git.maybe("show", f"HEAD:{name}.dvc") or b"").decode("utf-8", "replace"))
        with reading(place):
            if place.is_file() and (note is None or md5_of(place) != note[1]):
                raise CicloError("deployment.dvc.uncommitted", path=str(git.folder), name=name)
