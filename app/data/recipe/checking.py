"""The light half: whether a recipe fits a table, before a row is read; what each step needs, what columns follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import singledispatchmethod

from app.data.recipe.steps import (
    Aggregate,
    Bin,
    Blank,
    Calculate,
    Clip,
    Concatenate,
    Condition,
    DatePart,
    Deduplicate,
    Drop,
    Extract,
    Fill,
    Filter,
    Function,
    Join,
    Operator,
    Part,
    Plain,
    Pseudonymise,
    Recipe,
    Relabel,
    Rename,
    Replace,
    Retype,
    Sample,
    Sort,
    Split,
    Step,
    Trim,
    What,
)
from app.data.records import ColumnType
from app.data.types import NAMES, NUMBERS, TIMES, WORDS, Types
from app.errors import CicloError, worded

Others = Callable[[str], Types]
"""The columns of another dataset, by its label."""

_COUNTS = (Function.ROWS, Function.COUNT, Function.DISTINCT)
_SHOWN = 12


def types_after(recipe: Recipe, types: Mapping[str, ColumnType], others: Others) -> Types:
    """The columns that a recipe makes of a table with these.

    Raises
    ------
    CicloError
        ``data.recipe.*`` with the place of the first step that doesn't fit, from 1.
    """
    found = dict(types)
    for place, step in enumerate(recipe.steps, 1):
        found = Checker(place, found, others).after(step)
        if not found:
            raise CicloError("data.recipe.nothing_left", place=place)
    return found


class Checker:
    """What a step makes of columns."""

    def __init__(self, place: int, types: Types, others: Others) -> None:
        self._place, self._types, self._others = place, types, others

    # What they ask

    def _column(self, name: str, *wanted: ColumnType) -> ColumnType:
        if name not in self._types:
            known = ", ".join(list(self._types)[:_SHOWN])
            raise CicloError("data.recipe.no_column", place=self._place, column=name, known=known)
        type = self._types[name]
        if wanted and type not in wanted:
            kind = worded(f"data.type.{type}")
            raise CicloError("data.recipe.wrong_type", place=self._place, column=name, type=kind)
        return type

    def _made(self, name: str, type: ColumnType) -> Types:
        if not name.strip():
            raise self._bad("into")
        return {**self._types, name: type}

    def _bad(self, setting: str) -> CicloError:
        return CicloError("data.recipe.bad_setting", place=self._place, setting=setting)

    def _value(self, setting: str, value: Plain, type: ColumnType) -> None:
        """A value must be one of the column's type."""
        try:
            _read(value, type)
        except ValueError as error:
            raise self._bad(setting) from error

    # Steps

    @singledispatchmethod
    def after(self, step: Step) -> Types:
        """The columns after a step."""
        raise NotImplementedError(type(step).__name__)

    @after.register
    def _rename(self, step: Rename) -> Types:
        self._column(step.column)
        if not step.to.strip() or (step.to in self._types and step.to != step.column):
            raise CicloError("data.recipe.name_taken", place=self._place, column=step.to)
        return {step.to if name == step.column else name: type for name, type in self._types.items()}

    @after.register
    def _drop(self, step: Drop) -> Types:
        for name in step.columns:
            self._column(name)
        return {name: type for name, type in self._types.items() if name not in step.columns}

    @after.register
    def _retype(self, step: Retype) -> Types:
        before = self._column(step.column)
        if step.decimal not in (".", ","):
            raise self._bad("decimal")
        if step.type is ColumnType.BOOLEAN and before is not ColumnType.BOOLEAN:
            raise self._bad("type")  # whether it has two words only the rows can tell
        numeric = before in NUMBERS and step.type in (*NUMBERS, *WORDS)
        timed = before in TIMES and step.type in (*TIMES, *WORDS)
        if before not in WORDS and not numeric and not timed:
            kind = worded(f"data.type.{before}")
            raise CicloError("data.recipe.wrong_type", place=self._place, column=step.column, type=kind)
        return {**self._types, step.column: step.type}

    @after.register
    def _trim(self, step: Trim) -> Types:
        self._column(step.column, *WORDS)
        return self._types

    @after.register
    def _replace(self, step: Replace) -> Types:
        self._column(step.column, *WORDS)
        chained = next((b for a, b in step.words.items() if b != a and step.words.get(b, b) != b), None)
        if chained is not None:
            raise CicloError("data.recipe.map_cycle", place=self._place, column=step.column, word=chained)
        return self._types

    @after.register
    def _blank(self, step: Blank) -> Types:
        type = self._column(step.column)
        for value in step.values:
            self._value("values", value, type)
        return self._types

    @after.register
    def _fill(self, step: Fill) -> Types:
        type = self._column(step.column)
        self._value("value", step.value, type)
        if type is ColumnType.INTEGER and float(step.value) != int(float(step.value)):
            raise self._bad("value")
        return self._types

    @after.register
    def _clip(self, step: Clip) -> Types:
        self._column(step.column, *NUMBERS)
        if (step.low is None and step.high is None) or (
            step.low is not None and step.high is not None and step.low > step.high
        ):
            raise self._bad("low")
        return self._types

    @after.register
    def _bin(self, step: Bin) -> Types:
        self._column(step.column, *NUMBERS)
        if not step.edges or list(step.edges) != sorted(set(step.edges)):
            raise self._bad("edges")
        if len(step.labels) != len(step.edges) + 1:
            raise self._bad("labels")
        return self._made(step.into, ColumnType.CATEGORY)

    @after.register
    def _split(self, step: Split) -> Types:
        self._column(step.column, *WORDS)
        if not step.separator:
            raise self._bad("separator")
        if len(step.into) < 2 or len(set(step.into)) < len(step.into) or not all(n.strip() for n in step.into):
            raise self._bad("into")
        return {**self._types, **dict.fromkeys(step.into, ColumnType.TEXT)}

    @after.register
    def _extract(self, step: Extract) -> Types:
        self._column(step.column, *WORDS)
        if step.what in (What.BEFORE, What.AFTER) and not step.mark:
            raise self._bad("mark")
        return self._made(step.into, ColumnType.TEXT)

    @after.register
    def _date_part(self, step: DatePart) -> Types:
        timed = step.part in (Part.HOUR, Part.MINUTE)
        self._column(step.column, *((ColumnType.DATETIME,) if timed else TIMES))
        return self._made(step.into, ColumnType.INTEGER)

    @after.register
    def _calculate(self, step: Calculate) -> Types:
        wanted = TIMES if step.operator is Operator.DAYS else NUMBERS
        for setting, value in (("left", step.left), ("right", step.right)):
            if isinstance(value, str) and (value in self._types or step.operator is not Operator.DAYS):
                self._column(value, *wanted)
            elif step.operator is Operator.DAYS:
                self._value(setting, value, ColumnType.DATE)
        return self._made(step.into, ColumnType.NUMBER)

    @after.register
    def _concatenate(self, step: Concatenate) -> Types:
        if len(step.columns) < 2:
            raise self._bad("columns")
        for name in step.columns:
            self._column(name, *WORDS)
        return self._made(step.into, ColumnType.TEXT)

    @after.register
    def _filter(self, step: Filter) -> Types:
        type = self._column(step.column)
        alone = step.test in (Condition.MISSING, Condition.PRESENT)
        if bool(step.values) == alone or (len(step.values) != 1 and not alone and step.test is not Condition.AMONG):
            raise self._bad("values")
        if type in WORDS and step.test in (Condition.LESS, Condition.AT_MOST, Condition.MORE, Condition.AT_LEAST):
            raise self._bad("test")
        for value in step.values:
            self._value("values", value, type)
        return self._types

    @after.register
    def _pseudonymise(self, step: Pseudonymise) -> Types:
        if not step.columns:
            raise self._bad("columns")
        for name in step.columns:
            self._column(name, *NAMES)
        return {**self._types, **dict.fromkeys(step.columns, ColumnType.IDENTIFIER)}

    @after.register
    def _deduplicate(self, step: Deduplicate) -> Types:
        for name in step.columns:
            self._column(name)
        return self._types

    @after.register
    def _sort(self, step: Sort) -> Types:
        if not step.columns:
            raise self._bad("columns")
        for name in step.columns:
            self._column(name)
        return self._types

    @after.register
    def _sample(self, step: Sample) -> Types:
        if step.rows < 1:
            raise self._bad("rows")
        return self._types

    @after.register
    def _relabel(self, step: Relabel) -> Types:
        type = self._column(step.column)
        numbers = [one.row for one in step.rows]
        if not numbers or min(numbers) < 1 or len(set(numbers)) < len(numbers):
            raise self._bad("rows")
        for word in {word for one in step.rows for word in (one.was, one.to) if word is not None}:
            self._value("rows", word, type)
            if not word or (type is ColumnType.INTEGER and not float(word).is_integer()):
                raise self._bad("rows")
        return self._types

    @after.register
    def _aggregate(self, step: Aggregate) -> Types:
        found: Types = {name: self._column(name) for name in step.by}
        if not step.by or not step.measures:
            raise self._bad("by" if not step.by else "measures")
        if step.time:
            self._column(step.time, *TIMES)
        for one in step.measures:
            if one.into in found or not one.into.strip():
                raise CicloError("data.recipe.name_taken", place=self._place, column=one.into)
            if one.days < 0 or (one.days and not step.time):
                raise self._bad("time")
            found[one.into] = self._measured(one.function, one.column)
        return found

    def _measured(self, function: Function, column: str) -> ColumnType:
        if function is Function.ROWS:
            return ColumnType.INTEGER
        if function in (Function.SUM, Function.MEAN):
            self._column(column, *NUMBERS)
            return ColumnType.NUMBER
        wanted = (*NUMBERS, *TIMES) if function in (Function.LEAST, Function.MOST) else ()
        type = self._column(column, *wanted)
        return ColumnType.INTEGER if function in _COUNTS else type

    @after.register
    def _join(self, step: Join) -> Types:
        there = self._others(step.dataset)
        if not step.on:
            raise self._bad("on")
        for here, other in step.on.items():
            type = self._column(here)
            if other not in there:
                known = ", ".join(list(there)[:_SHOWN])
                raise CicloError("data.recipe.no_column", place=self._place, column=other, known=known)
            if _kind(type) != _kind(there[other]):
                kind = worded(f"data.type.{there[other]}")
                raise CicloError("data.recipe.wrong_type", place=self._place, column=other, type=kind)
        taken = step.columns or tuple(name for name in there if name not in step.on.values())
        for name in taken:
            if name not in there:
                known = ", ".join(list(there)[:_SHOWN])
                raise CicloError("data.recipe.no_column", place=self._place, column=name, known=known)
            if name in self._types:
                raise CicloError("data.recipe.name_taken", place=self._place, column=name)
        return {**self._types, **{name: there[name] for name in taken}}


def _read(value: Plain, type: ColumnType) -> None:
    """Raises ``ValueError`` where a value is none of the type."""
    if type in NUMBERS:
        float(value)
    elif type is ColumnType.DATE:
        date.fromisoformat(str(value))
    elif type is ColumnType.DATETIME:
        datetime.fromisoformat(str(value))


def _kind(type: ColumnType) -> str:
    """Types whose cells can be equal."""
    if type in NUMBERS:
        return "number"
    return "time" if type in TIMES else "word"
