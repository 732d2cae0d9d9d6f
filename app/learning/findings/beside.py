"""A table beside its target, as every check of this room sees it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.recipe.steps import AnyStep, Drop
from app.data.records import ColumnType, Finding
from app.learning.matrix import MOMENTS, FrameColumn, feature_frame, frame_columns, numbers
from app.learning.records import Feature
from app.learning.source import Source, read_in_parts
from app.learning.target import Target
from app.learning.telling import Answers
from app.text.message import Text, Value, amount

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Said = dict[str, Text | Value | str | int | float]
"""The parameters of a sentence."""

MOST_ROWS = 100_000
"""Looked at in a longer table."""
_MOST_JUDGED = 20_000
"""Of these, by which powers are measured: enough for two decimals."""
_DIGITS = r"^\D*(?P<number>\d{1,15})\D*$"
_NAMES_ROWS = 0.9
"""Distinct values per row from which a column of words names rows rather than kinds."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """Rows that have an answer, all or evenly chosen; rows equal in all columns count once.

    Attributes
    ----------
    target
        Its name.
    labels
        Of the classes; empty for amounts.
    frame, columns
        What a model would see: numbers (NaN missing) and words (None missing); a date is several columns.
    types
        Of the columns of the table, in their order.
    places
        The place of each row in the table, from 0 to 1.
    numbered
        Of columns that name rows: the number in each name.
    answers
        Of each row.
    """

    target: str
    labels: tuple[str, ...]
    frame: pd.DataFrame
    columns: tuple[FrameColumn, ...]
    types: Mapping[str, ColumnType]
    places: Floats
    numbered: Mapping[str, Floats]
    answers: Answers

    @cached_property
    def parts(self) -> Mapping[str, tuple[int, ...]]:
        """The positions in the frame of each column."""
        found: dict[str, tuple[int, ...]] = {}
        for place, column in enumerate(self.columns):
            found[column.feature] = (*found.get(column.feature, ()), place)
        return found

    def own(self, name: str) -> pd.Series:
        """A column; of a date its days."""
        return self.frame.iloc[:, self.parts[name][0]]

    @cached_property
    def days(self) -> Mapping[str, Floats]:
        """Dates and moments in days since 1970."""
        return {name: self.own(name).to_numpy() for name, type_ in self.types.items() if type_ in MOMENTS}

    @cached_property
    def judged(self) -> Beside:
        """So many of the rows as powers are measured by, evenly chosen; of a rare class all."""
        if len(self.places) <= _MOST_JUDGED:
            return self
        return self.taken(_evenly(self.answers, _MOST_JUDGED))

    def taken(self, rows: Integers) -> Beside:
        """Those rows."""
        return Beside(
            target=self.target,
            labels=self.labels,
            frame=self.frame.iloc[rows].reset_index(drop=True),
            columns=self.columns,
            types=self.types,
            places=self.places[rows],
            numbered={name: values[rows] for name, values in self.numbered.items()},
            answers=self.answers.taken(rows),
        )

    @property
    def metric(self) -> str:
        """What powers are called: ``r2`` or ``auc``."""
        return "r2" if self.answers.amounts else "auc"


def _evenly(answers: Answers, most: int) -> Integers:
    n = len(answers.values)
    kept = np.linspace(0, n - 1, most).astype(np.int64)
    if answers.amounts:
        return kept
    codes = answers.values.astype(np.int64)
    rare = np.flatnonzero(np.bincount(codes) < most // 20)
    return np.union1d(kept, np.flatnonzero(np.isin(codes, rare)))


def read_beside(source: Source, target: Target, name: str, *, most: int = MOST_ROWS) -> Beside:
    """The rows of a stored table that have an answer, at most so many."""
    answers = Answers(task=target.task, values=target.values)
    chosen = _evenly(answers, most) if len(target.rows) > most else np.arange(len(target.rows), dtype=np.int64)
    types = {c.name: c.type for c in source.version.columns if c.name != name and c.distinct > 0}
    rows = pa.array(target.rows[chosen])
    frames: list[pd.DataFrame] = []
    numbered: dict[str, Floats] = {}
    for names, table in read_in_parts(source, tuple(types)):
        taken = table.take(rows)
        frames.append(feature_frame(taken, [Feature(name=one, type=types[one]) for one in names]))
        numbered |= dict(_numbered(taken, types))
    columns = frame_columns([Feature(name=one, type=type_) for one, type_ in types.items()])
    frame = pd.concat(frames, axis="columns") if frames else pd.DataFrame(index=pd.RangeIndex(len(chosen)))
    frame.columns = pd.Index([column.name for column in columns], dtype=object)
    beside = Beside(
        target=name,
        labels=target.labels,
        frame=frame,
        columns=columns,
        types=types,
        places=target.rows[chosen] / max(1, source.version.rows),
        numbered=numbered,
        answers=answers.taken(chosen),
    )
    return beside.taken(_distinct(beside))


def _numbered(table: pa.Table, types: Mapping[str, ColumnType]) -> Iterator[tuple[str, Floats]]:
    """The numbers in names of rows (``K0012`` is 12)."""
    for name in table.column_names:
        column = table.column(name)
        if types[name] in MOMENTS or types[name] is ColumnType.BOOLEAN:
            continue
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if types[name] is ColumnType.IDENTIFIER or pc.count_distinct(column).as_py() >= _NAMES_ROWS * len(column):
            if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
                column = pc.struct_field(pc.extract_regex(column, _DIGITS), "number").cast(pa.float64())
            yield name, numbers(column)


def _distinct(beside: Beside) -> Integers:
    """The first of each set of equal rows: a repeated row would be found among those that it is judged by. All rows of
    a table of few columns, in which most are equal to others."""
    hashes = pd.util.hash_array(beside.answers.values)
    for place in range(beside.frame.shape[1]):
        column = beside.frame.iloc[:, place].to_numpy()
        hashes = hashes * np.uint64(1_000_003) + pd.util.hash_array(column, categorize=True)
    firsts = np.sort(np.unique(hashes, return_index=True)[1]).astype(np.int64)
    return firsts if len(firsts) > len(hashes) / 2 else np.arange(len(hashes), dtype=np.int64)


def found(
    code: str, column: str, severity: str, remedy: AnyStep | None = None, /, **params: Text | Value | str | int | float
) -> Finding:
    """A finding about a column, with the step that sets it right."""
    id = f"findings.{code}"
    return Finding(
        code=id, column=column, severity=severity, message=Text(id, {"column": column, **params}), remedy=remedy
    )


def left_out(column: str) -> Drop:
    """The step that takes a column away."""
    return Drop(columns=(column,))


def share(value: float) -> Value:
    """A share in percent, with as many decimals as tell it from none and from all."""
    apart = min(value, 1 - value)
    digits = 1 if value < 0.1 or apart < 0.01 else 0
    return amount(value, "percent", max(digits, -math.floor(math.log10(apart)) - 2) if apart > 0 else 0)
