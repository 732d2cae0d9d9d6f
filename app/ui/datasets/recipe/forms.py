"""What is asked for each step: the form is drawn from this list."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from app.data.recipe.steps import Case, Condition, Operator, Part, What
from app.data.types import NAMES, NUMBERS, TIMES, WORDS, ColumnType


class Want(Enum):
    """What sort of entry a field takes."""

    COLUMN = auto()
    COLUMNS = auto()
    NAME = auto()
    WORD = auto()
    NUMBER = auto()
    WHOLE = auto()
    CHOICE = auto()
    SWITCH = auto()
    VALUE = auto()
    VALUES = auto()
    NUMBERS = auto()
    LINES = auto()
    WORDS = auto()
    OPERAND = auto()
    DATASET = auto()
    KEYS = auto()
    THERE = auto()
    MEASURES = auto()


@dataclass(frozen=True)
class Asked:
    """A field: the setting that it fills, and what it takes. ``types`` are those of the columns offered; ``least``:
    how many entries it needs."""

    name: str
    want: Want
    types: tuple[ColumnType, ...] = ()
    choices: tuple[str, ...] = ()
    least: int = 1


def _column(*types: ColumnType) -> Asked:
    return Asked("column", Want.COLUMN, types)


_INTO = Asked("into", Want.NAME)
_TYPES = tuple(type for type in ColumnType if type is not ColumnType.BOOLEAN)

FORMS: dict[str, tuple[Asked, ...]] = {
    "trim": (_column(*WORDS), Asked("case", Want.CHOICE, choices=tuple(Case))),
    "replace": (_column(*WORDS), Asked("words", Want.WORDS)),
    "blank": (_column(), Asked("values", Want.VALUES)),
    "fill": (_column(), Asked("value", Want.VALUE)),
    "clip": (
        _column(*NUMBERS),
        Asked("low", Want.NUMBER, least=0),
        Asked("high", Want.NUMBER, least=0),
        Asked("blank", Want.SWITCH),
    ),
    "bin": (_column(*NUMBERS), Asked("edges", Want.NUMBERS), Asked("labels", Want.LINES, least=0), _INTO),
    "calculate": (
        Asked("left", Want.OPERAND, (*NUMBERS, *TIMES)),
        Asked("operator", Want.CHOICE, choices=tuple(Operator)),
        Asked("right", Want.OPERAND, (*NUMBERS, *TIMES)),
        _INTO,
    ),
    "date_part": (_column(*TIMES), Asked("part", Want.CHOICE, choices=tuple(Part)), _INTO),
    "split": (_column(*WORDS), Asked("separator", Want.WORD), Asked("into", Want.LINES)),
    "extract": (
        _column(*WORDS),
        Asked("what", Want.CHOICE, choices=tuple(What)),
        Asked("mark", Want.WORD, least=0),
        _INTO,
    ),
    "concatenate": (Asked("columns", Want.COLUMNS, WORDS, least=2), Asked("separator", Want.WORD, least=0), _INTO),
    "pseudonymise": (Asked("columns", Want.COLUMNS, NAMES),),
    "rename": (_column(), Asked("to", Want.NAME)),
    "retype": (
        _column(),
        Asked("type", Want.CHOICE, choices=_TYPES),
        Asked("decimal", Want.CHOICE, choices=(".", ",")),
    ),
    "drop": (Asked("columns", Want.COLUMNS),),
    "filter": (_column(), Asked("test", Want.CHOICE, choices=tuple(Condition)), Asked("values", Want.VALUES, least=0)),
    "deduplicate": (Asked("columns", Want.COLUMNS, least=0), Asked("last", Want.SWITCH)),
    "sort": (Asked("columns", Want.COLUMNS), Asked("descending", Want.SWITCH)),
    "sample": (Asked("rows", Want.WHOLE),),
    "aggregate": (
        Asked("by", Want.COLUMNS),
        Asked("time", Want.COLUMN, TIMES, least=0),
        Asked("measures", Want.MEASURES),
    ),
    "join": (
        Asked("dataset", Want.DATASET),
        Asked("on", Want.KEYS),
        Asked("columns", Want.THERE, least=0),
        Asked("inner", Want.SWITCH),
        Asked("several", Want.SWITCH),
    ),
}
"""Of each kind of step, in the order in which they are offered: cells first, then columns, rows, and whole tables."""
