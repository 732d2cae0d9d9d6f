"""``ciclo releases``: what was released and what changed from one to the next, and what went where."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal, table
from app.cli.work import opened
from app.deployment.history import Deployed, Released, all_deployments, all_releases
from app.deployment.records import Certificate
from app.deployment.releasing import Difference, differences
from app.deployment.repository import standing
from app.text import Words
from app.text.message import amount


class _Release(msgspec.Struct, frozen=True, kw_only=True):
    model: str
    release: int
    version: str
    dataset: str
    digest: str
    created: str
    decided_by: str
    software: str
    notes: str
    changes: tuple[Difference, ...]


class _Deployment(msgspec.Struct, frozen=True, kw_only=True):
    version: str
    release: str
    target: str
    place: str
    created: str
    author: str
    current: bool
    commit: str
    standing: str
    certificate: Certificate


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    releases: tuple[_Release, ...]
    deployments: tuple[_Deployment, ...]


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("model", metavar="MODEL", optional=True)


def run(terminal: Terminal, options: Namespace) -> int:
    """List them, oldest first."""
    name = (options.model or "").partition("@")[0]
    with opened(terminal, options.project) as project:
        made = all_releases(project, model=name)
        deployed = [one for one in all_deployments(project) if name in ("", one.body.model.partition("@")[0])]
    answer = _Answer(releases=_releases(made), deployments=_deployments(deployed, project.folder))
    terminal.answer(answer, _lines(answer, terminal.words))
    return 0


def _releases(made: list[Released]) -> tuple[_Release, ...]:
    by_id = {one.record.id: one.body for one in made}
    return tuple(
        _Release(
            model=one.record.name,
            release=one.record.number,
            version=one.body.model,
            dataset=one.body.dataset,
            digest=one.digest,
            created=one.record.time,
            decided_by=one.body.decided_by,
            software=one.body.software,
            notes=one.body.notes,
            changes=differences(by_id[one.body.previous], one.body) if one.body.previous in by_id else (),
        )
        for one in made
    )


def _deployments(deployed: list[Deployed], folder: Path) -> tuple[_Deployment, ...]:
    newest = {one.spot: one.record.id for one in deployed}
    return tuple(
        _Deployment(
            version=one.body.model,
            release=one.body.release,
            target=one.body.target,
            place=one.body.place or one.body.file_name,
            created=one.record.time,
            author=one.record.author,
            current=newest[one.spot] == one.record.id,
            commit=one.body.commit,
            standing=standing(folder, one.body) if one.body.commit and newest[one.spot] == one.record.id else "",
            certificate=one.body.certificate,
        )
        for one in deployed
    )


def _lines(answer: _Answer, words: Words) -> list[str]:
    if not answer.releases and not answer.deployments:
        return [words("cli.releases.none")]
    lines = []
    for one in answer.releases:
        date = words.value(amount(one.created, "date"))
        lines.append(words("cli.releases.one", model=one.model, n=one.release, version=one.version, date=date))
        lines += [f"  {one.notes}"] if one.notes else []
        lines += [f"  {words(f'deployment.part.{c.part}')}: {_change(c)}" for c in one.changes]
    rows = [
        (one.version, one.target, one.place, words.value(amount(one.created, "date")), one.author, _state(one, words))
        for one in answer.deployments
    ]
    return [*lines, "", *table(rows)] if rows else lines


def _state(one: _Deployment, words: Words) -> str:
    """What became of a release in a repository."""
    return words(f"deployment.standing.{one.standing}", commit=one.commit[:7]) if one.standing else one.commit[:7]


def _change(found: Difference) -> str:
    return f"{found.name} {_short(found.before)} → {_short(found.after)}"


def _short(value: str) -> str:
    return value[:12] if len(value) == 64 else value or "-"
