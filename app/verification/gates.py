"""The conditions for approval. Each is one function in :data:`GATES`; a further one needs no change elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.learning.records import ModelVersion
from app.text.message import Text, amount
from app.verification.catalogue import decimals
from app.verification.limits import judge_limit
from app.verification.records import Gate, GateLimit, MetricRow

PREFERRED = ("neg_log_loss", "roc_auc", "neg_mean_absolute_error", "accuracy")
"""What is compared with the baseline where the deciding metric has no interval."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What gates look at."""

    version: ModelVersion
    metrics: tuple[MetricRow, ...]
    limit: GateLimit | None
    suspicions: tuple[Text, ...]


def judge(evidence: Evidence) -> tuple[Gate, ...]:
    """The outcome of every gate that applies."""
    return tuple(gate for gate in (keeper(evidence) for keeper in GATES.values()) if gate is not None)


def compared(version: ModelVersion, metrics: tuple[MetricRow, ...]) -> MetricRow | None:
    """The metric by which the model is compared with the baseline: the deciding one, if its difference has an
    interval."""
    known = {r.code: r for r in metrics if r.difference is not None and r.difference.low is not None}
    return next((known[code] for code in (version.metric, *PREFERRED) if code in known), None)


def _beats_baseline(evidence: Evidence) -> Gate:
    row = compared(evidence.version, evidence.metrics)
    if row is None or row.difference is None or row.difference.low is None or row.difference.value is None:
        sentence = Text("verification.gate.beats_baseline.unknown")
        return Gate(code="beats_baseline", passed=False, value=None, limit=0.0, sentence=sentence)
    passed = row.difference.low > 0
    better = row.difference.value > 0
    outcome = "passed" if passed else "unclear" if better else "failed"
    params = {
        name: amount(abs(v) if name != "low" else v, "metric", decimals(row.code, v)) for name, v in _ends(row).items()
    }
    name = Text(f"verification.metric.{row.code}")
    return Gate(
        code="beats_baseline",
        passed=passed,
        value=row.difference.low,
        limit=0.0,
        sentence=Text(f"verification.gate.beats_baseline.{outcome}", {"metric": name, **params}),
        metric=row.code,
    )


def _ends(row: MetricRow) -> dict[str, float]:
    difference = row.difference
    if difference is None or difference.value is None or difference.low is None:
        return {}
    return {"value": difference.value, "low": difference.low}


def _metric_limit(evidence: Evidence) -> Gate | None:
    return None if evidence.limit is None else judge_limit(evidence.limit, evidence.metrics)


def _no_leakage(evidence: Evidence) -> Gate:
    alarms = (*evidence.version.alarms, *evidence.suspicions)
    sentence = Text("verification.gate.no_leakage.passed")
    if alarms:
        sentence = Text("verification.gate.no_leakage.failed", {"n": len(alarms), "alarm": alarms[0]})
    return Gate(code="no_leakage", passed=not alarms, value=float(len(alarms)), limit=0.0, sentence=sentence)


GATES: dict[str, Callable[[Evidence], Gate | None]] = {
    "beats_baseline": _beats_baseline,
    "metric_limit": _metric_limit,
    "no_leakage": _no_leakage,
}
