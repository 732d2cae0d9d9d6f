"""The light half: which steps of a recipe go along with a model, and with which columns a row has to come then."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import singledispatch

from app.data.recipe.checking import Checker, Others
from app.data.recipe.steps import (
    Aggregate,
    AnyRowStep,
    AnyStep,
    Bin,
    Calculate,
    Concatenate,
    DatePart,
    Drop,
    Extract,
    Filter,
    Pseudonymise,
    Rename,
    Retype,
    RowStep,
    Split,
    Step,
    Trim,
)
from app.data.types import NUMBERS, TIMES, WORDS, ColumnType, Types


class Place(StrEnum):
    """Where a row step can be done: in a bundle by Ciclo, by the few lines of Python in a bundle (``row``), and inside
    the files of other programs."""

    BUNDLE = "bundle"
    ROW = "row"
    ONNX = "onnx"
    PMML = "pmml"


_EVERYWHERE = frozenset(Place)
_TEXT = frozenset({Place.BUNDLE, Place.ROW})
"""ONNX has no operators that cut or trim words, and those of PMML differ from program to program beyond ASCII."""


def places_of(step: Step, types: Types) -> frozenset[Place]:
    """Where a step that is done to columns of these types can be done to a single row; nowhere where it needs the
    others."""
    if not isinstance(step, RowStep):
        return frozenset()
    if isinstance(step, (Trim, Split, Extract)):
        return _TEXT
    if isinstance(step, Retype):
        return _retyped(types[step.column], step.type)
    return _EVERYWHERE


def _retyped(before: ColumnType, after: ColumnType) -> frozenset[Place]:
    """What numbers and dates look like as words, and the other way round, is Ciclo's own."""
    same = any(before in kinds and after in kinds for kinds in (WORDS, NUMBERS, TIMES))
    return _EVERYWHERE if same else frozenset({Place.BUNDLE})


class Reach(StrEnum):
    """How far a kind of step goes, as people are told when they choose it."""

    EVERYWHERE = "everywhere"
    BUNDLE = "bundle"
    FILTER = "filter"
    TYPE = "type"
    ROWS = "rows"
    TABLE = "table"
    KEY = "key"


_REACHES = {
    **dict.fromkeys(("trim", "split", "extract"), Reach.BUNDLE),
    "filter": Reach.FILTER,
    "retype": Reach.TYPE,
    **dict.fromkeys(("deduplicate", "sort", "sample", "relabel"), Reach.ROWS),
    **dict.fromkeys(("aggregate", "join"), Reach.TABLE),
    "pseudonymise": Reach.KEY,
}


def reach_of(kind: str) -> Reach:
    """How far a step goes that is called ``kind`` in a stored recipe."""
    return _REACHES.get(kind, Reach.EVERYWHERE)


@singledispatch
def _touched(step: Step) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns that a row step looks at, and those that it writes."""
    column = str(getattr(step, "column", ""))
    return (column,), (column,)


@_touched.register
def _rename(step: Rename) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (step.column,), (step.to,)


@_touched.register
def _drop(step: Drop) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (), ()


@_touched.register(Bin)
@_touched.register(DatePart)
@_touched.register(Extract)
def _made(step: Bin | DatePart | Extract) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (step.column,), (step.into,)


@_touched.register
def _split(step: Split) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (step.column,), step.into


@_touched.register
def _calculate(step: Calculate) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(side for side in (step.left, step.right) if isinstance(side, str)), (step.into,)


@_touched.register
def _concatenate(step: Concatenate) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return step.columns, (step.into,)


@_touched.register
def _filter(step: Filter) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (step.column,), ()


def writes_of(step: AnyRowStep) -> tuple[str, ...]:
    """The columns that a row step writes."""
    return _touched(step)[1]


@dataclass(frozen=True, kw_only=True)
class Given:
    """A column that a row has to come with, as it is after so many steps (0: as it came in the beginning)."""

    name: str
    type: ColumnType
    after: int


@dataclass(frozen=True, kw_only=True)
class Span:
    """The steps that are done, and what has to be given for them.

    Attributes
    ----------
    steps
        In their order.
    given
        In the order of the columns in the beginning; those that steps left outside make come last.
    left
        The steps that had to be done before, and filters that aren't looked at.
    """

    steps: tuple[AnyRowStep, ...]
    given: tuple[Given, ...]
    left: tuple[AnyStep, ...] = ()

    @property
    def types(self) -> Types:
        """The columns that are given."""
        return {one.name: one.type for one in self.given}


def types_between(steps: Sequence[Step], types: Types, others: Others) -> list[Types]:
    """The columns before the first step, and after each.

    Raises
    ------
    CicloError
        As :func:`app.data.recipe.checking.types_after`.
    """
    found = [types]
    for place, step in enumerate(steps, 1):
        found.append(Checker(place, found[-1], others).after(step))
    return found


def span(
    steps: Sequence[AnyStep],
    types: Sequence[Types],
    wanted: Collection[str],
    *,
    can: Callable[[Step, Types], bool],
    target: str = "",
    given: Collection[str] = (),
) -> Span:
    """The steps that make the ``wanted`` columns of one row.

    A step that can't be done leaves what it makes to be given; so does one that looks at a column which is given as it
    is later on. Filters on what the ``target`` is made of are passed over, since no row that is to be predicted has it.

    Parameters
    ----------
    types
        As :func:`types_between` gives them.
    can
        Whether a step on columns of these types can be done here.
    given
        Wanted columns that are given as they are in the end, whatever makes them.
    """
    seeker = _Seeker(wanted, given, target)
    first = max((place for place, step in enumerate(steps, 1) if isinstance(step, Aggregate)), default=0)
    for place in range(len(steps), first, -1):
        seeker.take(steps[place - 1], place, types[place - 1], types[place], can)
    late = [Given(name=name, type=types[at][name], after=at) for name, at in seeker.given(len(steps)).items()]
    early = [Given(name=name, type=types[first][name], after=first) for name in types[first] if name in seeker.needed]
    if first:
        seeker.left.extend(reversed(steps[:first]))
    return Span(steps=tuple(reversed(seeker.kept)), given=(*early, *late), left=tuple(reversed(seeker.left)))


class _Seeker:
    """Goes back from the last step to the first."""

    def __init__(self, wanted: Collection[str], given: Collection[str], target: str) -> None:
        self.needed = set(wanted) - set(given)
        self._given: dict[str, int] = dict.fromkeys(given, -1)
        self._answer = {target} if target else set()
        self.kept: list[AnyRowStep] = []
        self.left: list[AnyStep] = []

    def given(self, last: int) -> dict[str, int]:
        """The columns that are given as steps leave them, with how many were done by then."""
        return {name: last if at < 0 else at for name, at in self._given.items()}

    def take(self, step: AnyStep, place: int, before: Types, after: Types, can: Callable[[Step, Types], bool]) -> None:
        """Look at one more step."""
        looks, writes = _touched(step) if isinstance(step, RowStep) else ((), _written(step, before, after))
        looks = tuple(name for name in looks if name in before)
        if isinstance(step, Filter):
            self._filter(step, before, can)
        elif self.needed.isdisjoint(writes):
            pass  # nothing of what is wanted comes of it
        elif isinstance(step, RowStep) and can(step, before) and self._given.keys().isdisjoint(looks):
            self.kept.append(step)
            self.needed = self.needed.difference(writes).union(looks)
        else:
            self._leave(step, place, writes)
        if not self._answer.isdisjoint(writes):
            self._answer = self._answer.difference(writes).union(looks)

    def _filter(self, step: Filter, before: Types, can: Callable[[Step, Types], bool]) -> None:
        if step.column in self._answer and step.column not in self.needed:
            return
        if can(step, before) and step.column not in self._given:
            self.kept.append(step)
            self.needed.add(step.column)
        else:
            self.left.append(step)

    def _leave(self, step: AnyStep, place: int, writes: Collection[str]) -> None:
        self.left.append(step)
        self._given |= dict.fromkeys(self.needed.intersection(writes), place)
        self.needed.difference_update(writes)


def _written(step: Step, before: Types, after: Types) -> tuple[str, ...]:
    """What a step that isn't one of rows adds, or writes otherwise."""
    return step.columns if isinstance(step, Pseudonymise) else tuple(name for name in after if name not in before)


def alone(steps: Sequence[AnyRowStep], types: Types) -> list[Types]:
    """The columns before the first of some steps that were picked from a recipe, and after each. A column that was
    dropped in between may still be there; what takes its name takes its place."""
    found = [types]
    for place, step in enumerate(steps, 1):
        found.append(Checker(place, without_namesake(step, found[-1]), _nobody).after(step))
    return found


def without_namesake(step: Step, types: Types) -> Types:
    """The columns without the one whose name a renamed one takes."""
    if not isinstance(step, Rename) or step.to == step.column:
        return types
    return {name: type for name, type in types.items() if name != step.to}


def _nobody(label: str) -> Types:
    return {}
