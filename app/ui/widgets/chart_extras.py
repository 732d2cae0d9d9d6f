"""What a chart may have besides its curves; light, for whoever prepares one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Cards = Sequence[Sequence[Sequence[str]]]


@dataclass(frozen=True)
class Extras:
    """What a chart may have besides its curves.

    ``gate``: a dashed limit across (value, words); ``band``: what lies between two values is good; ``marks``: upright
    lines (x, words); ``x_ticks``: words instead of numbers below; ``log_x``: x, which is then above 0, by its decimal
    logarithm; ``tones[curve]``: the theme's name for its colour, empty for the usual one; ``cards[curve][point]``:
    lines of the hover card instead of the values; ``legend`` False where the page names the curves itself.
    """

    gate: tuple[float, str] | None = None
    band: tuple[float, float] | None = None
    marks: tuple[tuple[float, str], ...] = ()
    x_ticks: tuple[tuple[float, str], ...] = ()
    log_x: bool = False
    tones: tuple[str, ...] = ()
    cards: Cards = ()
    legend: bool = True


NONE = Extras()
