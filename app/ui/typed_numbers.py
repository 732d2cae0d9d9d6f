"""Numbers as a person types them."""

from __future__ import annotations

import math


def parse_number(text: str, half: str) -> float | None:
    """A number typed in the user's format; ``half`` is how 0.5 is written there. None where it isn't one."""
    mark = half.strip("05")
    try:
        value = float(text.replace(mark, ".") if mark else text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
