"""The steps of a recipe in the graph: columns by name, each of shape (rows, 1).

Numbers, dates and words are as :mod:`app.deployment.onnx.inputs` has them, so that a column that a step made is like
one that was given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
from app.deployment.onnx.dates import date_parts, days_of
from app.deployment.onnx.graph import ML, Graph
from app.deployment.onnx.inputs import MISSING, is_words, missing_word
from app.deployment.onnx.writer import no_converter
from app.learning.records import Feature

_DAY_S = 86_400.0
LONGEST = 2.0**63
"""Numbers from here on are no whole numbers of 64 bits."""
_COMPARED = {
    Condition.EQUAL: "Equal",
    Condition.LESS: "Less",
    Condition.AT_MOST: "LessOrEqual",
    Condition.MORE: "Greater",
    Condition.AT_LEAST: "GreaterOrEqual",
}
_WORK = {Operator.PLUS: "Add", Operator.MINUS: "Sub", Operator.TIMES: "Mul", Operator.OVER: "Div"}
PARTS = {Part.YEAR: "year", Part.MONTH: "month", Part.DAY: "monthday", Part.HOUR: "hour"}
"""Parts of dates as they come out of those of frames (:mod:`app.deployment.onnx.dates`) without a change."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column in the graph; ``missing`` is the word that says that there is none, of words only."""

    name: str
    type: ColumnType
    missing: str = ""


class Steps:
    """Columns on their way through steps.

    Attributes
    ----------
    columns
        By name, as they are now.
    excluded
        Which rows a filter takes away, shape (rows, 1); empty where no filter was asked.
    """

    def __init__(self, graph: Graph, inputs: Sequence[Feature], given: Mapping[str, str]) -> None:
        self._graph = graph
        self.columns = {
            one.name: Column(name=given[one.name], type=one.type, missing=missing_word(one) if is_words(one) else "")
            for one in inputs
        }
        self.excluded = ""
        self._gap = MISSING

    def run(self, steps: Sequence[AnyRowStep], features: Sequence[Feature]) -> None:
        """Do the steps.

        Raises
        ------
        CicloError
            ``deployment.onnx.no_converter`` where a step speaks of the word that stands for none.
        """
        spoken = {word for step in steps for word in _words_of(step)}
        if not spoken.isdisjoint(column.missing for column in self.columns.values() if column.missing):
            raise no_converter(MISSING)
        taken = spoken | {level for feature in features for level in feature.levels}
        while self._gap in taken:
            self._gap += "_"
        for step in steps:
            self._do(step)

    # What they ask of the graph

    def _where(self, condition: str, then: str, other: str) -> str:
        return self._graph.add("Where", condition, then, other)

    def _gone(self, column: Column) -> str:
        """Which cells are missing."""
        if column.type in WORDS:
            return self._among(column, [column.missing])
        return self._graph.add("IsNaN", column.name)

    def _among(self, column: Column, words: Iterable[str]) -> str:
        return self._graph.add("Greater", self._places(column, list(words)), self._graph.whole(-1))

    def _places(self, column: Column, words: Sequence[str]) -> str:
        """Of each word its place among these, -1 where it isn't."""
        known = list(dict.fromkeys(words))
        return self._graph.add(
            "LabelEncoder",
            column.name,
            domain=ML,
            keys_strings=known,
            values_int64s=list(range(len(known))),
            default_int64=-1,
        )

    def _word(self, word: str) -> str:
        return self._graph.constant(np.array(word, dtype=object))

    def _any_of(self, column: Column, values: Sequence[Plain]) -> str:
        """Which numbers are one of these."""
        graph, found = self._graph, ""
        for value in dict.fromkeys(as_number(value, column.type) for value in values):
            same = graph.add("Equal", column.name, graph.number(value))
            found = graph.add("Or", found, same) if found else same
        return found

    def _finite(self, value: str) -> str:
        graph = self._graph
        known = graph.add("Less", graph.add("Abs", value), graph.number(np.inf))
        return self._where(known, value, graph.number(np.nan))

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
        graph, column = self._graph, self.columns[step.column]
        name = column.name
        if column.type is ColumnType.NUMBER and step.type is ColumnType.INTEGER:
            whole = graph.add("Equal", graph.add("Floor", name), name)
            small = graph.add("Less", graph.add("Abs", name), graph.number(LONGEST))
            name = self._where(graph.add("And", whole, small), name, graph.number(np.nan))
        elif column.type is ColumnType.DATE and step.type is ColumnType.DATETIME:
            name = graph.add("Mul", name, graph.number(_DAY_S))
        elif column.type is ColumnType.DATETIME and step.type is ColumnType.DATE:
            name = graph.add("Floor", days_of(graph, name))
        self.columns[step.column] = replace(column, name=name, type=step.type)

    @_do.register
    def _replace(self, step: Replace) -> None:
        graph, column = self._graph, self.columns[step.column]
        if not step.words:
            return
        places = self._places(column, list(step.words))
        told = graph.constant(np.array([word or column.missing for word in step.words.values()], dtype=object))
        new = graph.add("Gather", told, graph.add("Max", places, graph.whole(0)))
        known = graph.add("Greater", places, graph.whole(-1))
        self.columns[step.column] = replace(column, name=self._where(known, new, column.name))

    @_do.register
    def _blank(self, step: Blank) -> None:
        column = self.columns[step.column]
        if column.type in WORDS:
            self._replace(Replace(column=step.column, words=dict.fromkeys(map(str, step.values), "")))
        elif step.values:
            none = self._graph.number(np.nan)
            name = self._where(self._any_of(column, step.values), none, column.name)
            self.columns[step.column] = replace(column, name=name)

    @_do.register
    def _fill(self, step: Fill) -> None:
        column = self.columns[step.column]
        if column.type in WORDS:
            value = self._word(str(step.value))
        else:
            value = self._graph.number(as_number(step.value, column.type))
        self.columns[step.column] = replace(column, name=self._where(self._gone(column), value, column.name))

    @_do.register
    def _clip(self, step: Clip) -> None:
        graph, column = self._graph, self.columns[step.column]
        whole, name = column.type is ColumnType.INTEGER, column.name
        for bound, beyond, inside in ((step.low, "Less", np.ceil), (step.high, "Greater", np.floor)):
            if bound is not None:
                end = np.nan if step.blank else float(inside(bound)) if whole else bound
                name = self._where(graph.add(beyond, name, graph.number(bound)), graph.number(end), name)
        self.columns[step.column] = replace(column, name=name)

    @_do.register
    def _bin(self, step: Bin) -> None:
        graph, column = self._graph, self.columns[step.column]
        reached = graph.add("GreaterOrEqual", column.name, graph.constant(np.array([step.edges], dtype=np.float64)))
        labels = graph.constant(np.array(step.labels, dtype=object))
        word = graph.add("Gather", labels, graph.places(graph.total(graph.double(reached))))
        self._made(step.into, ColumnType.CATEGORY, word, self._gone(column))

    def _made(self, into: str, type: ColumnType, word: str, gone: str) -> None:
        name = self._where(gone, self._word(self._gap), word)
        self.columns[into] = Column(name=name, type=type, missing=self._gap)

    @_do.register
    def _date_part(self, step: DatePart) -> None:
        graph, column = self._graph, self.columns[step.column]
        timed = column.type is ColumnType.DATETIME
        days = days_of(graph, column.name) if timed else column.name
        parts = date_parts(graph, days, column.name if timed else None)
        if step.part is Part.WEEKDAY:
            name = graph.add("Add", parts["weekday"], graph.number(1))
        elif step.part is Part.QUARTER:
            name = self._part(graph.add("Add", parts["month"], graph.number(2)), 3)
        elif step.part is Part.MINUTE:
            minutes = self._part(column.name, 60)
            name = graph.add("Sub", minutes, graph.add("Mul", self._part(minutes, 60), graph.number(60)))
        else:
            name = parts[PARTS[step.part]]
        self.columns[step.into] = Column(name=name, type=ColumnType.INTEGER)

    def _part(self, value: str, number: float) -> str:
        graph = self._graph
        return graph.add("Floor", graph.add("Div", value, graph.number(number)))

    @_do.register
    def _calculate(self, step: Calculate) -> None:
        graph = self._graph
        left, right = (self._operand(side, step.operator) for side in (step.left, step.right))
        if step.operator is Operator.DAYS:
            found = graph.add("Div", graph.add("Sub", left, right), graph.number(_DAY_S))
        else:
            found = graph.add(_WORK[step.operator], left, right)
        self.columns[step.into] = Column(name=self._as_rows(self._finite(found)), type=ColumnType.NUMBER)

    def _operand(self, value: Plain, operator: Operator) -> str:
        """A column or a constant; moments as seconds."""
        graph = self._graph
        if isinstance(value, str) and value in self.columns:
            column = self.columns[value]
            return (
                graph.add("Mul", column.name, graph.number(_DAY_S)) if column.type is ColumnType.DATE else column.name
            )
        days = operator is Operator.DAYS
        return graph.number(as_number(value, ColumnType.DATE) * _DAY_S if days else float(value))

    def _as_rows(self, value: str) -> str:
        """A number of constants alone has a row for each of the caller's."""
        like = next(iter(self.columns.values())).name
        return self._graph.add("Expand", value, self._graph.add("Shape", like))

    @_do.register
    def _concatenate(self, step: Concatenate) -> None:
        graph, parts = self._graph, [self.columns[name] for name in step.columns]
        word, gone = parts[0].name, self._gone(parts[0])
        for part in parts[1:]:
            if step.separator:
                word = graph.add("StringConcat", word, self._word(step.separator))
            word = graph.add("StringConcat", word, part.name)
            gone = graph.add("Or", gone, self._gone(part))
        self._made(step.into, ColumnType.TEXT, word, gone)

    @_do.register
    def _filter(self, step: Filter) -> None:
        graph = self._graph
        away = graph.add("Not", self._kept(step, self.columns[step.column]))
        self.excluded = graph.add("Or", self.excluded, away) if self.excluded else away

    def _kept(self, step: Filter, column: Column) -> str:
        graph, gone = self._graph, self._gone(column)
        there = graph.add("Not", gone)
        if step.test in (Condition.MISSING, Condition.PRESENT):
            return gone if step.test is Condition.MISSING else there
        if column.type in WORDS:
            found = self._among(column, map(str, step.values))
        elif step.test in (Condition.AMONG, Condition.UNEQUAL):
            found = self._any_of(column, step.values)
        else:
            value = graph.number(as_number(step.values[0], column.type))
            found = graph.add(_COMPARED[step.test], column.name, value)
        if step.test is Condition.UNEQUAL:
            return graph.add("And", there, graph.add("Not", found))
        return graph.add("And", there, found)


def _words_of(step: AnyRowStep) -> Iterable[str]:
    """The words that a step speaks of."""
    if isinstance(step, Replace):
        yield from (*step.words, *step.words.values())
    elif isinstance(step, (Blank, Filter)):
        yield from map(str, step.values)
    elif isinstance(step, Fill):
        yield str(step.value)
    elif isinstance(step, Bin):
        yield from step.labels
