"""What a learning curve says, in one sentence. Light."""

from __future__ import annotations

import math

from app.learning.search.records import LearningCurve
from app.text.message import Text, Value, amount


def sentence(curve: LearningCurve) -> Text:
    """By how much the score would change with twice the rows, or why that isn't known."""
    gain = curve.gain
    if gain is None:
        return curve.reason or Text("learning.curve.unfinished")
    digits = _digits(gain.value, gain.high - gain.low)
    said = {"low": gain.low, "high": gain.high, "value": gain.value}
    figures = {name: amount(max(0.0, value), "number", digits) for name, value in said.items()}
    way = "falls" if curve.metric.startswith("neg_") else "rises"
    params: dict[str, Value | Text | str | int | float] = {"metric": Text(f"verification.metric.{curve.metric}")}
    return Text(f"learning.curve.{way}", {**params, "rows": 2 * gain.rows, **figures})


def _digits(value: float, width: float) -> int:
    """Decimals so that the interval shows in its first digit, and no more than two digits of the value."""
    size = max(value, width)
    return 3 if size <= 0 else max(0, min(6, 1 - math.floor(math.log10(size))))
