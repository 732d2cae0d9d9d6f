"""``ciclo check``: every record and object verified; status 1 where something is damaged."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.cli.work import absolute, local_job
from app.errors import CicloError
from app.project import Inspection
from app.project.tombstone import Purged, said_of
from app.verification.checking import CHECK, CheckRequest


class _Damage(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    kind: str
    reason: str
    affects: tuple[str, ...]


class _Purged(msgspec.Struct, frozen=True, kw_only=True):
    version: str
    kind: str
    by: str
    reason: str
    time: str


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    records: int
    objects: int
    damaged: tuple[_Damage, ...]
    purged: tuple[_Purged, ...]


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.switch("--repair")


def run(terminal: Terminal, options: Namespace) -> int:
    """Verify the project."""
    if options.repair:
        raise CicloError("cli.later", what="--repair")
    request = CheckRequest(project=absolute(options.project))
    found = msgspec.json.decode(local_job(terminal, CHECK, request).answer, type=Inspection)
    words = terminal.words
    answer = _Answer(
        records=found.records,
        objects=found.objects,
        damaged=tuple(
            _Damage(id=d.id, kind=d.kind, reason=words.text(d.reason), affects=d.affects) for d in found.damaged
        ),
        purged=tuple(_purged(one) for one in found.purged),
    )
    lines = [words("cli.check.seen", records=found.records, objects=found.objects)]
    lines += [words.text(damage.sentence) for damage in found.damaged] or [words("cli.check.whole")]
    lines += [words("project.check.purged", **said_of(one)) for one in found.purged]
    terminal.answer(answer, lines)
    return 1 if found.damaged else 0


def _purged(one: Purged) -> _Purged:
    stone = one.stone
    return _Purged(version=stone.label, kind=stone.kind, by=stone.by, reason=stone.reason, time=one.time)
