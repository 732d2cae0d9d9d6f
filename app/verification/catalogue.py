"""Which metrics a report shows for each task, and how their values are shown to people. Light."""

from __future__ import annotations

from collections.abc import Iterable

from app.learning.records import Estimate, Task
from app.text.message import Text, Value, amount

METRICS: dict[Task, tuple[str, ...]] = {
    Task.BINARY: (
        "roc_auc",
        "average_precision",
        "recall",
        "precision",
        "f1",
        "balanced_accuracy",
        "accuracy",
        "neg_log_loss",
        "neg_brier_score",
    ),
    Task.MULTICLASS: ("accuracy", "balanced_accuracy", "f1_macro", "roc_auc_ovr", "neg_log_loss"),
    Task.REGRESSION: (
        "r2",
        "neg_root_mean_squared_error",
        "neg_mean_absolute_error",
        "neg_median_absolute_error",
    ),
}
"""Scorer names, the most telling first."""
_TINY, _SMALL = 0.001, 0.1
LEVEL = 0.95
"""Of intervals, unless the rows were looked at before."""


def is_loss(code: str) -> bool:
    """Whether the scorer's values are losses turned negative; people are shown them positive."""
    return code.startswith("neg_")


def display_value(code: str, value: float) -> float:
    """A value in the scorer's sense as it is shown, or one that a person typed in the scorer's sense."""
    return 0.0 - value if is_loss(code) else value


def shown(code: str, value: float) -> Value:
    """A value in the scorer's sense, for a sentence: turned positive, with as many decimals as its size deserves."""
    turned = display_value(code, value)
    return amount(float(turned), "metric", decimals(code, turned))


def decimals(code: str, value: float) -> int | None:
    """With how many decimals a value is shown; None leaves it to its size, where it has the target's own unit."""
    size = abs(value)
    if size < _TINY and code.endswith("_error"):
        return None
    if code == "neg_brier_score" and size < _SMALL:
        return 4  # of rare classes all of it lies here
    return 3 if size < 10 else 2 if size < 100 else 1 if size < 1000 else 0


def display(code: str, estimate: Estimate) -> Estimate:
    """An estimate in the scorer's sense as it is shown: losses positive, the ends of the interval in order."""
    if not is_loss(code):
        return estimate
    return Estimate(
        value=_turned(estimate.value),
        low=_turned(estimate.high),
        high=_turned(estimate.low),
        method=estimate.method,
        reason=estimate.reason,
    )


def display_axis(code: str, axis: tuple[float, float]) -> tuple[float, float]:
    """The range on which the interval is drawn, as it is shown."""
    return (-axis[1], -axis[0]) if is_loss(code) else axis


def level_words(level: float) -> Value:
    """A confidence as it is named: 95 %, or 97.5 % where the rows were looked at before."""
    percent = round(100 * level, 1)
    return amount(level, "percent", 0 if percent == round(percent) else 1)


def without_interval(figures: Iterable[tuple[str, Estimate]]) -> tuple[Text, ...]:
    """Which of the figures (by metric) have no interval, and why: a sentence for each reason."""
    reasons, codes = list[Text](), list[list[str]]()
    for code, estimate in figures:
        if estimate.value is None or estimate.low is not None or estimate.reason is None:
            continue
        if estimate.reason not in reasons:
            reasons.append(estimate.reason)
            codes.append([])
        codes[reasons.index(estimate.reason)].append(code)
    return tuple(map(_unsaid, codes, reasons))


def _unsaid(codes: list[str], reason: Text) -> Text:
    if len(codes) > 1:
        return Text("verification.without_interval.several", {"n": len(codes), "reason": reason})
    name = Text(f"verification.metric.{codes[0]}")
    return Text("verification.without_interval", {"metric": name, "reason": reason})


def _turned(value: float | None) -> float | None:
    return None if value is None else 0.0 - value
