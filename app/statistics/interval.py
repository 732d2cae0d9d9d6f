"""An estimate with its interval, and the rule for when none is shown."""

from __future__ import annotations

import msgspec

from app.text.message import Text

LEVEL = 0.95
MINIMUM = 10
"""Fewer positives, negatives or rows than this say nothing about how far a figure may be luck."""


ONE_CLASS = "verification.interval.only_one_class"
"""Why nothing is certain where the rows are all of one class: a text id."""
HEAVY_TAILS = "verification.interval.heavy_tails"
"""Why a mean of squared errors gets no interval where a few of them make it up: a text id."""
FEW_ERRORS = "verification.interval.few_errors"
"""Why it gets none where too few rows are there to tell: a text id."""


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A value with a two-sided interval at :data:`LEVEL`, and its method; without ends, ``reason`` says why."""

    value: float | None
    low: float | None = None
    high: float | None = None
    method: str = ""
    reason: Text | None = None


def without(value: float | None, reason: str, **params: int) -> Interval:
    """A value whose interval isn't shown, because of ``reason`` (a text id)."""
    return Interval(value=value, reason=Text(reason, {**params}))


def too_few(positives: int, negatives: int) -> Text | None:
    """Why no interval can be given for so few rows of a class; None where there are enough."""
    if min(positives, negatives) >= MINIMUM:
        return None
    if min(positives, negatives) == 0 < max(positives, negatives):
        return Text(ONE_CLASS)
    kind = "positives" if positives <= negatives else "negatives"
    return Text(f"verification.interval.few_{kind}", {"n": min(positives, negatives), "minimum": MINIMUM})
