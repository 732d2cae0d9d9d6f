"""What was released, and what went where. Light."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from app.deployment.records import DEPLOYMENT, RELEASE, Deployment, Release
from app.project import Project, Record, encode


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A deployment with its record."""

    record: Record
    body: Deployment

    @property
    def spot(self) -> tuple[str, str]:
        """What another deployment takes over: the same model at the same target and address."""
        name = self.body.model.partition("@")[0]
        return name, self.body.target if not self.body.place else f"{self.body.target} {self.body.place}"


@dataclass(frozen=True, kw_only=True)
class Released:
    """A release with its record."""

    record: Record
    body: Release

    @property
    def digest(self) -> str:
        """What exports name it by: the SHA-256 of its content."""
        return digest(self.body)


def digest(body: Release) -> str:
    """The SHA-256 of a release's content, without what was written about it: known before it is stored."""
    return hashlib.sha256(encode(body)).hexdigest()


def deployments(records: Iterable[Record]) -> list[Deployed]:
    """The deployments among records, oldest first.

    Before releases were increments, an export was stored as one: without a place in a series."""
    found = (r for r in records if r.kind == DEPLOYMENT or (r.kind == RELEASE and not r.name))
    return [Deployed(record=r, body=r.read(Deployment)) for r in sorted(found, key=attrgetter("order"))]


def releases(records: Iterable[Record], *, model: str = "") -> list[Released]:
    """The releases among records, oldest first; those of one model where it is named."""
    found = (r for r in records if r.kind == RELEASE and r.name and model in ("", r.name))
    return [Released(record=r, body=r.read(Release)) for r in sorted(found, key=attrgetter("order"))]


def all_deployments(project: Project) -> list[Deployed]:
    """The deployments of a project, oldest first."""
    return deployments([*project.records(DEPLOYMENT), *project.records(RELEASE)])


def all_releases(project: Project, *, model: str = "") -> list[Released]:
    """The releases of a project, oldest first."""
    return releases(project.records(RELEASE), model=model)
