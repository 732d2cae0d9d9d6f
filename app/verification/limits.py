"""The gate that the user sets: a limit that a metric must reach. Light, since the window judges it again when it is
changed after a report was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.learning.records import Estimate
from app.learning.search.records import Served
from app.text.message import Text, Value, amount
from app.verification.catalogue import is_loss, shown
from app.verification.records import Gate, GateLimit, MetricRow

METRIC_LIMIT = "metric_limit"
SIZE, LATENCY, ROWS, OPENINGS = "size", "latency", "rows", "openings"
FACTS = (SIZE, LATENCY, ROWS, OPENINGS)
"""What can be limited beside metrics."""
_BYTES_A_MB = 1e6


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
        said: dict[str, Value | Text | str | int | float] = {"metric": name, "limit": wanted, "value": value}
        if estimate.reason is None:
            return Text("verification.gate.metric_limit.no_interval", said)
        return Text("verification.gate.metric_limit.no_interval_why", {**said, "reason": estimate.reason})
    worst = shown(metric, estimate.low)
    outcome = "passed" if estimate.low >= limit else "failed"
    sense = "loss" if is_loss(metric) else "score"
    return Text(
        f"verification.gate.metric_limit.{outcome}.{sense}",
        {"metric": name, "limit": wanted, "worst": worst, "value": value},
    )


def judge_fact(limit: GateLimit, facts: Mapping[str, float]) -> Gate:
    """The gate of a limit that is no metric's: passed where the fact is known and keeps to it."""
    if limit.limit is None:
        raise ValueError("a removed limit is no gate")
    value = facts.get(limit.metric)
    least = limit.metric == ROWS
    passed = value is not None and (value >= limit.limit if least else value <= limit.limit)
    outcome = "unknown" if value is None else "passed" if passed else "failed"
    params: dict[str, Value | Text | str | int | float] = {"limit": amount(limit.limit), "value": amount(value or 0.0)}
    return Gate(
        code=f"{limit.metric}_limit",
        metric=limit.metric,
        passed=passed,
        value=value,
        limit=limit.limit,
        sentence=Text(f"verification.gate.{limit.metric}_limit.{outcome}", params),
    )


def facts_of(served: Served | None, *, rows: int, openings: int) -> dict[str, float]:
    """What the limits beside metrics are about."""
    found = {ROWS: float(rows), OPENINGS: float(openings)}
    if served is not None:
        found |= {SIZE: round(served.size_bytes / _BYTES_A_MB, 2), LATENCY: round(served.thousand_rows_ms, 1)}
    return found
