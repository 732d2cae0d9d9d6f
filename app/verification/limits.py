"""The gate that the user sets: a limit that a metric must reach. Light, since the window judges it again when it is
changed after a report was made."""

from __future__ import annotations

from collections.abc import Sequence

from app.learning.records import Estimate
from app.text.message import Text
from app.verification.catalogue import is_loss, shown
from app.verification.records import Gate, GateLimit, MetricRow

METRIC_LIMIT = "metric_limit"


def judge_limit(limit: GateLimit, metrics: Sequence[MetricRow]) -> Gate:
    """The gate of ``limit``: passed where the lower end of the metric's interval (scorer's sense) reaches it.

    Without an interval the gate isn't passed: a figure that may be luck proves nothing.
    """
    if limit.limit is None:
        raise ValueError("a removed limit is no gate")
    row = next((r for r in metrics if r.code == limit.metric), None)
    low = row.estimate.low if row else None
    return Gate(
        code=METRIC_LIMIT,
        metric=limit.metric,
        passed=low is not None and low >= limit.limit,
        value=low,
        limit=limit.limit,
        sentence=_sentence(limit.metric, limit.limit, row.estimate if row else None),
    )


def _sentence(metric: str, limit: float, estimate: Estimate | None) -> Text:
    name = Text(f"verification.metric.{metric}")
    wanted = shown(metric, limit)
    if estimate is None or estimate.value is None:
        return Text("verification.gate.metric_limit.missing", {"metric": name, "limit": wanted})
    value = shown(metric, estimate.value)
    if estimate.low is None:
        return Text("verification.gate.metric_limit.no_interval", {"metric": name, "limit": wanted, "value": value})
    worst = shown(metric, estimate.low)
    outcome = "passed" if estimate.low >= limit else "failed"
    sense = "loss" if is_loss(metric) else "score"
    return Text(
        f"verification.gate.metric_limit.{outcome}.{sense}",
        {"metric": name, "limit": wanted, "worst": worst, "value": value},
    )
