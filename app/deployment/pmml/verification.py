"""Rows with their answers inside the file, so that whoever reads it can see whether it is read rightly.

The rows are made up of the ranges and words that the model knows: nobody's data leaves with the file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from app.data.records import ColumnType
from app.data.values.conversion import ARROW_TYPES
from app.deployment.onnx.inputs import is_words
from app.deployment.pmml.inputs import given
from app.deployment.pmml.markup import element, number_text, plain
from app.deployment.pmml.outputs import Names
from app.deployment.prepared import Within
from app.learning.matrix import MOMENTS, Floats, Objects
from app.learning.model import FittedModel, Predictions, predict_table
from app.learning.records import Feature, Task

_ROWS = 24
_SHARES = (0.5, 0.0, 1.0, 0.25, 0.75, 0.1, 1.5, 0.9, -0.5)
"""Where in its range a number lies, beyond it too."""
_GAP = 7
_UNSEEN = "no such word"
_EPOCH = datetime(1970, 1, 1)
_PRECISION, _ZERO = "1e-09", "1e-12"


def verification(model: FittedModel, names: Names, inside: Within | None = None) -> str:
    """Made-up rows and what the model says of them; ``inside`` is what the file does to a row first."""
    features = model.signature.features if inside is None else inside.inputs
    seen = table = made_up(features)
    if inside is not None:
        table = stored(table, features)
        seen, excluded = inside.run(table)
        table, seen = (one.filter(pa.array(~excluded)) for one in (table, seen))
    columns = {**given(table, features), **_told(model, predict_table(model, seen), names)}
    cells = {name: f"c{place}" for place, name in enumerate(columns)}
    fields = [_field(name, cell, names) for name, cell in cells.items()]
    rows = [_row(columns, cells, place) for place in range(table.num_rows)]
    kept = [row for row in rows if row.count("</") > 2]  # of a table of PMML, each row has two cells at least
    told = {"recordCount": str(len(kept)), "fieldCount": str(len(fields))}
    return element(
        "ModelVerification",
        told,
        element("VerificationFields", {}, *fields),
        element("InlineTable", {}, *kept),
    )


def _field(name: str, cell: str, names: Names) -> str:
    told = {"field": name, "column": cell}
    if name in names.all and name != names.label:
        told |= {"precision": _PRECISION, "zeroThreshold": _ZERO}
    return element("VerificationField", told)


def _told(model: FittedModel, said: Predictions, names: Names) -> dict[str, Floats | Objects]:
    if model.signature.task is Task.REGRESSION:
        return {names.value: said.values}
    shares = {name: said.probabilities[:, place] for place, name in enumerate(names.probabilities)}
    return {**shares, names.label: said.labels}


def _row(columns: dict[str, Floats | Objects], cells: dict[str, str], place: int) -> str:
    found = []
    for name, cell in cells.items():
        value = columns[name][place]
        if value is not None and not (isinstance(value, float) and math.isnan(value)):
            text = plain(value) if isinstance(value, str) else number_text(float(value))
            found.append(f"<{cell}>{text}</{cell}>")
    return element("row", {}, *found)


def made_up(features: Sequence[Feature]) -> pa.Table:
    """Rows of values within each range and beyond it, of words that are known and one that isn't, and of gaps."""
    return pa.table({feature.name: _cells(feature, place) for place, feature in enumerate(features)})


def stored(table: pa.Table, features: Sequence[Feature]) -> pa.Table:
    """Cells of the types in which columns are stored: whole numbers whole, days without hours."""
    return pa.table({f.name: table.column(f.name).cast(ARROW_TYPES[f.type], safe=False) for f in features})


def _cells(feature: Feature, place: int) -> pa.Array:
    turns = [(row * (1 + place % 5) + place) for row in range(_ROWS)]
    gaps = np.array([row > 2 and (row + place) % _GAP == 0 for row in range(_ROWS)])
    if is_words(feature):
        usual = [word for word in feature.levels if word and word == word.strip()][:_ROWS]
        known = [*usual, _UNSEEN] if feature.type is not ColumnType.BOOLEAN else usual or ["true"]
        return pa.array([known[turn % len(known)] for turn in turns], pa.string(), mask=gaps)
    low = feature.low if feature.low is not None else 0.0
    high = feature.high if feature.high is not None else 1.0
    values = [low * (1 - share) + high * share for share in (_SHARES[turn % len(_SHARES)] for turn in turns)]
    if feature.type in MOMENTS:
        return pa.array([_moment(feature, value) for value in values], pa.timestamp("us"), mask=gaps)
    numbers = np.round(values) if feature.type is ColumnType.INTEGER else np.array(values)
    return pa.array(numbers, pa.float64(), mask=gaps)


def _moment(feature: Feature, value: float) -> datetime:
    """A moment of Python's calendar; those beyond it are its ends."""
    days = value if feature.type is ColumnType.DATE else value / 86_400.0
    days = min(max(days, -700_000.0), 2_900_000.0)
    if feature.type is ColumnType.DATE:
        return _EPOCH + timedelta(days=math.floor(days))
    return _EPOCH + timedelta(seconds=round(days * 86_400.0))
