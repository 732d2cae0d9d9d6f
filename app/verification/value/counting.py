"""Counting what a version said of the rows that it learned from, out of fold: the threshold is chosen on these, never
on the rows that judge it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from app.data.records import DatasetVersion
from app.data.stored import read_stored
from app.errors import CicloError
from app.jobs.contract import Context, Outcome, Progress
from app.learning.records import ModelVersion, Task
from app.learning.target import source_words
from app.project import Project, Record, encode
from app.text.message import Text
from app.verification import state
from app.verification.observed import Booleans, Floats
from app.verification.value.records import Counts, CountsRequest

MOST = 1_000
"""Thresholds that are counted."""


def count(context: Context, request: CountsRequest) -> Outcome:
    """The answer is :class:`~app.verification.value.records.Counts`.

    Raises
    ------
    CicloError
        ``verification.value.no_threshold`` where the version doesn't decide between two classes.
    """
    context.report(Progress(step=Text("verification.step.reading")))
    project = Project.open(Path(request.project))
    try:
        record = state.model_record(project, request.model)
        return Outcome(answer=msgspec.Raw(encode(counts_of(project, record, record.read(ModelVersion)))))
    finally:
        project.close()


def counts_of(project: Project, record: Record, version: ModelVersion) -> Counts:
    """Counts at as many thresholds as tell the curve.

    Raises
    ------
    CicloError
        As :func:`count`.
    """
    if version.task is not Task.BINARY:
        raise CicloError("verification.value.no_threshold", model=record.label)
    scores, positive = out_of_fold(project, record, version)
    return counted(scores, positive)


def out_of_fold(project: Project, record: Record, version: ModelVersion) -> tuple[Floats, Booleans]:
    """Of each row that was learned from and scored in a fold: the probability of the positive class, and whether it
    is of it."""
    at = version.labels.index(version.positive)
    stored = read_stored(project.whole_object(record.objects["out_of_fold"].sha256), ["row", f"p{at}"])
    learned = project.get(version.dataset_id)
    table = read_stored(project.whole_object(learned.objects["table"].sha256), [version.target])
    column = next(c for c in learned.read(DatasetVersion).columns if c.name == version.target)
    words = np.array(source_words(table.column(version.target), column.type), dtype=object)
    positive = words[stored.column("row").to_numpy()] == version.positive
    return stored.column(f"p{at}").to_numpy(), np.asarray(positive, dtype=np.bool_)


def counted(scores: Floats, positive: Booleans) -> Counts:
    """Rows that reach each threshold: thresholds lie halfway between the scores that differ, 0 points out all rows,
    and the last one none, unless a row is certain.

    Parameters
    ----------
    scores, positive
        Shape (n,).
    """
    order = np.argsort(scores, kind="stable")
    ordered = scores[order]
    steps = np.flatnonzero(np.diff(ordered)) + 1  # the first row of each further score
    if len(steps) > MOST:
        steps = steps[np.unique(np.linspace(0, len(steps) - 1, MOST).round().astype(np.intp))]
    between = (ordered[steps - 1] + ordered[steps]) / 2
    nobody = len(ordered) > 0 and ordered[-1] < 1  # a certain row reaches every threshold
    thresholds = np.concatenate([[0.0], between, [np.nextafter(ordered[-1], 2.0)] if nobody else []])
    starts = np.concatenate([[0], steps, [len(ordered)] if nobody else []]).astype(np.intp)
    below = np.concatenate([[0], np.cumsum(positive[order])])
    total = int(below[-1])
    found = total - below[starts]
    return Counts(
        thresholds=tuple(float(t) for t in thresholds),
        found=tuple(int(k) for k in found),
        false_alarms=tuple(int(k) for k in (len(ordered) - starts) - found),
        positives=total,
        negatives=len(ordered) - total,
    )
