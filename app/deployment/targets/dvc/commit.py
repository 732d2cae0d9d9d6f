"""A release as a git commit with a tag, where git is there. The same release gives the same commit."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.deployment.approved import ApprovedVersion, safe_name
from app.deployment.made import Source
from app.deployment.targets.dvc.git import Git


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a commit says: who approved and when, the release, where it comes from, and the name of its tag."""

    by: str
    at: str
    subject: str
    body: str
    tag: str


def told_of(source: Source) -> Told:
    """What the commit of a release says."""
    from app.deployment.targets.facts import tags

    version = source.version
    return Told(
        by=version.decision.by,
        at=version.decision_record.time,
        subject=f"Release {version.record.label}",
        body="\n".join(f"{name}: {' '.join(value.split())}" for name, value in tags(source, "").items()),
        tag=tag_of(version),
    )


def tag_of(version: ApprovedVersion) -> str:
    """``churn-4``."""
    return f"{safe_name(version.record.name)}-{version.record.number}"


def commit_release(folder: Path, told: Told) -> str:
    """Make a repository of a folder, with one commit and a tag on it; the id of the commit.

    Raises
    ------
    CicloError
        ``deployment.dvc.git_failed``.
    """
    git = Git(folder, by=told.by, at=told.at)
    git("init", "--quiet", "--template=", "--initial-branch=main")
    git("add", "--all")
    git("commit", "--quiet", "--message", told.subject, "--message", told.body)
    git("tag", "--annotate", told.tag, "--message", told.subject)
    # an index without the times of files, which differ from copy to copy
    (folder / ".git" / "index").unlink()
    git("read-tree", "HEAD")
    return git.line("rev-parse", "HEAD")
