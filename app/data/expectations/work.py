"""Checking as a job, and as what every import does at its end."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from app.data.expectations.checking import check
from app.data.expectations.contracts import contract_of
from app.data.expectations.records import CheckAnswer, CheckRequest, summed
from app.data.records import DATASET, DatasetVersion
from app.errors import CicloError
from app.jobs.contract import Context, Outcome, Progress
from app.project import Project
from app.project.record import Draft, encode
from app.text.message import Text


def check_version(context: Context, request: CheckRequest) -> Outcome:
    """Check a version by the expectations of the request; ages count from its import.

    Raises
    ------
    CicloError
        Where there is no such version, or its table is damaged.
    """
    with closing(Project.open(Path(request.project))) as project:
        record = project.version(DATASET, request.dataset)
        results = check(
            request.expectations,
            project.whole_object(record.objects["table"].sha256),
            types={column.name: column.type for column in record.read(DatasetVersion).columns},
            moment=datetime.fromisoformat(record.time),
            watch=_Watch(context),
        )
    return Outcome(answer=msgspec.Raw(encode(CheckAnswer(results=results))))


def checked(context: Context, project: Project, draft: Draft) -> Draft:
    """The draft of a version with what the contract of its dataset says of its table; any other draft as it is.

    A contract that can't be applied is no reason to lose an import.
    """
    table = draft.objects.get("table")
    held = contract_of(project, draft.name) if draft.kind == DATASET and table is not None else None
    if table is None or held is None:
        return draft
    body = msgspec.json.decode(draft.body, type=DatasetVersion)
    types = {column.name: column.type for column in body.columns}
    try:
        results = check(
            held.contract.expectations,
            Path(table.path),
            types=types,
            moment=datetime.now(UTC),
            watch=_Watch(context),
        )
    except CicloError:
        return draft
    told = msgspec.structs.replace(body, expected=summed(held.id, results))
    return msgspec.structs.replace(draft, body=msgspec.Raw(encode(told)))


class _Watch:
    def __init__(self, context: Context) -> None:
        self._context = context

    def __call__(self, share: float) -> None:
        self._context.check_cancelled()
        self._context.report(Progress(step=Text("expectations.step"), done=share, total=1.0))
