"""Stored tables: read whole, by parts, or as a CSV file; and files read for scoring, record by record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data import limits
from app.data.delimited.counting import Survey
from app.data.delimited.parts import Part
from app.data.delimited.plan import Plan, read_parts, text_table
from app.data.delimited.survey import survey
from app.data.records import ColumnType, Corrections
from app.data.source import Blocks, Source, open_source
from app.data.stored import stored_groups, stored_shape
from app.data.values.conversion import Notation
from app.data.values.dates import Orders
from app.data.values.inference import decide_day_first, decide_numerals
from app.project.durable import writing
from app.text.message import Text

_VALUES = (ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.DATE, ColumnType.DATETIME)


def write_csv(table: Path, out: Path) -> int:
    """Write a stored table as CSV (RFC 4180, UTF-8, decimal point, ISO dates, missing empty, words as they were); the
    number of rows."""
    shape = stored_shape(table)
    with writing(out), out.open("wb") as sink:
        sink.write((",".join(_quoted(name) for name in shape.names) + "\r\n").encode())
        for part in stored_groups(table):
            sink.write(_csv_bytes(part))
    return shape.rows


def _quoted(text: str) -> str:
    special = any(c in text for c in ',"\r\n') or text != text.strip() or not text
    return '"' + text.replace('"', '""') + '"' if special else text


def _csv_bytes(table: pa.Table) -> pa.Buffer:
    columns = [_written(column) for column in table.columns]
    if len(columns) == 1:  # an empty line would be no record
        columns = [pc.if_else(pc.equal(columns[0], ""), '""', columns[0])]
    lines = pc.binary_join_element_wise(*columns, ",")
    ended = pc.binary_join_element_wise(lines, "", "\r\n")
    parts = ended.chunks if isinstance(ended, pa.ChunkedArray) else [ended]
    return b"".join(_bytes_of(part) for part in parts)


def _bytes_of(array: pa.Array) -> bytes:
    from app.data.values.shapes import text_buffers

    return text_buffers(array)[1].tobytes()


def _written(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as CSV fields."""
    if pa.types.is_string(column.type):
        special = pc.match_substring_regex(column, r'[,"\r\n]|^\s|\s$')
        quoted = pc.binary_join_element_wise("", pc.replace_substring(column, '"', '""'), "", '"')
        column = pc.if_else(special, quoted, column)
    elif pa.types.is_timestamp(column.type):
        text = pc.strftime(column, format="%Y-%m-%dT%H:%M:%S")
        column = pc.replace_substring_regex(text, r"\.000000$", "")
    else:
        column = pc.cast(column, pa.string())
    return pc.fill_null(column, "")


# Scoring


class TextBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Some records of a file, in their order, each in its place.

    ``columns`` are the cells of each column as text (of a rejected record those that could be told apart), ``rejected``
    says which records don't fit the columns, and ``faults`` why, by position in the batch.
    """

    columns: list[pa.Array]
    rejected: NDArray[np.bool_]
    faults: Mapping[int, Text]


class TypedName(Protocol):
    """A column that scoring wants: a name and a type."""

    @property
    def name(self) -> str: ...

    @property
    def type(self) -> ColumnType: ...


class ScoringFile:
    """A file opened for scoring. ``done`` of ``total`` bytes were read."""

    def __init__(self, found: Survey, source: Source, notation: Notation) -> None:
        self._found = found
        self._source = source
        self.notation = notation
        self.header: tuple[str, ...] = found.plan.names
        self.done = 0
        self.total = source.size

    def notation_of(self, _place: int) -> Notation:
        """How the values of a column are written: in a file of text, all alike."""
        return self.notation

    def batches(self) -> Iterator[TextBatch]:
        """All records of the file, in order."""
        for part in read_parts(self._found.plan, watch=self._watch, keep_cells=True):
            if part.records:
                yield from _placed(part, self._found.plan)

    def _watch(self, blocks: Blocks) -> None:
        self.done = blocks.position


@contextmanager
def read_for_scoring(
    path: Path,
    features: Sequence[TypedName],
    *,
    corrections: Corrections | None = None,
    decimal: str = "",
    day_first: bool | None = None,
) -> Iterator[ScoringFile]:
    """Open any CSV file for scoring: its dialect is found as in an import, its types are those of the features.

    ``corrections`` to that dialect are what the user said of this file. ``decimal`` and ``day_first`` are those of the
    training file: they hold where a short file leaves them open.

    Raises
    ------
    CicloError
        What an import would refuse.
    """
    source = open_source(path)
    corrections = corrections or Corrections()
    found = survey(source, corrections)
    wanted = {f.name.strip().casefold() for f in features if f.type in _VALUES}
    tallies = [t for t, n in zip(found.tallies, found.plan.names, strict=True) if n.strip().casefold() in wanted]
    numerals = decide_numerals(tallies, delimiter=found.dialect.delimiter, wanted=corrections.decimal)
    if corrections.decimal is None and decimal and not numerals.votes and not numerals.against:
        numerals = decide_numerals(tallies, delimiter=found.dialect.delimiter, wanted=decimal)
    orders = sum((t.orders for t in tallies), Orders())
    told = None if orders.day_first or orders.month_first else day_first
    words = sorted({word for tally in tallies for word in tally.disguised()})
    yield ScoringFile(
        found,
        source,
        Notation(
            decimal=numerals.decimal,
            thousands=numerals.thousands,
            day_first=decide_day_first(tallies, wanted=told) is not False,
            value_words=tuple(words),
        ),
    )


def _placed(part: Part, plan: Plan) -> Iterator[TextBatch]:
    text = text_table(part, plan)
    places, rejected = _places(part)
    columns = [
        _spread(column.combine_chunks(), places, rejected, ["".join(cells[i : i + 1]) for cells in part.cells])
        for i, column in enumerate(text.columns)
    ]
    faults = dict(zip(np.flatnonzero(rejected).tolist(), (r.reason for r in part.rejected), strict=True))
    for start in range(0, len(rejected), limits.ROW_GROUP):
        stop = start + limits.ROW_GROUP
        yield TextBatch(
            columns=[c.slice(start, limits.ROW_GROUP) for c in columns],
            rejected=rejected[start:stop],
            faults={row - start: fault for row, fault in faults.items() if start <= row < stop},
        )


def _places(part: Part) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """For each record: which good row it is (-1 for a rejected one), and whether it was rejected; in file order."""
    assert part.starts is not None
    lost = np.array([r.line for r in part.rejected], np.int64)
    at = np.searchsorted(part.starts, lost) + np.arange(len(lost))
    rejected = np.zeros(part.records, bool)
    rejected[at] = True
    places = np.full(part.records, -1, np.int64)
    places[~rejected] = np.arange(part.good)
    return places, rejected


def _spread(values: pa.Array, places: NDArray[np.int64], rejected: NDArray[np.bool_], spare: Sequence[str]) -> pa.Array:
    """The cells of a column with those of rejected records between them."""
    if len(values) == len(places):
        return values
    spread = values.take(pa.array(places, mask=places < 0))
    return pc.replace_with_mask(spread, pa.array(rejected), pa.array(spare, spread.type))
