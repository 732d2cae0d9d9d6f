"""``ciclo versions``: the versions of a dataset with note, author, time, rows, and what rests on them."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal, table
from app.cli.work import opened
from app.data.versions.history import Said, Use, VersionEntry, history
from app.errors import CicloError
from app.project import Project
from app.project.purge import purged
from app.project.record import kind_in_words
from app.project.tombstone import Purged, said_of
from app.text import Words


class _Version(msgspec.Struct, frozen=True, kw_only=True):
    dataset: str
    version: int
    label: str
    created: str
    author: str
    note: str
    rows: int
    columns: int
    rejected: int
    source: str
    restored_from: str
    newest: bool
    binned: bool
    notes: tuple[Said, ...]
    used_by: tuple[Use, ...]


class _Gone(msgspec.Struct, frozen=True, kw_only=True):
    label: str
    by: str
    reason: str
    time: str


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    versions: tuple[_Version, ...]
    purged: tuple[_Gone, ...]


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("dataset", metavar="DATASET", optional=True)


def run(terminal: Terminal, options: Namespace) -> int:
    """List the versions."""
    wanted, _, number = (options.dataset or "").partition("@")
    with opened(terminal, options.project) as project:
        entries = [e for e in history(project, wanted) if not number or str(e.number) == number]
        gone = [one for one in purged(project) if wanted in ("", one.stone.name)]
        if wanted and not entries and not gone:
            raise _unknown(project, options.dataset)
    answer = _Answer(
        versions=tuple(_version(entry) for entry in entries),
        purged=tuple(
            _Gone(label=g.stone.label, by=g.stone.by, reason=g.stone.reason, time=g.time) for g in gone if not number
        ),
    )
    terminal.answer(answer, _lines(entries, gone, terminal.words))
    return 0


def _unknown(project: Project, label: str) -> CicloError:
    known = ", ".join(sorted({entry.name for entry in history(project)})) or "—"
    return CicloError("project.no_such_version", label=label, known=known)


def _version(entry: VersionEntry) -> _Version:
    return _Version(
        dataset=entry.name,
        version=entry.number,
        label=entry.label,
        created=entry.time,
        author=entry.by,
        note=entry.note,
        rows=entry.rows,
        columns=entry.columns,
        rejected=entry.rejected,
        source=entry.source,
        restored_from=entry.restored_from,
        newest=entry.newest,
        binned=entry.binned is not None,
        notes=entry.notes,
        used_by=entry.used_by,
    )


def _lines(entries: list[VersionEntry], gone: list[Purged], words: Words) -> list[str]:
    if not entries and not gone:
        return [words("cli.versions.none")]
    heads = [words(f"cli.versions.{name}") for name in ("version", "when", "rows", "author", "used_by", "note")]
    rows = [heads, *(_row(entry, words) for entry in reversed(entries))]
    lines = table(rows, right=frozenset({2})) if entries else []
    return [*lines, *(words("project.check.purged", **said_of(one)) for one in gone)]


def _row(entry: VersionEntry, words: Words) -> list[str]:
    when = words.datetime(datetime.fromisoformat(entry.time.replace("Z", "+00:00")))
    marks = [entry.note] if entry.note else []
    if entry.restored_from:
        marks.append(words("cli.versions.restored", label=entry.restored_from))
    if entry.binned is not None:
        marks.append(words("cli.versions.binned"))
    return [entry.label, when, words.number(entry.rows), entry.by, spoken_uses(entry.used_by, words), " · ".join(marks)]


def spoken_uses(used_by: tuple[Use, ...], words: Words) -> str:
    """What rests on a version, by name: models and later versions themselves, the rest by kind."""
    named = dict.fromkeys(use.label for use in used_by if use.kind.endswith("-version"))
    others = [use.kind for use in used_by if not use.kind.endswith("-version")]
    counted = [
        words("cli.versions.kind", kind=kind_in_words(kind), n=others.count(kind)) for kind in dict.fromkeys(others)
    ]
    return ", ".join([*named, *counted]) or "–"
