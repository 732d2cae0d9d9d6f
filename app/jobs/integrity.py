"""Checking a project as a job: every record and object read again, with progress, and stopped at once."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import msgspec

from app.jobs.contract import Context, JobKind, Outcome, Progress
from app.project import Project, check, encode
from app.text import Text

CHECK = JobKind("project.check", "app.jobs.integrity:check_project")


class CheckRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Check the project in a folder; the answer is an :class:`app.project.Inspection`."""

    project: str


def check_project(context: Context, request: CheckRequest) -> Outcome:
    """Verify every record and object of a project."""

    def watch(done: int, total: int) -> None:
        context.check_cancelled()
        context.report(Progress(step=Text("project.check.step"), done=done, total=total))

    with closing(Project.open(Path(request.project))) as project:
        return Outcome(answer=msgspec.Raw(encode(check(project, watch=watch))))
