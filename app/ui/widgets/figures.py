"""How the value of a metric is written, everywhere in the window."""

from __future__ import annotations

from app.text.words import Words

_UNIT_FREE, _SMALL = 10.0, 0.01


def figure(words: Words, value: float | None) -> str:
    """Three decimals; about four digits where the value is in the target's own unit, three where it is so small that
    decimals would hide it; a dash for none."""
    if value is None:
        return "—"
    if 0 < abs(value) < _SMALL:
        return words.significant(value, digits=3)
    return words.number(float(value), digits=3, fixed=True) if abs(value) < _UNIT_FREE else words.significant(value)
