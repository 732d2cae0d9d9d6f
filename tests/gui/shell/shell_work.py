"""Work for jobs of the tests: waits, reports, and ends as it is told."""

from __future__ import annotations

import time

import msgspec

from app.errors import CicloError
from app.jobs.contract import Context, JobKind, Outcome, Progress
from app.text.message import Text

WORK = JobKind("data.test", "shell_work:work")
ASK = JobKind("data.ask", "shell_work:ask")


class WorkRequest(msgspec.Struct, frozen=True, kw_only=True):
    seconds: float = 0.0
    fail: bool = False


class AskRequest(msgspec.Struct, frozen=True, kw_only=True):
    word: str
    seconds: float = 0.0


class AskAnswer(msgspec.Struct, frozen=True, kw_only=True):
    word: str


def work(context: Context, request: WorkRequest) -> Outcome:
    end = time.monotonic() + request.seconds
    context.report(Progress(step=Text("ui.tab.training"), done=1, total=4, remaining_s=90.0))
    while time.monotonic() < end:
        context.check_cancelled()
        time.sleep(0.02)
    if request.fail:
        raise CicloError("project.disk_full", path="here")
    return Outcome()


def ask(context: Context, request: AskRequest) -> Outcome:
    time.sleep(request.seconds)
    return Outcome(answer=msgspec.Raw(msgspec.json.encode(AskAnswer(word=request.word))))
