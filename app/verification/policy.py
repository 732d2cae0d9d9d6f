"""The gates that a project asks of its models: limits, and what is at stake. Light."""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import attrgetter

from app.errors import CicloError
from app.learning.records import ModelVersion
from app.project import Project, Record, draft
from app.verification.beside import by_least
from app.verification.catalogue import METRICS
from app.verification.gates import Evidence, judge
from app.verification.limits import FACTS
from app.verification.records import (
    GATE_LEAST,
    GATE_LIMIT,
    GATE_RISK,
    Comparison,
    Gate,
    GateLeast,
    GateLimit,
    GateRisk,
    Report,
    Risk,
)

UNKNOWN_METRIC = "verification.unknown_metric"
_OF_THE_REPORT = ("beats_baseline", "no_leakage", "data_expectations")
"""Gates that no setting moves: a report's own outcome stands."""
_ALL_METRICS = tuple(sorted({code for codes in METRICS.values() for code in codes}))


def gate_limits(project: Project, model: str) -> tuple[GateLimit, ...]:
    """The limits that hold for the model of that name: of each metric the newest, in the order of their first ones."""
    newest: dict[str, Record] = {}
    for record in sorted(project.records(GATE_LIMIT), key=attrgetter("order")):
        body = record.read(GateLimit)
        if body.model == model:
            newest[body.metric] = record
    bodies = (record.read(GateLimit) for record in newest.values())
    return tuple(body for body in bodies if body.limit is not None)


def gate_limit(project: Project, model: str, metric: str = "") -> GateLimit | None:
    """The limit of a metric, or the first of a model's; None where there is none."""
    return next((limit for limit in gate_limits(project, model) if metric in ("", limit.metric)), None)


def set_gate_limit(project: Project, *, model: str, metric: str, limit: float | None) -> Record:
    """Set (or with None remove) a limit of a model; ``limit`` is in the scorer's sense.

    Raises
    ------
    CicloError
        ``verification.unknown_metric``.
    """
    _check_known(metric, (*_ALL_METRICS, *FACTS))
    return project.commit([draft(GATE_LIMIT, GateLimit(model=model, metric=metric, limit=limit))])[0]


def gate_risk(project: Project, model: str) -> Risk:
    """What is at stake where the model of that name decides."""
    return risks(project).get(model, Risk.USUAL)


def risks(project: Project) -> dict[str, Risk]:
    """What is at stake: of each model for which it was said."""
    bodies = (record.read(GateRisk) for record in sorted(project.records(GATE_RISK), key=attrgetter("order")))
    return {body.model: body.risk for body in bodies}


def set_gate_risk(project: Project, *, model: str, risk: Risk) -> Record:
    """Say what is at stake."""
    return project.commit([draft(GATE_RISK, GateRisk(model=model, risk=risk))])[0]


def least_differences(project: Project, model: str) -> dict[str, float]:
    """Of each metric for which it was said, the smallest difference that matters for the model of that name."""
    bodies = (record.read(GateLeast) for record in sorted(project.records(GATE_LEAST), key=attrgetter("order")))
    newest = {body.metric: body.least for body in bodies if body.model == model}
    return {metric: least for metric, least in newest.items() if least is not None}


def set_least_difference(project: Project, *, model: str, metric: str, least: float | None) -> Record:
    """Say from which difference of a metric on another version is better for all that matters; None: any is.

    Raises
    ------
    CicloError
        ``verification.unknown_metric``, or ``verification.bad_least`` for a number below 0.
    """
    _check_known(metric, _ALL_METRICS)
    if least is not None and not 0 <= least < math.inf:
        raise CicloError("verification.bad_least", least=least)
    return project.commit([draft(GATE_LEAST, GateLeast(model=model, metric=metric, least=least))])[0]


def _check_known(metric: str, known: Sequence[str]) -> None:
    if metric not in known:
        raise CicloError(UNKNOWN_METRIC, metric=metric, known=", ".join(known))


def compared_now(project: Project, report: Report) -> tuple[Comparison, ...]:
    """The comparisons of a report by the differences that matter today."""
    least = least_differences(project, report.model.partition("@")[0])
    return tuple(by_least(one, least.get(one.decides, 0.0)) for one in report.compared)


def gates_now(project: Project, report: Report) -> tuple[Gate, ...]:
    """The gates of a report by the limits, differences and risk that hold today, not by those when it was made."""
    model = report.model.partition("@")[0]
    evidence = Evidence(
        version=project.get(report.model_id).read(ModelVersion),
        metrics=report.metrics,
        limits=gate_limits(project, model),
        risk=gate_risk(project, model),
        rows=report.rows,
        openings=report.openings,
        compared=compared_now(project, report),
        worth=report.worth,
    )
    fixed = (gate for gate in report.gates if gate.code in _OF_THE_REPORT)
    return (*fixed, *(gate for gate in judge(evidence) if gate.code not in _OF_THE_REPORT))
