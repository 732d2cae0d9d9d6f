"""How the value of a metric is written, everywhere in the window."""

from __future__ import annotations

from app.text.words import Words

_UNIT_FREE = 10.0


def figure(words: Words, value: float | None) -> str:
    """Three decimals, or about four digits where the value is in the target's own unit; a dash for none."""
    if value is None:
        return "—"
    return words.number(float(value), digits=3, fixed=True) if abs(value) < _UNIT_FREE else words.significant(value)
