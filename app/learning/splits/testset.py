"""A dataset given as the test: whether it has what was learned from, in which columns it differs, what it repeats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.data.records import Column, ColumnType
from app.errors import CicloError, worded
from app.learning.matrix import MOMENTS, NUMBERS, WORDS, cast_column, numbers
from app.learning.records import Task
from app.learning.source import Source, open_source, read_table
from app.learning.splits.records import SplitNote
from app.learning.target import Target, source_words
from app.text.message import Text

Floats = NDArray[np.float64]
Columns = Sequence[tuple[str, ColumnType]]
_LISTED = 10


def open_test(project: str, label: str, source: Source, *, whole: bool) -> Source | None:
    """The dataset version that is the test, None where none is named.

    Raises
    ------
    CicloError
        ``learning.test_is_training`` where it holds the very rows to learn from.
    """
    if not label:
        return None
    test = open_source(project, label, whole=whole)
    if test.path == source.path:  # the same content, under whatever name
        raise CicloError("learning.test_is_training", dataset=test.record.label)
    return test


def match_test(test: Source, source: Source, *, target: str, columns: Columns) -> tuple[SplitNote, ...]:
    """What is to be known about the columns of a test.

    Raises
    ------
    CicloError
        ``learning.test_lacks_column`` naming every column that it lacks, ``learning.test_other_type`` where no cell
        of a column can be read as what was learned from.
    """
    known = {column.name: column for column in test.version.columns}
    wanted = (target, *(name for name, _ in columns))
    missing = [name for name in wanted if name not in known]
    if missing:
        raise _lacking(test, missing, known)
    notes = []
    for name in wanted:
        learned, given = source.column(name), known[name]
        if _family(learned.type) != _family(given.type):
            notes += _other_type(test, learned, given)
    return tuple(notes)


def _lacking(test: Source, missing: list[str], known: dict[str, Column]) -> CicloError:
    likely = {_loosely(name): name for name in known}
    twins = [likely[_loosely(name)] for name in missing if _loosely(name) in likely]
    listed = ", ".join(missing[:_LISTED])
    if twins:
        found = ", ".join(twins[:_LISTED])
        return CicloError("learning.test_names_differ", dataset=test.record.label, columns=listed, found=found)
    return CicloError("learning.test_lacks_column", dataset=test.record.label, columns=listed, n=len(missing))


def _loosely(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _family(type_: ColumnType) -> str:
    return "number" if type_ in NUMBERS else "moment" if type_ in MOMENTS else "word"


def _other_type(test: Source, learned: Column, given: Column) -> list[SplitNote]:
    """How many cells are lost because a column is of another kind than it was; none, where it can still be read."""
    values = read_table(test, (given.name,)).column(0)
    lost = readable(values, learned.type).null_count - values.null_count
    strange = 0 if learned.type not in WORDS else _unknown_words(values, given, learned)
    present = len(values) - values.null_count
    kinds = [f"learning.kind.{_family(column.type)}" for column in (learned, given)]
    if present and max(lost, strange) >= present:
        learned_as, found_as = (worded(kind) for kind in kinds)
        raise CicloError(
            "learning.test_other_type",
            dataset=test.record.label,
            column=given.name,
            learned=learned_as,
            found=found_as,
        )
    if not lost and not strange:
        return []
    params = {"column": given.name, "n": max(lost, strange), "learned": Text(kinds[0]), "found": Text(kinds[1])}
    return [SplitNote(severity="warning", message=Text("learning.split.test_other_type", {**params}))]


def _unknown_words(values: pa.ChunkedArray, given: Column, learned: Column) -> int:
    """Of a column that held words, how many cells hold one that was never seen; 0 where its words weren't kept."""
    if not learned.levels:
        return 0
    seen = set(learned.levels)
    return sum(word is not None and word not in seen for word in source_words(values, given.type))


def readable(values: pa.ChunkedArray, type_: ColumnType) -> pa.ChunkedArray:
    """A column in the Arrow type of another kind; what can't be read so is missing."""
    try:
        return cast_column(values, type_)
    except pa.ArrowException:
        if type_ not in NUMBERS:
            return pa.chunked_array([pa.nulls(len(values), pa.timestamp("us"))])
    return pa.chunked_array([pa.array([_number(word) for word in values.cast(pa.string()).to_pylist()], pa.float64())])


def _number(word: str | None) -> float | None:
    try:
        return None if word is None else float(word)
    except ValueError:
        return None


def judged_values(test: Source, target: Target, name: str) -> Floats:
    """The target of the rows of a test, shape (n,): codes or amounts; NaN where missing or never learned."""
    given = test.column(name)
    values = read_table(test, (name,)).column(0)
    if target.task is Task.REGRESSION:
        return numbers(readable(values, ColumnType.NUMBER))
    position = {label: float(code) for code, label in enumerate(target.labels)}
    return np.array([position.get(word, np.nan) for word in source_words(values, given.type)], dtype=np.float64)


def notes_on_labels(test: Source, values: Floats, name: str, labels: Sequence[str] = ()) -> tuple[SplitNote, ...]:
    """What is to be known about the answers of a test.

    Raises
    ------
    CicloError
        ``learning.test_without_answers`` where no row has an answer that could be judged,
        ``learning.test_strange_answers`` where all have one that was never learned.
    """
    missing = test.column(name).missing
    strange = int(np.isnan(values).sum()) - missing
    if len(values) == missing + strange:
        if strange and labels:
            raise _strange_answers(test, name, labels)
        raise CicloError("learning.test_without_answers", dataset=test.record.label, column=name)
    notes = [("test_strange_labels", strange), ("test_without_target", missing)]
    return tuple(
        SplitNote(severity="warning", message=Text(f"learning.split.{id}", {"n": n, "column": name}))
        for id, n in notes
        if n > 0
    )


def _strange_answers(test: Source, name: str, labels: Sequence[str]) -> CicloError:
    words = source_words(read_table(test, (name,)).column(0), test.column(name).type)
    found = sorted({str(word) for word in words if word is not None})
    listed = {"found": ", ".join(found[:_LISTED]), "known": ", ".join(labels[:_LISTED])}
    return CicloError("learning.test_strange_answers", dataset=test.record.label, column=name, **listed)


def joint_table(source: Source, test: Source | None, columns: Columns) -> pa.Table:
    """The rows of the source, and below them those of the test, in the columns and types that are learned from."""
    names = tuple(name for name, _ in columns)
    parts = [
        table for table in (read_table(source, names), read_table(test, names) if test else None) if table is not None
    ]
    return pa.table(
        {
            name: pa.chunked_array([chunk for part in parts for chunk in readable(part.column(name), type_).chunks])
            for name, type_ in columns
        }
    )
