"""Figures as the JSON documents and the lines of the command line give them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from app.learning.records import Estimate
from app.text import Words
from app.text.message import amount


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A figure with its interval; ``reason`` says why there is none."""

    value: float | None
    low: float | None
    high: float | None
    method: str = ""
    reason: str = ""


def figure(estimate: Estimate, words: Words) -> Figure:
    """An estimate with its reason in words."""
    return Figure(
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        method=estimate.method,
        reason=words.text(estimate.reason) if estimate.reason else "",
    )


def figures(estimates: Mapping[str, Estimate], words: Words) -> dict[str, Figure]:
    """The estimates of several metrics."""
    return {code: figure(estimate, words) for code, estimate in estimates.items()}


def spoken(estimate: Estimate | None, words: Words, metric: str) -> str:
    """``0.847 (0.832 – 0.861)``; an error in the target's own unit with the digits that its size deserves."""
    if estimate is None or estimate.value is None:
        return "–"
    value = _number(estimate.value, words, metric)
    if estimate.low is None or estimate.high is None:
        return value
    return f"{value} ({_number(estimate.low, words, metric)} – {_number(estimate.high, words, metric)})"


def _number(value: float, words: Words, metric: str) -> str:
    if abs(value) >= 10:
        return words.significant(value)
    return words.value(amount(float(value), "metric", None if metric.endswith("_error") else 3))
