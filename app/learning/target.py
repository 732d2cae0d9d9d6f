"""What is to be learned: the task that a target column calls for, its labels in source words, its values as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.records import ColumnType
from app.errors import CicloError
from app.learning.matrix import MOMENTS, NUMBERS, cast_column, in_code, numbers, words
from app.learning.records import Task

MINIMUM_ROWS = 20
MINIMUM_CLASS = 5
"""Rows that two classes at least must have, so that each fold can hold some of them."""
MOST_CLASSES = 100
LARGEST_AMOUNT = 1e100
"""Its square, of which errors are made, is still a number."""
_LEAST_VARIANCE = 1e-280
"""Smaller squares of errors are no longer told from nothing."""
FEW_INTEGERS = 10
"""Up to so many distinct whole numbers are classes (grades, ratings), more are amounts."""

_OPPOSITES = (
    ("yes", "no"), ("y", "n"), ("true", "false"), ("t", "f"), ("1", "0"), ("1", "-1"), ("sí", "no"), ("si", "no"),
    ("s", "n"), ("verdadero", "falso"), ("v", "f"), ("oui", "non"), ("ja", "nein"), ("sim", "não"), ("bad", "good"),
    ("malo", "bueno"), ("positive", "negative"), ("positivo", "negativo"), ("on", "off"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Target:
    """The target of the rows that have one.

    Attributes
    ----------
    labels
        The classes in source words; of two, the positive one last. Empty for regression.
    rows
        Shape (n,): positions in the table.
    values
        Shape (n,): positions in ``labels``, or the amounts.
    dropped
        Rows without a target.
    """

    task: Task
    labels: tuple[str, ...]
    positive: str
    rows: NDArray[np.int64]
    values: NDArray[np.float64]
    dropped: int

    @property
    def codes(self) -> NDArray[np.int64]:
        """The class of each row; zeros for regression."""
        return np.zeros(len(self.rows), np.int64) if self.task is Task.REGRESSION else self.values.astype(np.int64)

    def counts(self) -> tuple[tuple[str, int], ...]:
        """Classes with their counts, most frequent first."""
        counted = np.bincount(self.codes, minlength=len(self.labels))
        return tuple(sorted(((w, int(n)) for w, n in zip(self.labels, counted, strict=False)), key=lambda p: -p[1]))


def read_target(values: pa.ChunkedArray, name: str, type_: ColumnType, *, task: str, positive: str) -> Target:
    """The target column as what is to be learned.

    Parameters
    ----------
    task
        ``auto``, ``classification`` or ``regression``.
    positive
        The label that matters; empty means the "yes" of a pair of words, else the rarer one.

    Raises
    ------
    CicloError
        One sentence for each thing that makes the column unfit as a target.
    """
    known, codes = _in_words(values, type_)
    rows = np.flatnonzero(codes >= 0).astype(np.int64)
    codes = codes[rows]
    counts = np.bincount(codes, minlength=len(known))
    _refuse(name, type_, known, len(rows))
    found = infer_task(type_, known, task=task, name=name)
    dropped = len(values) - len(rows)
    if found is Task.REGRESSION:
        amounts = numbers(values)[rows]
        _check_amounts(amounts, name)
        return Target(task=found, labels=(), positive="", rows=rows, values=amounts, dropped=dropped)
    labels, chosen = _labels(dict(zip(known, counts.tolist(), strict=True)), positive, name)
    place = np.array([labels.index(word) for word in known], dtype=np.float64)
    return Target(task=found, labels=labels, positive=chosen, rows=rows, values=place[codes], dropped=dropped)


def _in_words(values: pa.ChunkedArray, type_: ColumnType) -> tuple[list[str], NDArray[np.int64]]:
    """The different words of a column that occur, in order, and the place of each row's word; -1 where missing."""
    distinct, codes = in_code(values)
    found = source_words(pa.chunked_array([distinct]), type_).tolist()
    used = np.bincount(codes, minlength=len(found) + 1)[:-1] > 0
    known = sorted({word for word, seen in zip(found, used, strict=True) if seen and word is not None})
    place = {word: position for position, word in enumerate(known)}
    places = np.array([*(place.get(word, -1) for word in found), -1], dtype=np.int64)
    return known, places[codes]


def source_words(values: pa.ChunkedArray, type_: ColumnType) -> NDArray[np.object_]:
    """A column in the words of its source, None where missing: whole numbers without a decimal point."""
    if type_ in NUMBERS and not pa.types.is_string(values.type):
        if pa.types.is_floating(values.type):
            found = numbers(values)
            return np.array([None if np.isnan(v) else _number_word(v) for v in found.tolist()], dtype=object)
        return words(values.cast(pa.string()))
    if type_ in MOMENTS:
        return words(pc.strftime(values.cast(pa.timestamp("us")), format="%Y-%m-%dT%H:%M:%S"))
    return words(cast_column(values, type_))


def _number_word(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _refuse(name: str, type_: ColumnType, distinct: list[str], rows: int) -> None:
    if not rows:
        raise CicloError("learning.target_empty", column=name)
    if len(distinct) == 1:
        raise CicloError("learning.target_constant", column=name, value=distinct[0])
    if rows < MINIMUM_ROWS:
        raise CicloError("learning.too_few_rows", n=rows, minimum=MINIMUM_ROWS)
    if type_ in MOMENTS:
        raise CicloError("learning.target_moment", column=name)
    if type_ is ColumnType.IDENTIFIER and len(distinct) == rows:
        raise CicloError("learning.target_identifier", column=name)


def _check_amounts(amounts: NDArray[np.float64], name: str) -> None:
    """Errors are squared: neither they nor their squares may leave the range of numbers."""
    largest = float(amounts[np.abs(amounts).argmax()])
    if abs(largest) > LARGEST_AMOUNT:
        raise CicloError("learning.target_extreme", column=name, value=repr(largest))
    if float(np.var(amounts)) < _LEAST_VARIANCE:
        low, high = (f"{end:.6g}" for end in (amounts.min(), amounts.max()))
        raise CicloError("learning.target_minute", column=name, low=low, high=high)


def infer_task(type_: ColumnType, distinct: list[str], *, task: str, name: str) -> Task:
    """Binary, multiclass or regression, from the column's type and its distinct words."""
    if task not in {"auto", "classification", "regression"}:
        raise CicloError("learning.unknown_task", task=task)
    numeric = type_ in NUMBERS
    if task == "regression":
        if not numeric:
            raise CicloError("learning.target_words", column=name)
        return Task.REGRESSION
    if task == "auto" and numeric and len(distinct) > (FEW_INTEGERS if type_ is ColumnType.INTEGER else 2):
        return Task.REGRESSION
    if len(distinct) > MOST_CLASSES:
        raise CicloError("learning.too_many_classes", column=name, n=len(distinct), most=MOST_CLASSES)
    return Task.BINARY if len(distinct) == 2 else Task.MULTICLASS


def _labels(size: dict[str, int], positive: str, name: str) -> tuple[tuple[str, ...], str]:
    distinct = list(size)
    if sorted(size.values())[-2] < MINIMUM_CLASS:
        rarest = min(size, key=lambda label: size[label])
        raise CicloError("learning.too_few_of_class", column=name, label=rarest, n=size[rarest], minimum=MINIMUM_CLASS)
    alike = [label for label in distinct if label.strip() == positive.strip()]
    positive = alike[0] if positive not in size and len(alike) == 1 else positive  # a blank before it is seen by nobody
    if positive and positive not in size:
        raise CicloError("learning.unknown_positive", column=name, label=positive, known=", ".join(distinct[:20]))
    if len(distinct) > 2:
        return tuple(sorted(distinct, key=_natural)), positive
    chosen = positive or _positive(distinct, size)
    return (*(label for label in distinct if label != chosen), chosen), chosen


def _natural(label: str) -> tuple[int, float, str]:
    try:
        return 0, float(label), label
    except ValueError:
        return 1, 0.0, label


def _positive(distinct: list[str], size: dict[str, int]) -> str:
    lowered = {label.strip().lower(): label for label in distinct}
    for yes, no in _OPPOSITES:
        if set(lowered) == {yes, no}:
            return lowered[yes]
    return min(distinct, key=lambda label: (size[label], label))
