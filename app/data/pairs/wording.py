"""What two columns have in common, in words. Light."""

from __future__ import annotations

from app.data.pairs.records import Association
from app.data.types import NUMBERS, TIMES, ColumnType
from app.text.message import Text, amount

_LEVELS = ((0.1, "none"), (0.3, "little"), (0.5, "clear"), (0.9, "strong"), (0.9995, "almost"))
"""Up to 0.5 as Cohen has it: see :mod:`app.statistics.association`."""
_TOGETHER = 0.5


def level(association: Association) -> str:
    """How strongly, in one word: none, little, clear, strong, almost or whole."""
    return next((name for limit, name in _LEVELS if association.value < limit), "whole")


def strength_said(association: Association) -> Text:
    """How strongly two columns go together: a sentence."""
    return Text(f"data.pair.level.{level(association)}")


def measure_said(association: Association) -> Text:
    """The figure with its name and the rows it is from, for those who know it."""
    value = association.value * (association.sign or 1)
    return Text(f"data.pair.measure.{association.measure}", {"value": amount(value, digits=2), "n": association.rows})


def sentences(association: Association, types: dict[str, ColumnType]) -> list[Text]:
    """What there is to say: how strongly, in which direction, and what is missing together."""
    said = [strength_said(association)]
    if level(association) != "none":
        said.append(_direction(association, types))
        if association.chance:
            said.append(Text("data.pair.chance"))
    if association.missing_together >= _TOGETHER:
        said.append(Text("data.pair.missing_together", {"n": association.missing_both}))
    elif association.missing_together <= -_TOGETHER:
        said.append(Text("data.pair.missing_apart"))
    return said


def _direction(association: Association, types: dict[str, ColumnType]) -> Text:
    first, second = association.column, association.other
    ordered = [types[name] in NUMBERS or types[name] in TIMES for name in (first, second)]
    if not any(ordered):
        return Text("data.pair.words", {"column": first, "other": second})
    if not all(ordered):
        number, words = (first, second) if ordered[0] else (second, first)
        return Text("data.pair.groups", {"column": words, "other": number})
    if types[second] in TIMES and types[first] not in TIMES:
        first, second = second, first
    if not association.sign:
        return Text("data.pair.bent", {"column": first, "other": second})
    kinds = "_".join("time" if types[name] in TIMES else "number" for name in (first, second))
    way = "up" if association.sign > 0 else "down"
    return Text(f"data.pair.{kinds}_{way}", {"column": first, "other": second})
