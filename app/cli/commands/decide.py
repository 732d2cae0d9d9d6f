"""``ciclo approve`` and ``ciclo reject``: a decision about a version, with a name and a comment."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.cli.work import opened
from app.errors import CicloError
from app.project import Record
from app.verification.records import Decision
from app.verification.state import GATE_FAILED, decide


class _Decision(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    model: str
    approved: bool
    by: str
    comment: str
    override: str
    failed_gates: tuple[str, ...]
    report: str
    time: str
    key: str
    signature: str
    previous: str


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    decision: _Decision


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("project", metavar="PROJECT")
    parser.place("model", metavar="MODEL")
    parser.option("--by", metavar="NAME", required=True)
    parser.option("--comment", metavar="TEXT", required=True)
    parser.option("--override", metavar="REASON", default="")


def run(terminal: Terminal, options: Namespace) -> int:
    """Decide; status 1 and no decision where a gate failed and no reason is given to override it."""
    approved = terminal.command == "approve"
    try:
        with opened(terminal, options.project) as project:
            record = decide(
                project,
                model=options.model,
                approved=approved,
                by=options.by,
                comment=options.comment,
                override=options.override,
            )
    except CicloError as error:
        if error.code != GATE_FAILED:
            raise
        terminal.refuse(error)
        return 1
    body = record.read(Decision)
    sentence = terminal.words(f"cli.{terminal.command}.done", label=body.model, by=body.by)
    terminal.answer(_Answer(decision=_decision(record, body)), [sentence])
    return 0


def _decision(record: Record, body: Decision) -> _Decision:
    return _Decision(
        id=record.id,
        model=body.model,
        approved=body.approved,
        by=body.by,
        comment=body.comment,
        override=body.override,
        failed_gates=body.failed_gates,
        report=body.report_id,
        time=body.at or record.time,
        key=body.key,
        signature=body.signature,
        previous=body.previous,
    )
