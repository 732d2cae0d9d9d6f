"""The steps of a recipe as derived fields. Columns are as :mod:`app.deployment.pmml.inputs` has them."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import singledispatchmethod

import numpy as np

from app.data.recipe.frame import as_number
from app.data.recipe.steps import (
    AnyRowStep,
    Bin,
    Blank,
    Calculate,
    Clip,
    Concatenate,
    Condition,
    DatePart,
    Drop,
    Fill,
    Filter,
    Operator,
    Part,
    Plain,
    Rename,
    Replace,
    Retype,
    Step,
)
from app.data.types import WORDS, ColumnType
from app.deployment.onnx.steps import LONGEST, PARTS
from app.deployment.pmml.dates import DAY_S, date_parts, days_of
from app.deployment.pmml.markup import Expression, apply, flag, number, ref, text_table, where_known, word
from app.deployment.pmml.writer import Writer, no_converter
from app.learning.records import Feature

_COMPARED = {
    Condition.EQUAL: "equal",
    Condition.LESS: "lessThan",
    Condition.AT_MOST: "lessOrEqual",
    Condition.MORE: "greaterThan",
    Condition.AT_LEAST: "greaterOrEqual",
}
_SIGNS = {Operator.PLUS: "+", Operator.MINUS: "-", Operator.TIMES: "*", Operator.OVER: "/"}


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: the field that holds it."""

    field: str
    type: ColumnType


class Steps:
    """Columns on their way through steps.

    Attributes
    ----------
    columns
        By name, as they are now.
    kept
        The field that is 1 where every filter keeps a row, else 0; empty where no filter was asked.
    """

    def __init__(self, writer: Writer, inputs: Sequence[Feature]) -> None:
        self._writer = writer
        self.columns = {one.name: Column(field=one.name, type=one.type) for one in inputs}
        self.kept = ""

    def run(self, steps: Sequence[AnyRowStep]) -> None:
        """Do the steps."""
        for step in steps:
            self._do(step)

    # What they ask of the writer

    def _ref(self, name: str) -> Expression:
        return ref(self.columns[name].field)

    def _put(self, name: str, expression: Expression, type: ColumnType) -> None:
        words = type in WORDS
        field = self._writer.field(f"{name}|prepared", expression, data_type="string" if words else "double")
        self.columns[name] = Column(field=field, type=type)

    def _among(self, name: str, values: Sequence[Plain]) -> Expression:
        """Whether a cell that isn't missing is one of these."""
        column = self.columns[name]
        if column.type in WORDS:
            told = [word(str(value)) for value in values]
        else:
            told = [number(as_number(value, column.type)) for value in values]
        same = [apply("equal", ref(column.field), one) for one in dict.fromkeys(told)]
        return apply("or", *same) if len(same) > 1 else same[0]

    # Steps

    @singledispatchmethod
    def _do(self, step: Step) -> None:
        raise no_converter(type(step).__name__)

    @_do.register
    def _rename(self, step: Rename) -> None:
        self.columns[step.to] = self.columns.pop(step.column)

    @_do.register
    def _drop(self, step: Drop) -> None:
        for name in step.columns:
            self.columns.pop(name, None)

    @_do.register
    def _retype(self, step: Retype) -> None:
        given, before = self._ref(step.column), self.columns[step.column].type
        if before is ColumnType.NUMBER and step.type is ColumnType.INTEGER:
            # the difference, since JPMML's floor is of another type than what it is of
            whole = apply("equal", apply("-", given, apply("floor", given)), number(0.0))
            small = apply("lessThan", apply("abs", given), number(LONGEST))
            self._put(step.column, where_known(given, apply("if", apply("and", whole, small), given)), step.type)
        elif before is ColumnType.DATE and step.type is ColumnType.DATETIME:
            self._put(step.column, where_known(given, apply("*", given, number(DAY_S))), step.type)
        elif before is ColumnType.DATETIME and step.type is ColumnType.DATE:
            self._put(step.column, where_known(given, apply("floor", days_of(given))), step.type)
        else:
            self.columns[step.column] = replace(self.columns[step.column], type=step.type)

    @_do.register
    def _replace(self, step: Replace) -> None:
        column = self.columns[step.column]
        if not step.words:
            return
        new = text_table(column.field, [(old, to) for old, to in step.words.items() if to])
        known = self._among(step.column, list(step.words))
        given = ref(column.field)
        self._put(step.column, where_known(given, apply("if", known, new, given)), column.type)

    @_do.register
    def _blank(self, step: Blank) -> None:
        if not step.values:
            return
        given = self._ref(step.column)
        stays = apply("not", self._among(step.column, step.values))
        self._put(step.column, where_known(given, apply("if", stays, given)), self.columns[step.column].type)

    @_do.register
    def _fill(self, step: Fill) -> None:
        given, type = self._ref(step.column), self.columns[step.column].type
        value = word(str(step.value)) if type in WORDS else number(as_number(step.value, type))
        self._put(step.column, apply("if", apply("isMissing", given), value, given), type)

    @_do.register
    def _clip(self, step: Clip) -> None:
        type = self.columns[step.column].type
        for bound, beyond, inside in ((step.low, "lessThan", np.ceil), (step.high, "greaterThan", np.floor)):
            if bound is None:
                continue
            given = self._ref(step.column)
            out = apply(beyond, given, number(bound))
            if step.blank:
                made = apply("if", apply("not", out), given)
            else:
                made = apply("if", out, number(float(inside(bound)) if type is ColumnType.INTEGER else bound), given)
            self._put(step.column, where_known(given, made), type)

    @_do.register
    def _bin(self, step: Bin) -> None:
        given = self._ref(step.column)
        found = word(step.labels[-1])
        for edge, label in zip(step.edges[::-1], step.labels[-2::-1], strict=True):
            found = apply("if", apply("lessThan", given, number(edge)), word(label), found)
        self._put(step.into, where_known(given, found), ColumnType.CATEGORY)

    @_do.register
    def _date_part(self, step: DatePart) -> None:
        given, column = self._ref(step.column), self.columns[step.column]
        timed = column.type is ColumnType.DATETIME
        days = where_known(given, days_of(given)) if timed else given
        parts = date_parts(self._writer, column.field, days, given if timed else None)
        if step.part is Part.WEEKDAY:
            found = apply("+", parts["weekday"], number(1.0))
        elif step.part is Part.QUARTER:
            found = _part(apply("+", parts["month"], number(2.0)), 3.0)
        elif step.part is Part.MINUTE:
            minutes = _part(given, 60.0)
            found = apply("-", minutes, apply("*", _part(minutes, 60.0), number(60.0)))
        else:
            found = parts[PARTS[step.part]]
        self._put(step.into, where_known(given, found), ColumnType.INTEGER)

    @_do.register
    def _calculate(self, step: Calculate) -> None:
        sides = (step.left, step.right)
        given = [self._ref(side) for side in sides if isinstance(side, str) and side in self.columns]
        left, right = (self._operand(side, step.operator) for side in sides)
        if step.operator is Operator.DAYS:
            found = apply("/", apply("-", left, right), number(DAY_S))
        elif step.operator is Operator.OVER:  # some programs fail where it is 0
            found = apply("if", apply("notEqual", right, number(0.0)), apply("/", left, right))
        else:
            found = apply(_SIGNS[step.operator], left, right)
        for one in given:
            found = where_known(one, found)
        found = self._writer.named(f"{step.into}|worked out", found)
        finite = apply("lessOrEqual", apply("abs", found), number(sys.float_info.max))
        self._put(step.into, where_known(found, apply("if", finite, found)), ColumnType.NUMBER)

    def _operand(self, value: Plain, operator: Operator) -> Expression:
        """A column or a constant; moments as seconds."""
        if isinstance(value, str) and value in self.columns:
            given, day = self._ref(value), self.columns[value].type is ColumnType.DATE
            return apply("*", given, number(DAY_S)) if day else given
        days = operator is Operator.DAYS
        return number(as_number(value, ColumnType.DATE) * DAY_S if days else float(value))

    @_do.register
    def _concatenate(self, step: Concatenate) -> None:
        given = [self._ref(name) for name in step.columns]
        parts = [given[0]]
        for one in given[1:]:
            parts += [word(step.separator), one] if step.separator else [one]
        found = apply("concat", *parts)
        for one in given:
            found = where_known(one, found)
        self._put(step.into, found, ColumnType.TEXT)

    @_do.register
    def _filter(self, step: Filter) -> None:
        given = self._ref(step.column)
        if step.test in (Condition.MISSING, Condition.PRESENT):
            kept = flag(apply("isMissing" if step.test is Condition.MISSING else "isNotMissing", given))
        else:
            kept = apply("if", apply("isNotMissing", given), flag(self._holds(step)), number(0.0))
        if self.kept:
            kept = apply("*", ref(self.kept), kept)
        self.kept = self._writer.field("kept", kept)

    def _holds(self, step: Filter) -> Expression:
        if step.test in (Condition.AMONG, Condition.UNEQUAL) or self.columns[step.column].type in WORDS:
            found = self._among(step.column, step.values)
            return apply("not", found) if step.test is Condition.UNEQUAL else found
        value = number(as_number(step.values[0], self.columns[step.column].type))
        return apply(_COMPARED[step.test], self._ref(step.column), value)


def _part(value: Expression, other: float) -> Expression:
    return apply("floor", apply("/", value, number(other)))


def fields_of(steps: Steps, features: Sequence[Feature]) -> Mapping[str, str]:
    """For each feature, the field that holds it."""
    return {feature.name: steps.columns[feature.name].field for feature in features}
