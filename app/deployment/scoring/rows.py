"""From the text of a file to typed features, and what is to be said about each row on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.data.recipe.wording import said_of
from app.data.records import ColumnType
from app.data.values.conversion import Notation, convert_column
from app.deployment.prepared import prepared
from app.learning.bounds import bound
from app.learning.matrix import NUMBERS, WORDS, moments, numbers
from app.learning.records import Feature, RowPart
from app.text import Text

_SECONDS_A_DAY = 86_400.0
_SHOWN = 60


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Rows ready for a model.

    Attributes
    ----------
    table
        A typed column for each feature.
    rejected
        Shape (n,): rows with a value that the model can't take.
    remarks
        Row number to what is unusual about that row.
    """

    table: pa.Table
    rejected: NDArray[np.bool_]
    remarks: Mapping[int, Sequence[Text]]


def judge(
    texts: Mapping[str, pa.Array],
    features: Sequence[Feature],
    notations: Mapping[str, Notation],
    part: RowPart | None = None,
) -> Judged:
    """Convert the text of each column, prepare the rows, and compare them with what the model has seen.

    Parameters
    ----------
    texts
        For each feature, or for each input of ``part``, its cells as text, shape (n,).
    notations
        For each of them, how its numbers and dates are written.
    """
    count = len(next(iter(texts.values()))) if texts else 0
    rejected = np.zeros(count, dtype=bool)
    remarks: defaultdict[int, list[Text]] = defaultdict(list)
    columns, failures = {}, {}
    for given in part.inputs if part is not None else features:
        cells = texts[given.name]
        columns[given.name], failures[given.name] = convert_column(cells, given.type, notations[given.name])
        rejected |= failures[given.name]
        for row in _places(failures[given.name]):
            remarks[row].append(_bad_value(given, cells[row].as_py()))
    table = pa.table(columns)
    if part is None:
        _compare(table, features, remarks, texts, failures)
        return Judged(table=table, rejected=rejected, remarks=remarks)
    table, excluded = prepared(part, table, features)
    # of rows that get no prediction, nothing else is said
    alone = {row: found[:] for row, found in remarks.items()}
    alone |= {row: [_excluded(part, int(excluded[row]))] for row in _places((excluded > 0) & ~rejected)}
    _compare(table, features, remarks, {}, {})
    return Judged(table=table, rejected=rejected | (excluded > 0), remarks={**remarks, **alone})


def _excluded(part: RowPart, place: int) -> Text:
    return Text("deployment.remark.excluded", {"filter": said_of(part.steps[place - 1])})


def _compare(
    table: pa.Table,
    features: Sequence[Feature],
    remarks: defaultdict[int, list[Text]],
    texts: Mapping[str, pa.Array],
    failures: Mapping[str, NDArray[np.bool_]],
) -> None:
    """Say of each feature what the model hasn't seen of its kind, in the file's own words where these are at hand."""
    none = np.zeros(table.num_rows, dtype=bool)
    for feature in features:
        values = table.column(feature.name).combine_chunks()
        cells = texts[feature.name] if feature.name in texts else values.cast(pa.string()).fill_null("")
        for row, remark in _remarks(feature, cells, values, failures.get(feature.name, none)):
            remarks[row].append(remark)


def _remarks(
    feature: Feature, cells: pa.Array, values: pa.Array, failed: NDArray[np.bool_]
) -> Iterator[tuple[int, Text]]:
    missing = np.asarray(values.is_null()) & ~failed
    if not feature.missing_seen:
        for row in _places(missing):
            yield row, Text("deployment.remark.missing", {"column": feature.name})
    if feature.type in WORDS:
        yield from _unseen(feature, values)
    elif feature.low is not None and feature.high is not None:
        yield from _outside(feature, feature.low, feature.high, values, cells)


def _places(mask: NDArray[np.bool_]) -> list[int]:
    return [int(row) for row in np.flatnonzero(mask)]


def _bad_value(feature: Feature, value: str) -> Text:
    expected = Text(f"deployment.type.{feature.type}")
    return Text("deployment.remark.bad_value", {"column": feature.name, "value": _short(value), "expected": expected})


def _unseen(feature: Feature, values: pa.Array) -> Iterator[tuple[int, Text]]:
    if feature.type is ColumnType.IDENTIFIER or feature.prose:  # every new row has a new one
        return
    strange = pc.and_(values.is_valid(), pc.invert(pc.is_in(values, value_set=pa.array(feature.levels, pa.string()))))
    for row in _places(np.asarray(strange)):
        word = _short(values[row].as_py())
        yield row, Text("deployment.remark.unseen", {"column": feature.name, "value": word})


def _outside(
    feature: Feature, low: float, high: float, values: pa.Array, cells: pa.Array
) -> Iterator[tuple[int, Text]]:
    chunked = pa.chunked_array([values])
    found = numbers(chunked) if feature.type in NUMBERS else moments(chunked)
    if feature.type is ColumnType.DATE:
        found = found / _SECONDS_A_DAY
    for row in _places((found < low) | (found > high)):
        shown = _short(cells[row].as_py())
        ends = (bound(feature, low), bound(feature, high))
        yield (
            row,
            Text(
                "deployment.remark.outside", {"column": feature.name, "value": shown, "low": ends[0], "high": ends[1]}
            ),
        )


def _short(value: str) -> str:
    return value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
