"""The row steps on a table: column by column, in Arrow."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from app.data.recipe.frame import Frame, finite, literal, on_words, one_zero
from app.data.recipe.steps import (
    Bin,
    Blank,
    Calculate,
    Case,
    Clip,
    Concatenate,
    Condition,
    DatePart,
    Drop,
    Extract,
    Fill,
    Filter,
    Operator,
    Part,
    Plain,
    Rename,
    Replace,
    Retype,
    RowStep,
    Split,
    Trim,
    What,
)
from app.data.records import ColumnType
from app.data.types import NUMBERS, TIMES, WORDS
from app.data.values.conversion import ARROW_TYPES, Notation, convert_column

_BLANKS = r"[\t-\r \x{85}\p{Z}]+"
"""Any blank, also those that don't break a line; what Arrow and its regular expressions call so differs."""
_EDGES = f"^{_BLANKS}|{_BLANKS}$"
_CASES = {Case.LOWER: (pc.ascii_lower, str.lower), Case.UPPER: (pc.ascii_upper, str.upper)}
_RUNS = {What.DIGITS: r"(?P<run>\d+)", What.LETTERS: r"(?P<run>\pL+)"}
_COMPARED = {
    Condition.EQUAL: pc.equal,
    Condition.UNEQUAL: pc.not_equal,
    Condition.LESS: pc.less,
    Condition.AT_MOST: pc.less_equal,
    Condition.MORE: pc.greater,
    Condition.AT_LEAST: pc.greater_equal,
}
_PARTS = {
    Part.YEAR: pc.year,
    Part.QUARTER: pc.quarter,
    Part.MONTH: pc.month,
    Part.DAY: pc.day,
    Part.HOUR: pc.hour,
    Part.MINUTE: pc.minute,
}
_NO_WORD = pa.scalar(None, pa.string())


@singledispatch
def apply_row(step: RowStep, frame: Frame) -> Frame:
    """The rows after a step that was checked."""
    raise NotImplementedError(type(step).__name__)


@apply_row.register
def _rename(step: Rename, frame: Frame) -> Frame:
    types = {step.to if name == step.column else name: type for name, type in frame.types.items()}
    return Frame(table=frame.table.rename_columns(list(types)), types=types)


@apply_row.register
def _drop(step: Drop, frame: Frame) -> Frame:
    types = {name: type for name, type in frame.types.items() if name not in step.columns}
    return Frame(table=frame.table.select(list(types)), types=types)


@apply_row.register
def _retype(step: Retype, frame: Frame) -> Frame:
    before, cells = frame.types[step.column], frame.column(step.column)
    if before in WORDS and step.type in WORDS:
        return frame.put(step.column, cells, step.type)
    if before in WORDS:
        notation = Notation(decimal=step.decimal, day_first=step.day_first)
        return frame.put(step.column, on_words(cells, _Reading(step.type, notation)), step.type)
    return frame.put(step.column, _cast(cells, before, step.type), step.type)


class _Reading:
    """Words as another type; those that aren't become missing."""

    def __init__(self, type: ColumnType, notation: Notation) -> None:
        self._type, self._notation = type, notation

    def __call__(self, words: pa.Array) -> pa.Array:
        typed, _failed = convert_column(_trimmed(words), self._type, self._notation)
        return typed.dictionary_decode() if pa.types.is_dictionary(typed.type) else typed


def _cast(cells: pa.ChunkedArray, before: ColumnType, after: ColumnType) -> pa.ChunkedArray:
    """Numbers and times as others of their kind, or as words; a fraction is no whole number."""
    kind = ARROW_TYPES[after]
    if after in WORDS:
        words = cells.cast(pa.string())
        return pc.replace_substring_regex(words, r"\.0$", "") if before is ColumnType.NUMBER else words
    if after is ColumnType.INTEGER and before is ColumnType.NUMBER:
        whole = pc.and_(pc.equal(pc.floor(cells), cells), pc.less(pc.abs(cells), 2.0**63))
        return pc.if_else(whole, cells, pa.scalar(None, pa.float64())).cast(kind)
    if after is ColumnType.DATE:
        return pc.floor_temporal(cells, unit="day").cast(kind)
    return cells.cast(kind, safe=False)


def _trimmed(words: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(words, _EDGES, "")


@apply_row.register
def _trim(step: Trim, frame: Frame) -> Frame:
    def change(words: pa.Array) -> pa.Array:
        found = pc.replace_substring_regex(_trimmed(words), _BLANKS, " ")
        found = _cased(found, step.case)
        return pc.if_else(pc.equal(found, ""), _NO_WORD, found)

    return frame.put(step.column, on_words(frame.column(step.column), change), frame.types[step.column])


def _cased(words: pa.Array, case: Case) -> pa.Array:
    """As Python has it, everywhere: what Arrow makes of letters beyond ASCII isn't what programs beside it do."""
    if case not in _CASES:
        return words
    quick, slow = _CASES[case]
    if pc.all(pc.string_is_ascii(words)).as_py() is not False:
        return quick(words)
    return pa.array([None if word is None else slow(word) for word in words.to_pylist()], pa.string())


@apply_row.register
def _replace(step: Replace, frame: Frame) -> Frame:
    def change(words: pa.Array) -> pa.Array:
        return _looked_up(words, step.words)

    return frame.put(step.column, on_words(frame.column(step.column), change), frame.types[step.column])


def _looked_up(words: pa.Array, known: Mapping[str, str]) -> pa.Array:
    found = pc.index_in(words, value_set=pa.array(list(known), pa.string()), skip_nulls=True)
    new = pa.array([word or None for word in known.values()], pa.string()).take(found)
    return pc.if_else(pc.is_valid(found), new, words)


@apply_row.register
def _blank(step: Blank, frame: Frame) -> Frame:
    type, cells = frame.types[step.column], frame.column(step.column)
    if type in WORDS:
        return _replace(Replace(column=step.column, words=dict.fromkeys(map(str, step.values), "")), frame)
    gone = pc.is_in(one_zero(cells), value_set=_values(step.values, type))
    return frame.put(step.column, pc.if_else(gone, pa.scalar(None, cells.type), cells), type)


def _values(values: tuple[Plain, ...], type: ColumnType) -> pa.Array:
    if type is ColumnType.INTEGER:  # a fraction is among no whole numbers
        values = tuple(value for value in values if float(value) == int(float(value)))
    found = pa.array([literal(value, type).as_py() for value in values], ARROW_TYPES[type])
    return one_zero(found)


@apply_row.register
def _fill(step: Fill, frame: Frame) -> Frame:
    type = frame.types[step.column]
    value = literal(step.value, type)
    if type in WORDS:
        return frame.put(step.column, frame.words(step.column).fill_null(value), type)
    return frame.put(step.column, frame.column(step.column).fill_null(value), type)


@apply_row.register
def _clip(step: Clip, frame: Frame) -> Frame:
    type, cells = frame.types[step.column], frame.column(step.column)
    none = pa.scalar(None, cells.type)
    for bound, beyond in ((step.low, pc.less), (step.high, pc.greater)):
        if bound is not None:
            end = none if step.blank else _bound(bound, type, up=beyond is pc.less)
            cells = pc.if_else(beyond(cells, bound), end, cells)
    return frame.put(step.column, cells, type)


def _bound(bound: float, type: ColumnType, *, up: bool) -> pa.Scalar:
    """A bound as a cell: of whole numbers the next one inside."""
    if type is ColumnType.INTEGER:
        return pa.scalar(int(np.ceil(bound) if up else np.floor(bound)), pa.int64())
    return pa.scalar(float(bound), pa.float64())


@apply_row.register
def _bin(step: Bin, frame: Frame) -> Frame:
    parts = []
    for chunk in frame.column(step.column).cast(pa.float64()).chunks:
        numbers = chunk.fill_null(0.0).to_numpy(zero_copy_only=False)
        places = pa.array(np.searchsorted(step.edges, numbers, side="right").astype(np.int32))
        places = pc.if_else(pc.is_valid(chunk), places, pa.scalar(None, pa.int32()))
        parts.append(pa.array(step.labels, pa.string()).take(places))
    return frame.put(step.into, pa.chunked_array(parts, pa.string()), ColumnType.CATEGORY)


@apply_row.register
def _split(step: Split, frame: Frame) -> Frame:
    cells, many = frame.column(step.column), len(step.into)
    for place, name in enumerate(step.into):

        def part(words: pa.Array, place: int = place) -> pa.Array:
            lists = pc.split_pattern(words, step.separator, max_splits=many - 1)
            long_enough = pc.greater(pc.list_value_length(lists), place)
            safe = pc.if_else(long_enough, lists, pa.scalar(None, lists.type))
            found = _trimmed(pc.list_element(safe, place)) if len(safe) else words
            return pc.if_else(pc.equal(found, ""), _NO_WORD, found)

        frame = frame.put(name, on_words(cells, part), ColumnType.TEXT)
    return frame


@apply_row.register
def _extract(step: Extract, frame: Frame) -> Frame:
    def change(words: pa.Array) -> pa.Array:
        if step.what in _RUNS:
            return pc.struct_field(pc.extract_regex(words, _RUNS[step.what]), "run")
        lists = pc.split_pattern(words, step.mark, max_splits=1)
        there = pc.greater(pc.list_value_length(lists), 1)
        safe = pc.if_else(there, lists, pa.scalar(None, lists.type))
        found = pc.list_element(safe, 0 if step.what is What.BEFORE else 1) if len(safe) else words
        found = _trimmed(found)
        return pc.if_else(pc.equal(found, ""), _NO_WORD, found)

    return frame.put(step.into, on_words(frame.column(step.column), change), ColumnType.TEXT)


@apply_row.register
def _date_part(step: DatePart, frame: Frame) -> Frame:
    cells = frame.column(step.column)
    if step.part is Part.WEEKDAY:
        found = pc.day_of_week(cells, count_from_zero=False, week_start=1)
    else:
        found = _PARTS[step.part](cells)
    return frame.put(step.into, found.cast(pa.int64()), ColumnType.INTEGER)


@apply_row.register
def _calculate(step: Calculate, frame: Frame) -> Frame:
    left, right = (_operand(value, step.operator, frame) for value in (step.left, step.right))
    if step.operator is Operator.DAYS:
        found = pc.divide(pc.subtract(left, right), 86_400_000_000.0)
    else:
        work = {
            Operator.PLUS: pc.add,
            Operator.MINUS: pc.subtract,
            Operator.TIMES: pc.multiply,
            Operator.OVER: pc.divide,
        }
        with np.errstate(all="ignore"):
            found = work[step.operator](left, right)
    if isinstance(found, pa.Scalar):
        found = pa.chunked_array([pa.repeat(found, frame.table.num_rows)])
    return frame.put(step.into, finite(found), ColumnType.NUMBER)


def _operand(value: Plain, operator: Operator, frame: Frame) -> pa.ChunkedArray | pa.Scalar:
    """A column or a constant as numbers with a point; moments as microseconds."""
    if isinstance(value, str) and value in frame.types:
        cells = frame.column(value)
        if frame.types[value] in TIMES:
            return cells.cast(pa.timestamp("us")).cast(pa.int64()).cast(pa.float64(), safe=False)
        return cells.cast(pa.float64(), safe=False)
    if operator is Operator.DAYS:
        moment = literal(value, ColumnType.DATE).cast(pa.timestamp("us"))
        return pa.scalar(float(moment.value))
    return pa.scalar(float(value))


@apply_row.register
def _concatenate(step: Concatenate, frame: Frame) -> Frame:
    parts = [frame.words(name) for name in step.columns]
    found = pc.binary_join_element_wise(*parts, pa.scalar(step.separator))
    return frame.put(step.into, found, ColumnType.TEXT)


@apply_row.register
def _filter(step: Filter, frame: Frame) -> Frame:
    return frame.rows(frame.table.filter(kept(step, frame), null_selection_behavior="drop"))


def kept(step: Filter, frame: Frame) -> pa.ChunkedArray:
    """Which rows a filter keeps; null as well as false is no."""
    type, cells = frame.types[step.column], frame.column(step.column)
    if step.test in (Condition.MISSING, Condition.PRESENT):
        return pc.is_null(cells) if step.test is Condition.MISSING else pc.is_valid(cells)
    if type in WORDS:
        return on_words(cells, lambda words: _among(words, step))
    if step.test is Condition.AMONG:
        return pc.and_(pc.is_valid(cells), pc.is_in(one_zero(cells), value_set=_values(step.values, type)))
    value = pa.scalar(float(step.values[0])) if type in NUMBERS else literal(step.values[0], type)
    return _COMPARED[step.test](cells, value)


def _among(words: pa.Array, step: Filter) -> pa.Array:
    found = pc.is_in(words, value_set=pa.array(list(map(str, step.values)), pa.string()), skip_nulls=True)
    kept = pc.invert(found) if step.test is Condition.UNEQUAL else found
    return pc.and_(kept, pc.is_valid(words))
