"""Checking a project as a job: every record and object read again, with progress, and stopped at once; and every
decision's signature."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import msgspec

from app.jobs.contract import Context, JobKind, Outcome, Progress
from app.project import Inspection, Project, check, encode
from app.project.check import Damage
from app.text import Text
from app.verification.records import DECISION, Decision
from app.verification.signing import SignatureState, signature_state

CHECK = JobKind("project.check", "app.verification.checking:check_project")


_REASONS = {
    SignatureState.BROKEN: "verification.check.bad_signature",
    SignatureState.MISSING: "verification.check.no_signature",
}


class CheckRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Check the project in a folder; the answer is an :class:`app.project.Inspection`."""

    project: str


def check_project(context: Context, request: CheckRequest) -> Outcome:
    """Verify every record and object of a project."""

    def watch(done: int, total: int) -> None:
        context.check_cancelled()
        context.report(Progress(step=Text("project.check.step"), done=done, total=total))

    with closing(Project.open(Path(request.project))) as project:
        found = check(project, watch=watch)
        spoilt = {damage.id for damage in found.damaged}
        forged = [damage for damage in _decisions(project, found) if damage.id not in spoilt]
        whole = msgspec.structs.replace(found, damaged=(*found.damaged, *forged))
        return Outcome(answer=msgspec.Raw(encode(whole)))


def _decisions(project: Project, found: Inspection) -> list[Damage]:
    """Decisions that aren't as they were signed, or before which one is missing."""
    records = project.records(DECISION)
    known = {record.id for record in records} | {one.stone.id for one in found.purged}
    known |= {damage.id for damage in found.damaged}
    damaged = []
    for record in records:
        body = record.read(Decision)
        state = signature_state(record, project)
        if not state.sound:
            reason = Text(_REASONS[state], {"by": body.by})
        elif body.previous and body.previous not in known:
            reason = Text("verification.check.missing_decision", {"id": body.previous[:12]})
        else:
            continue
        damaged.append(Damage(id=record.id, kind=DECISION, reason=reason, affects=(body.model,)))
    return damaged
