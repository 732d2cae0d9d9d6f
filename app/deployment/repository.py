"""A repository that grows by a commit for each release: what lies in it, whose it is, and whether it is as it was left.
Light: a job of the window and a purge look at it, without git.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path, PurePosixPath

import msgspec

from app.deployment.records import Deployment, Standing, StandingAnswer, StandingRequest
from app.jobs.contract import Context, Outcome
from app.project.durable import files_below, hash_file

CONTENTS = "release.json"
CACHE = ".dvc/cache/files/md5"
WORK = "ciclo"
"""Below ``.git``: what an export has under way."""
_CHUNK = 1 << 20
_MD5 = re.compile(r"[0-9a-f]{32}")


class Sharing(StrEnum):
    """How a file of a release goes together with what people have written into it."""

    THEIRS = "theirs"
    LINES = "lines"
    STAGE = "stage"


SHARED = {
    "README.md": Sharing.THEIRS,
    ".dvc/config": Sharing.THEIRS,
    ".dvc/.gitignore": Sharing.LINES,
    ".dvcignore": Sharing.LINES,
    ".gitignore": Sharing.LINES,
    "data/.gitignore": Sharing.LINES,
    "model/.gitignore": Sharing.LINES,
    "dvc.yaml": Sharing.STAGE,
    "dvc.lock": Sharing.STAGE,
}
"""Files that people write into as well: they are never simply replaced, and don't tell whether a release is whole."""


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """The file ``release.json`` of a repository.

    Attributes
    ----------
    project, name
        The Ciclo project and the model whose releases the repository has.
    model, release
        The version that lies there, and the digest of its release.
    files
        SHA-256 of each file of the release as it was certified, those that DVC keeps among them.
    tracked
        MD5 of those that DVC keeps.
    """

    project: str
    name: str
    model: str
    release: str
    files: dict[str, str]
    tracked: dict[str, str]


def read_contents(data: bytes | None) -> Contents | None:
    """What a ``release.json`` says; None where it isn't one."""
    try:
        return msgspec.json.decode(data or b"", type=Contents)
    except msgspec.MsgspecError:
        return None


def contents_in(folder: Path) -> Contents | None:
    """What the working tree of a repository says that it holds; None where it isn't one of releases."""
    try:
        return read_contents((folder / CONTENTS).read_bytes()) if (folder / ".git").exists() else None
    except OSError:
        return None


def look(context: Context, request: StandingRequest) -> Outcome:
    """How the repositories of deployments stand; a job."""
    found = {id: standing(Path(request.project), body) for id, body in request.deployments.items()}
    return Outcome(answer=msgspec.Raw(msgspec.json.encode(StandingAnswer(found=found))))


def standing(project: Path, body: Deployment) -> Standing:
    """Whether what a deployment put into a repository still lies there, by SHA-256."""
    folder = project / body.place
    contents = contents_in(folder)
    if contents is None:
        return Standing.GONE
    try:
        whole = hash_file(folder / CONTENTS)[0] == body.sha256 and all(
            hash_file(folder / path)[0] == sha256 for path, sha256 in contents.files.items() if path not in SHARED
        )
    except OSError:
        whole = False
    return Standing.HERE if whole else Standing.ALTERED


def rows_in(folder: Path, tracked: Mapping[str, str]) -> Iterator[Path]:
    """Files with rows: those of ``tracked`` (MD5 by path) that are there, in the working tree, in DVC's cache, and
    where an export was cut off."""
    for path, md5 in tracked.items():
        if not _MD5.fullmatch(md5) or ".." in PurePosixPath(path).parts or PurePosixPath(path).is_absolute():
            continue
        if (folder / path).is_file() and md5_of(folder / path) == md5:
            yield folder / path
        kept = folder / CACHE / md5[:2] / md5[2:]
        if kept.is_file():
            yield kept
    cut_off = files_below(folder / ".git" / WORK)
    yield from (path for path in cut_off if md5_of(path) in tracked.values())


def md5_of(path: Path) -> str:
    """By which DVC knows a file."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
