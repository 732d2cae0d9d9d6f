"""The gates that a project asks of its models: limits, and what is at stake. Light."""

from __future__ import annotations

from operator import attrgetter

from app.errors import CicloError
from app.learning.records import ModelVersion
from app.project import Project, Record, draft
from app.verification.catalogue import METRICS
from app.verification.gates import Evidence, judge
from app.verification.limits import FACTS
from app.verification.records import GATE_LIMIT, GATE_RISK, Gate, GateLimit, GateRisk, Report, Risk

UNKNOWN_METRIC = "verification.unknown_metric"
_OF_THE_REPORT = ("beats_baseline", "no_leakage")
"""Gates that no setting moves: a report's own outcome stands."""


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
    known = sorted({code for codes in METRICS.values() for code in codes}) + list(FACTS)
    if metric not in known:
        raise CicloError(UNKNOWN_METRIC, metric=metric, known=", ".join(known))
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


def gates_now(project: Project, report: Report) -> tuple[Gate, ...]:
    """The gates of a report by the limits and the risk that hold today, not by those when it was made."""
    model = report.model.partition("@")[0]
    evidence = Evidence(
        version=project.get(report.model_id).read(ModelVersion),
        metrics=report.metrics,
        limits=gate_limits(project, model),
        risk=gate_risk(project, model),
        rows=report.rows,
        openings=report.openings,
        compared=report.compared,
        worth=report.worth,
    )
    fixed = (gate for gate in report.gates if gate.code in _OF_THE_REPORT)
    return (*fixed, *(gate for gate in judge(evidence) if gate.code not in _OF_THE_REPORT))
