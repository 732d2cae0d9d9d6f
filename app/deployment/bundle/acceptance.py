"""Acceptance rows: raw input with the answers that the model gave when it was exported, to the last bit.

They travel inside the bundle and are scored again wherever it is opened for use.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.data.records import ColumnType
from app.data.values.conversion import Notation
from app.deployment.bundle.manifest import canonical, check_depth
from app.deployment.records import Certificate
from app.deployment.scoring.rows import judge
from app.errors import CicloError
from app.learning.bounds import iso
from app.learning.matrix import NUMBERS, WORDS
from app.learning.model import FittedModel, Predictions, predict_table
from app.learning.records import Feature, Signature, Task

PLAIN = Notation()
"""How acceptance rows are written: decimal point, ISO dates, missing is empty."""

_FORMAT = 1
_PLAIN_ROWS = 16
_SPOILED = 24
_STRANGER = "never seen before"
_FAR = 10.0
Row = tuple[str, ...]


class Acceptance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rows and their answers. ``numbers`` are float64 in hexadecimal (C99): for each row the probability of each
    label, or the one predicted amount."""

    format: int
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    predictions: tuple[str, ...]
    numbers: tuple[tuple[str, ...], ...]


def chosen_rows(count: int) -> list[int]:
    """Numbers of the stored rows to take: evenly spread, the same at every export."""
    return sorted({round(i * (count - 1) / (_PLAIN_ROWS - 1)) for i in range(_PLAIN_ROWS)}) if count else []


def raw_rows(table: pa.Table, features: Sequence[Feature]) -> list[Row]:
    """Stored rows as the text that a file would have."""
    columns = [[_raw(v) for v in table.column(f.name).to_pylist()] for f in features]
    return [tuple(row) for row in zip(*columns, strict=True)]


def _raw(value: object) -> str:
    if value is None:
        return ""
    isoformat = getattr(value, "isoformat", None)
    return isoformat() if isoformat else repr(value) if isinstance(value, float) else str(value)


def spoiled_rows(rows: Sequence[Row], features: Sequence[Feature]) -> list[Row]:
    """Rows as production sends them: with everything missing, unseen words, values at and far beyond the known range,
    and such values one at a time."""
    extremes = [_extremes(feature) for feature in features]
    found = [tuple("" for _ in features)]
    found += [tuple(values[choice % len(values)] for values in extremes) for choice in range(4)]
    for turn in range(_SPOILED):
        place = turn % len(features)
        values = ("", *extremes[place])
        row = list(rows[turn % len(rows)])
        row[place] = values[(turn // len(features) + turn) % len(values)]
        found.append(tuple(row))
    return found


def _extremes(feature: Feature) -> tuple[str, ...]:
    if feature.type in WORDS:
        rarest = feature.levels[-1:] or (_STRANGER,)
        return (_STRANGER, *feature.levels[:1], *rarest, _STRANGER)
    low, high = feature.low or 0.0, feature.high or 0.0
    if feature.type in NUMBERS:
        span = max(high - low, 1.0) * _FAR
        return tuple(_number(feature, value) for value in (low, high, low - span, high + span))
    return (iso(feature.type, low), iso(feature.type, high), "1900-01-01", "2199-12-31")


def _number(feature: Feature, value: float) -> str:
    if feature.type is ColumnType.INTEGER and abs(value) < 2**53:
        return str(round(value))
    return repr(float(value))


def texts_of(rows: Sequence[Row], columns: Sequence[str]) -> Mapping[str, pa.Array]:
    """Rows as columns of text."""
    return {name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(columns)}


def typed_rows(rows: Sequence[Row], features: Sequence[Feature]) -> pa.Table:
    """Rows of text as typed columns."""
    names = [feature.name for feature in features]
    return judge(texts_of(rows, names), features, dict.fromkeys(names, PLAIN)).table


def answer(model: FittedModel, rows: Sequence[Row]) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Predicted labels (empty for regression) and numbers, shape (n, k), of raw rows."""
    signature = model.signature
    return _read(predict_table(model, typed_rows(rows, signature.features)), signature.task)


def _read(predictions: Predictions, task: Task) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    if task is Task.REGRESSION:
        return (), predictions.values.reshape(-1, 1)
    return tuple(str(label) for label in predictions.labels), predictions.probabilities


def make_acceptance(model: FittedModel, table: pa.Table) -> Acceptance:
    """Choose rows of the stored ``table``, spoil copies of them, and write down the model's answers.

    Raises
    ------
    CicloError
        ``deployment.not_reproducible`` where stored rows, written as text and read again, get other answers.
    """
    features = model.signature.features
    stored = table.take(chosen_rows(table.num_rows))
    plain = raw_rows(stored, features)
    rows = tuple(plain + spoiled_rows(plain, features))
    labels, found = answer(model, rows)
    direct_labels, direct = _read(predict_table(model, stored), model.signature.task)
    if direct_labels != labels[: len(direct_labels)] or direct.tobytes() != found[: len(plain)].tobytes():
        raise CicloError("deployment.not_reproducible")
    return Acceptance(
        format=_FORMAT,
        columns=tuple(f.name for f in features),
        rows=rows,
        predictions=labels,
        numbers=tuple(tuple(float(x).hex() for x in line) for line in found),
    )


def read_acceptance(data: bytes, *, name: str) -> Acceptance:
    """Acceptance rows from their bytes.

    Raises
    ------
    CicloError
        ``deployment.bundle.bad_acceptance``.
    """
    check_depth(data, name=name)
    try:
        found = msgspec.json.decode(data, type=Acceptance)
        [float.fromhex(x) for line in found.numbers for x in line]
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:
        raise CicloError("deployment.bundle.bad_acceptance", member=name, rule="1") from error
    shapes = {len(row) for row in found.rows} <= {len(found.columns)} and len(found.numbers) == len(found.rows)
    if not found.rows or not shapes or len(found.predictions) not in (0, len(found.rows)):
        raise CicloError("deployment.bundle.bad_acceptance", member=name, rule="1")
    return found


def write_acceptance(acceptance: Acceptance) -> bytes:
    """As canonical JSON."""
    return canonical(acceptance)


def rescore(
    answer: Callable[[pa.Table], Predictions], signature: Signature, acceptance: Acceptance, *, runtime: str
) -> Certificate:
    """Score the rows again, and say how far the answers lie from those that were written down."""
    order = [acceptance.columns.index(f.name) for f in signature.features]
    rows = [tuple(row[i] for i in order) for row in acceptance.rows]
    labels, found = _read(answer(typed_rows(rows, signature.features)), signature.task)
    expected = np.array([[float.fromhex(x) for x in line] for line in acceptance.numbers])
    flips = sum(a != b for a, b in zip(labels, acceptance.predictions, strict=True))
    return Certificate(
        runtime=runtime, rows=len(acceptance.rows), max_difference=_largest(found, expected), label_flips=flips
    )


def _largest(found: NDArray[np.float64], expected: NDArray[np.float64]) -> float:
    if found.shape != expected.shape:
        return sys.float_info.max
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))
    if same.all():
        return 0.0
    largest = np.abs(found - expected)[~same].max()
    return float(largest) if np.isfinite(largest) else sys.float_info.max
