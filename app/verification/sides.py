"""Two versions side by side: what was set differently, and what differs on the rows that both were judged on."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from app.errors import CicloError
from app.jobs.contract import Context, Outcome, Progress
from app.learning.records import ModelVersion
from app.project import Project, Record, encode
from app.project.record import readable
from app.text.message import Text
from app.verification import state
from app.verification.compared import VERSION, chosen_rows, compare
from app.verification.predictions import OBJECT, Judged, read_predictions
from app.verification.records import Comparison, Report, SideBySide, SidesRequest
from app.verification.settings import settings_apart
from app.verification.value.stored import in_force


def side_by_side(context: Context, request: SidesRequest) -> Outcome:
    """Compare two versions; the answer is a :class:`~app.verification.records.SideBySide`.

    Nothing is opened anew: what each said of its rows is kept with its newest report.

    Raises
    ------
    CicloError
        Where there is no such version; ``verification.compared.same``.
    """
    context.report(Progress(step=Text("verification.step.comparing")))
    project = Project.open(Path(request.project))
    try:
        ours, theirs = (state.model_record(project, name) for name in (request.first, request.second))
        if ours.id == theirs.id:
            raise CicloError("verification.compared.same", model=ours.label)
        first, second = in_force(project, ours), in_force(project, theirs)
        answer = SideBySide(
            first=ours.label,
            second=theirs.label,
            settings=settings_apart(first, second),
            comparison=_compared(project, ours, theirs),
        )
    finally:
        project.close()
    return Outcome(answer=msgspec.Raw(encode(answer)))


def _compared(project: Project, ours: Record, theirs: Record) -> Comparison:
    first, second = ours.read(ModelVersion), theirs.read(ModelVersion)
    blank = Comparison(kind=VERSION, label=theirs.label, other_id=theirs.id)
    if (first.target, first.task, first.labels) != (second.target, second.task, second.labels):
        return msgspec.structs.replace(blank, reason=Text("verification.compared.other_answer"))
    judged = [_judged(project, record) for record in (ours, theirs)]
    missing = next((r.label for r, found in zip((ours, theirs), judged, strict=True) if found is None), "")
    if missing or judged[0] is None or judged[1] is None:
        text = Text("verification.compared.not_judged", {"model": readable(missing)})
        return msgspec.structs.replace(blank, reason=text)
    (dataset, own), (other_dataset, other) = judged[0], judged[1]
    common, at, other_at = np.intersect1d(own.rows, other.rows, return_indices=True)
    if dataset != other_dataset or not len(common):
        return msgspec.structs.replace(blank, reason=Text("verification.compared.other_rows"))
    return compare(
        first.task,
        chosen_rows(own.observed, at),
        chosen_rows(other.observed, other_at),
        kind=VERSION,
        label=theirs.label,
        other_id=theirs.id,
        metric=first.metric,
        rows=common.astype(np.intp),
        left_out=max(len(own.rows), len(other.rows)) - len(common),
    )


def _judged(project: Project, record: Record) -> tuple[str, Judged] | None:
    """The data that its newest report judged it on, and what was said of them: rather rows kept aside than a test file,
    which another version may not know. None where none is kept."""
    kept = [report for report in state.reports(project, record.id) if OBJECT in report.objects]
    report = max(kept, key=lambda one: (not one.read(Report).on_test_file, one.order), default=None)
    if report is None:
        return None
    path = project.whole_object(report.objects[OBJECT].sha256)
    dataset = next((id for id in report.parents if id != record.id), "")
    return f"{report.read(Report).dataset} {dataset}", read_predictions(path, in_force(project, record))
