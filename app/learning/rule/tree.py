"""What a rule says, as a tree. Every part has a kind, known before a row is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a part of a rule gives for a row."""

    NUMBER = "number"
    WORD = "word"
    MOMENT = "moment"
    TRUTH = "truth"


@dataclass(frozen=True)
class Constant:
    """A number, a word, or a moment as seconds since 1970; ``text`` as it was written."""

    value: float | str
    kind: Kind
    text: str


@dataclass(frozen=True)
class ColumnValue:
    """The value of a column; ``levels`` are its words as far as they are known."""

    name: str
    kind: Kind
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arithmetic:
    """``op`` is one of + - * /; the difference of two moments is in days."""

    op: str
    left: Part
    right: Part
    kind: Kind = Kind.NUMBER


@dataclass(frozen=True)
class Comparison:
    """``op`` is one of = != < <= > >=, or contains, starts. Not true where a side is missing."""

    op: str
    left: Part
    right: Part
    kind: Kind = Kind.TRUTH


@dataclass(frozen=True)
class Missing:
    """Whether a value is missing."""

    part: Part
    kind: Kind = Kind.TRUTH


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    part: Part
    kind: Kind = Kind.TRUTH


@dataclass(frozen=True)
class All:
    """Whether every condition holds."""

    parts: tuple[Part, ...]
    kind: Kind = Kind.TRUTH


@dataclass(frozen=True)
class Some:
    """Whether a condition at least holds."""

    parts: tuple[Part, ...]
    kind: Kind = Kind.TRUTH


@dataclass(frozen=True)
class Either:
    """One of two amounts."""

    condition: Part
    then: Part
    otherwise: Part
    kind: Kind = Kind.NUMBER


Part = Constant | ColumnValue | Arithmetic | Comparison | Missing | Not | All | Some | Either


def columns_of(part: Part) -> tuple[str, ...]:
    """The columns that a rule looks at, in the order in which they are named."""
    match part:
        case Constant():
            return ()
        case ColumnValue():
            return (part.name,)
        case Arithmetic() | Comparison():
            inner: tuple[Part, ...] = (part.left, part.right)
        case Missing() | Not():
            inner = (part.part,)
        case All() | Some():
            inner = part.parts
        case Either():
            inner = (part.condition, part.then, part.otherwise)
    return tuple(dict.fromkeys(name for one in inner for name in columns_of(one)))
