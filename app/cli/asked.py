"""Whether what a command names is there: told at once, before a process is started and anything heavy is loaded."""

from __future__ import annotations

from collections.abc import Sequence

from app.data.records import DATASET
from app.errors import CicloError
from app.learning.records import ModelVersion, PlanRequest
from app.project import Project, Record
from app.verification.catalogue import METRICS


def check_plan(project: Project, request: PlanRequest, columns: Sequence[str], dataset: str) -> None:
    """Refuse a target, a column or a test dataset that isn't there, as the training would.

    Raises
    ------
    CicloError
        ``data.missing_target``, ``learning.unknown_column``, or that there is no such dataset.
    """
    _, _colon, split = request.split.partition(":")
    for name in filter(None, (request.target, split)):
        if name not in columns:
            raise CicloError("data.missing_target", column=name, dataset=dataset, known=", ".join(columns))
    for name in (*request.exclude, *request.include, *request.increasing, *request.decreasing):
        if name not in columns:
            known = sorted(set(columns) - {request.target})
            raise CicloError("learning.unknown_column", column=name, known=", ".join(known))
    if request.test:
        project.version(DATASET, request.test)


def check_metric(metric: str) -> None:
    """Refuse a metric that no task has.

    Raises
    ------
    CicloError
        ``learning.unknown_metric``.
    """
    known = sorted({code for codes in METRICS.values() for code in codes})
    if metric and metric not in known:
        raise CicloError("learning.unknown_metric", metric=metric, known=", ".join(known))


def check_test(project: Project, model: Record, test: Record) -> None:
    """Refuse to judge a version on the data that it learned from, under whatever name.

    Raises
    ------
    CicloError
        ``verification.learned_from``.
    """
    learned = project.get(model.read(ModelVersion).dataset_id)
    if test.objects["table"].sha256 == learned.objects["table"].sha256:
        raise CicloError("verification.learned_from", dataset=test.label, model=model.label)
