"""Value tables and operating points of a project: what holds today. Light."""

from __future__ import annotations

import math
from operator import attrgetter

import msgspec

from app.errors import CicloError
from app.learning.records import ModelVersion, Task
from app.project import Project, Record, draft
from app.verification.value.records import OPERATING_POINT, PERIODS, VALUE_TABLE, OperatingPoint, ValueTable

NO_THRESHOLD = "verification.value.no_threshold"


def value_table(project: Project, model: str) -> ValueTable | None:
    """What outcomes are worth for the model of that name; None where nothing has a price."""
    series = [r for r in project.records(VALUE_TABLE) if r.read(ValueTable).model == model]
    newest = max(series, key=attrgetter("order"), default=None)
    table = newest.read(ValueTable) if newest is not None else None
    return table if table is not None and table.known else None


def set_value_table(project: Project, table: ValueTable) -> Record:
    """Price the outcomes of a model.

    Raises
    ------
    CicloError
        ``verification.value.not_finite``, ``verification.value.no_rows``, ``verification.value.bad_capacity``,
        ``verification.value.bad_period``, ``verification.value.bad_currency``.
    """
    figures = [*(price for cells in table.cells for price in cells), table.over, table.under, table.fixed]
    if not all(map(math.isfinite, figures)) or min(table.over, table.under, table.fixed) < 0:
        raise CicloError("verification.value.not_finite")
    if table.rows < 1:
        raise CicloError("verification.value.no_rows")
    if table.capacity is not None and table.capacity < 1:
        raise CicloError("verification.value.bad_capacity")
    if table.period not in PERIODS:
        raise CicloError("verification.value.bad_period", period=table.period, known=", ".join(PERIODS))
    if len(table.currency) != 3 or not table.currency.isalpha() or not table.currency.isupper():
        raise CicloError("verification.value.bad_currency", currency=table.currency)
    return project.commit([draft(VALUE_TABLE, table)])[0]


def operating_point(project: Project, model_id: str) -> Record | None:
    """The newest operating point of a version."""
    series = [r for r in project.records(OPERATING_POINT) if r.read(OperatingPoint).model_id == model_id]
    return max(series, key=attrgetter("order"), default=None)


def in_force(project: Project, record: Record) -> ModelVersion:
    """A model version with the threshold that holds today."""
    version = record.read(ModelVersion)
    point = operating_point(project, record.id)
    if point is None:
        return version
    return msgspec.structs.replace(version, threshold=point.read(OperatingPoint).threshold)


def set_threshold(project: Project, record: Record, threshold: float, *, best: bool = False) -> Record:
    """Decide from which probability a version predicts the positive class. A report made before says nothing of it.

    Raises
    ------
    CicloError
        ``verification.value.no_threshold`` where it doesn't decide between two classes,
        ``verification.value.bad_threshold``.
    """
    if record.read(ModelVersion).task is not Task.BINARY:
        raise CicloError(NO_THRESHOLD, model=record.label)
    if not 0 <= threshold <= 1:
        raise CicloError("verification.value.bad_threshold")
    body = OperatingPoint(model_id=record.id, threshold=threshold, best=best)
    return project.commit([draft(OPERATING_POINT, body, parents=(record.id,))])[0]
