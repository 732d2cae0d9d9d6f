"""``ciclo open``: check a bundle without running it; with ``--rescore``, also that it gives its own answers here."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from app.cli.parser import Parser
from app.cli.terminal import Terminal
from app.cli.work import absolute, local_job
from app.deployment.records import LIMIT, OPEN, RESCORE, Certificate, OpenAnswer, OpenRequest
from app.text import Words


class _Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    signed_by: str | None
    state: str
    key: str | None
    manifest: msgspec.Raw
    problem: str = ""
    certificate: Certificate | None = None


def arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.place("bundle", metavar="BUNDLE")
    parser.switch("--rescore")


def run(terminal: Terminal, options: Namespace) -> int:
    """Check the bundle; status 1 where it is altered, or answers otherwise than it did when it was made."""
    request = OpenRequest(bundle=absolute(options.bundle))
    found = msgspec.json.decode(local_job(terminal, OPEN, request).answer, type=OpenAnswer)
    proof = None
    if options.rescore and found.problem is None:
        proof = msgspec.json.decode(local_job(terminal, RESCORE, request).answer, type=Certificate)
    words = terminal.words
    document = _Answer(
        signed_by=found.signed_by or None,
        state=found.state,
        key=found.key or None,
        manifest=found.manifest,
        problem=words.text(found.problem) if found.problem else "",
        certificate=proof,
    )
    terminal.answer(document, _lines(found, proof, words))
    differs = proof is not None and (proof.label_flips > 0 or not proof.max_difference <= LIMIT)
    return 1 if found.problem or differs else 0


class _Head(msgspec.Struct, frozen=True):
    class _Decision(msgspec.Struct, frozen=True):
        by: str
        time: str

    class _Lineage(msgspec.Struct, frozen=True):
        dataset: str
        source_name: str

    model: str
    version: int
    decision: _Decision
    lineage: _Lineage


def _lines(found: OpenAnswer, proof: Certificate | None, words: Words) -> list[str]:
    lines = [words(f"cli.open.{found.state.replace(' ', '_')}")]
    if found.key:
        lines.append(words("cli.open.key", by=found.signed_by or "?", key=found.key))
    if found.problem:
        return [*lines, words.text(found.problem)]
    head = msgspec.json.decode(found.manifest, type=_Head)
    lines.append(words("cli.open.model", label=f"{head.model}@{head.version}", dataset=head.lineage.dataset))
    lines.append(words("cli.open.decision", by=head.decision.by, time=head.decision.time[:10]))
    if proof:
        lines.append(
            words("cli.open.proof", runtime=proof.runtime, n=proof.rows, difference=f"{proof.max_difference:.3g}")
        )
    return lines
