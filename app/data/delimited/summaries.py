"""Summaries of columns that were counted while the file was read: they need no look at the stored table."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa

from app.data.delimited.counting import Survey
from app.data.profiling import Summary, summary_of_numbers, summary_of_words
from app.data.records import ColumnType
from app.data.types import WORDS
from app.data.values.buffers import raw_numbers, valid_of
from app.data.values.conversion import Notation, convert_column
from app.data.values.tally import Tally

_EXAMPLES = 5
_EXAMPLE_LENGTH = 80


def known_summaries(found: Survey) -> dict[int, Summary]:
    """The summaries, by the place of the column, of a file whose good records all became rows."""
    known = {}
    for place, (name, type, notation, tally) in enumerate(
        zip(found.plan.names, found.types, found.notations, found.tallies, strict=True)
    ):
        if not tally.many_words:
            summary = _counted(name, type, notation, tally)
        elif type in WORDS and tally.all_distinct and not notation.missing_words:
            summary = summary_of_words(name, type, found.rows, 0, found.rows, Counter(), _first(found, place))
        else:
            summary = None
        if summary is not None:
            known[place] = summary
    return known


def _first(found: Survey, place: int) -> list[str]:
    cells = found.head_rows.column(place).slice(0, _EXAMPLES).to_pylist()
    return [str(cell)[:_EXAMPLE_LENGTH] for cell in cells]


def _counted(name: str, type: ColumnType, notation: Notation, tally: Tally) -> Summary | None:
    """The summary of a column whose different cells were all kept with their counts; None where one of them fails."""
    cells = pa.array(list(tally.words), pa.string())
    counts = np.array(list(tally.words.values()), np.int64)
    typed, failed = convert_column(cells, type, notation)
    if failed.any():
        return None
    valid = valid_of(typed)
    missing = int(counts[~valid].sum())
    if type in WORDS:
        words = Counter(dict(zip(typed.drop_null().to_pylist(), counts[valid].tolist(), strict=True)))
        examples = [word[:_EXAMPLE_LENGTH] for word in list(words)[:_EXAMPLES]]
        return summary_of_words(name, type, tally.rows, missing, len(words), words, examples)
    values, times = raw_numbers(typed)[valid].astype(np.float64), counts[valid]
    order = np.argsort(values, kind="stable")
    numbers = np.repeat(values[order], times[order])
    if type is ColumnType.DATETIME:
        numbers /= 1e6
    return summary_of_numbers(name, type, numbers, tally.rows, missing)
