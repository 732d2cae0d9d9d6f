"""What a rule gives for each row of a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.records import Column
from app.errors import CicloError
from app.learning.matrix import cast_column, moments, numbers
from app.learning.records import Task
from app.learning.rule.grammar import read_rule
from app.learning.rule.tokens import Notation
from app.learning.rule.tree import (
    All,
    Arithmetic,
    ColumnValue,
    Comparison,
    Constant,
    Either,
    Kind,
    Missing,
    Not,
    Part,
    Some,
    columns_of,
)
from app.learning.source import Source, read_table
from app.text.message import Text, amount

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

_SECONDS_A_DAY = 86_400.0
_REFUSED = {Task.MULTICLASS: "learning.rule_many_classes"}


@dataclass(frozen=True, kw_only=True)
class Stated:
    """A rule and what it gives for every row of the dataset: 1 for yes and 0 for no, or an amount, NaN where it can't
    tell."""

    part: Part
    values: Floats


def state_rule(source: Source, rule: str, *, locale: str, target: str, task: Task) -> Stated | None:
    """Read and apply a rule; None where there is none.

    A rule may look at columns that are left out of the learning, but not at the target.

    Raises
    ------
    CicloError
        One sentence, with the place, for what isn't understood; ``learning.rule_target``,
        ``learning.rule_many_classes``, ``learning.rule_no_condition`` or ``learning.rule_no_amount``.
    """
    if not rule.strip():
        return None
    if task in _REFUSED:
        raise CicloError(_REFUSED[task], target=target)
    part = read_rule(rule, source.version.columns, Notation.of(locale))
    looked_at = columns_of(part)
    if target in looked_at:
        raise CicloError("learning.rule_target", column=target)
    wanted, code = (
        (Kind.NUMBER, "learning.rule_no_amount")
        if task is Task.REGRESSION
        else (Kind.TRUTH, "learning.rule_no_condition")
    )
    if part.kind is not wanted:
        raise CicloError(code, target=target)
    table = read_table(source, looked_at) if looked_at else None
    found = _Rows(table, source.version.rows, source.version.columns).values(part)
    return Stated(part=part, values=found.astype(np.float64))


def notes_on_rule(stated: Stated | None, rows: NDArray[np.int64], task: Task) -> tuple[Text, ...]:
    """What is to be known of a rule before training: how often it says yes, or can't tell, among ``rows``; which words
    never occur."""
    if stated is None:
        return ()
    values = stated.values[rows]
    notes = [
        Text("learning.note.rule_word", {"column": column.name, "word": word})
        for column, word in _strange_words(stated.part)
    ]
    if task is not Task.REGRESSION:
        return (Text("learning.note.rule_yes", {"share": amount(float(values.mean()), "percent")}), *notes)
    unknown = int(np.isnan(values).sum())
    return (*notes, Text("learning.note.rule_unknown", {"n": unknown})) if unknown else tuple(notes)


def _strange_words(part: Part) -> Iterator[tuple[ColumnValue, str]]:
    """Words that a column is compared with and never has, as far as all of its words are known."""
    match part:
        case Comparison(op="=" | "!=", left=ColumnValue() as column, right=Constant(value=str(word))):
            if column.levels and word not in column.levels:
                yield column, word
        case Not():
            yield from _strange_words(part.part)
        case All() | Some():
            for inner in part.parts:
                yield from _strange_words(inner)
        case Either():
            yield from _strange_words(part.condition)
        case _:
            return


class _Rows:
    """The rows of a table, for which parts of a rule are worked out."""

    def __init__(self, table: pa.Table | None, rows: int, columns: tuple[Column, ...]) -> None:
        self._table, self._rows = table, rows
        self._types = {column.name: column.type for column in columns}

    def values(self, part: Part) -> NDArray[np.generic]:
        """Shape (rows,): float64 with NaN for missing, or bool."""
        match part:
            case Constant():
                return np.full(self._rows, part.value, dtype=np.float64)
            case ColumnValue():
                column = self._column(part)
                return moments(column) if part.kind is Kind.MOMENT else numbers(column)
            case Arithmetic():
                return self._reckoned(part)
            case Comparison():
                return self._compared(part)
            case Missing():
                return self._missing(part.part)
            case Not():
                return ~self.values(part.part).astype(np.bool_)
            case All():
                return np.asarray(np.all([self.values(one) for one in part.parts], axis=0))
            case Some():
                return np.asarray(np.any([self.values(one) for one in part.parts], axis=0))
            case Either():
                chosen = self.values(part.condition).astype(np.bool_)
                return np.where(chosen, self.values(part.then), self.values(part.otherwise))

    def _column(self, part: ColumnValue) -> pa.ChunkedArray:
        assert self._table is not None
        return cast_column(self._table.column(part.name), self._types[part.name])

    def _reckoned(self, part: Arithmetic) -> Floats:
        left, right = self.values(part.left).astype(np.float64), self.values(part.right).astype(np.float64)
        with np.errstate(all="ignore"):
            match part.op:
                case "+":
                    found = left + right
                case "-":
                    found = left - right
                case "*":
                    found = left * right
                case _:
                    found = left / right
        if part.left.kind is Kind.MOMENT:
            found = found / _SECONDS_A_DAY
        found[~np.isfinite(found)] = np.nan
        return found

    def _compared(self, part: Comparison) -> Truths:
        if part.left.kind is Kind.WORD:
            return self._words_compared(part)
        left, right = self.values(part.left).astype(np.float64), self.values(part.right).astype(np.float64)
        compare = {
            "=": np.equal,
            "!=": np.not_equal,
            "<": np.less,
            "<=": np.less_equal,
            ">": np.greater,
            ">=": np.greater_equal,
        }[part.op]
        found: Truths = compare(left, right) & ~np.isnan(left) & ~np.isnan(right)
        return found

    def _words_compared(self, part: Comparison) -> Truths:
        left, right = self._words(part.left), self._words(part.right)
        match part.op:
            case "=":
                found = pc.equal(left, right)
            case "!=":
                found = pc.not_equal(left, right)
            case "contains":
                found = pc.match_substring(left, right.as_py(), ignore_case=True)
            case _:
                found = pc.starts_with(left, right.as_py(), ignore_case=True)
        return self._truths(found)

    def _words(self, part: Part) -> pa.ChunkedArray | pa.Scalar:
        if isinstance(part, ColumnValue):
            return self._column(part)
        assert isinstance(part, Constant)
        return pa.scalar(str(part.value))

    def _missing(self, part: Part) -> Truths:
        if isinstance(part, ColumnValue) and part.kind is Kind.WORD:
            return self._truths(pc.is_null(self._column(part)))
        found = self.values(part)
        return np.isnan(found.astype(np.float64))

    def _truths(self, found: pa.ChunkedArray | pa.Scalar) -> Truths:
        if isinstance(found, pa.Scalar):
            return np.full(self._rows, bool(found.as_py()))
        truths: Truths = pc.fill_null(found, False).to_numpy().astype(np.bool_)
        return truths
