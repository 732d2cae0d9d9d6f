"""How far the axes of charts of shares reach: of rare classes everything happens in the first few per cent.
Light."""

from __future__ import annotations

import math

from app.text.message import Text, amount
from app.verification.records import Curve

_WHOLE = 0.5
"""From here on an axis has all 100 %."""
_STEPS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def share_axis(*shares: float) -> tuple[float, float]:
    """From 0 to a round number above each of the shares; to 1 where they reach far."""
    most = max(shares, default=1.0)
    if not 0 < most <= _WHOLE / 1.05:
        return 0.0, 1.0
    power = 10.0 ** math.floor(math.log10(most * 1.05))
    return 0.0, round(next(step * power for step in _STEPS if step * power >= most * 1.05 - 1e-12), 12)


def threshold_line(at: float, end: float, heights: tuple[float, float], *, name: str = "chart") -> Curve:
    """The threshold as an upright line; beyond the ``end`` of the axis its name says where it is."""
    if at <= end:
        return Curve(label=Text(f"verification.{name}.threshold"), x=(at, at), y=heights, dashed=True)
    label = Text("verification.chart.threshold_beyond", {"at": amount(at, "percent", 1)})
    return Curve(label=label, x=(end, end), y=heights, dashed=True)
