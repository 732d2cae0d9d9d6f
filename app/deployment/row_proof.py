"""The proof of the steps that go along with a model: rows as they come, asked of the whole export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import pyarrow as pa

from app.data.recipe.steps import AnyRowStep, Bin, Blank, Clip, Filter, Plain, Replace
from app.data.recipe.travelling import Place
from app.data.stored import read_stored
from app.data.types import NUMBERS, TIMES
from app.data.values.conversion import ARROW_TYPES
from app.deployment.bundle.acceptance import Row, raw_rows, spoiled_rows, typed_rows
from app.deployment.made import Source
from app.deployment.onnx.nodes import beside, evenly
from app.deployment.pmml.verification import made_up, stored
from app.deployment.prepared import prepared, within, without
from app.deployment.proof import Proof
from app.errors import CicloError
from app.learning.model import predict_table
from app.learning.records import Feature, RowPart

_ROWS, _TURNS = 2_000, 4
_BARE = ("  a  B ", "-", "7", "ÑÍ ß", "\u00a0x\u00a0")
"""Words as people mistype them."""


def make_row_proof(source: Source, place: Place) -> Proof:
    """Rows as they come to an export, with the answers of the model to what the steps make of them.

    They are rows of the dataset version in which they came so, where that is still there; rows that are made up of the
    ranges and words of the columns; and such with one cell changed to what a step asks about, or next to it.
    """
    part, model = source.part, source.model
    assert part is not None
    rows = _rows(source, part)
    features = model.signature.features
    seen, taken = prepared(part, rows, features)
    inside = within(part, features, place)
    given = inside.table(rows)
    excluded = taken > 0 if place is Place.BUNDLE else inside.run(given)[1]
    return Proof(
        table=given,
        expected=without(predict_table(model, seen), excluded),
        signature=msgspec.structs.replace(model.signature, features=inside.inputs),
        at_thresholds=0,
        model_sha256=source.version.record.objects["model"].sha256,
    )


def _rows(source: Source, part: RowPart) -> pa.Table:
    inputs = part.inputs
    known = stored(made_up(inputs), inputs)
    came = _came(source, part)
    if came is not None:
        known = pa.concat_tables([came, known])
    plain = raw_rows(known.take(pa.array(evenly(known.num_rows, _TURNS * 4))), inputs)
    changed = [*spoiled_rows(plain, inputs), *_asked(part, plain)]
    return pa.concat_tables([known, typed_rows(changed, inputs)])


def _came(source: Source, part: RowPart) -> pa.Table | None:
    """Rows of the version in which they came so; None where it is gone, or where a column was given later."""
    project = source.version.project
    names = [one.name for one in part.inputs]
    try:
        path = project.whole_object(project.get(part.dataset_id).objects["table"].sha256)
        table = read_stored(path, names)
    except (CicloError, KeyError):
        return None
    table = table.take(pa.array(evenly(table.num_rows, _ROWS)))
    try:
        return pa.table({one.name: _as(table.column(one.name), one) for one in part.inputs})
    except pa.ArrowException:
        return None


def _as(cells: pa.ChunkedArray, column: Feature) -> pa.ChunkedArray:
    plain = cells.cast(pa.string()) if pa.types.is_dictionary(cells.type) else cells
    return plain.cast(ARROW_TYPES[column.type])


def _asked(part: RowPart, rows: Sequence[Row]) -> Iterator[Row]:
    """Rows with one cell changed."""
    places = {one.name: place for place, one in enumerate(part.inputs)}
    for column in part.inputs:
        told = [text for step in part.steps for text in _told(step, column)]
        for turn, text in enumerate(dict.fromkeys(told)):
            row = list(rows[turn % len(rows)])
            row[places[column.name]] = text
            yield tuple(row)


def _told(step: AnyRowStep, column: Feature) -> Iterator[str]:
    """Texts for the cell of a column that a step looks at, best those where it changes its mind."""
    if getattr(step, "column", "") != column.name:
        return
    values: tuple[Plain, ...] = ()
    if isinstance(step, (Blank, Filter)):
        values = step.values
    elif isinstance(step, Clip):
        values = tuple(end for end in (step.low, step.high) if end is not None)
    elif isinstance(step, Bin):
        values = step.edges
    if column.type in NUMBERS:
        for value in values:
            yield from (_number(column, one) for one in beside(float(value)))
            yield from (_number(column, float(np.floor(float(value)) + step)) for step in (-1, 0, 1))
    elif column.type in TIMES:
        yield from map(str, values)
    else:
        words = [*map(str, values), *(step.words if isinstance(step, Replace) else ())]
        yield from (form for word in words for form in (word, word.upper(), f" {word} "))
        yield from _BARE


def _number(column: Feature, value: float) -> str:
    whole = column.type.value == "integer"
    return str(int(value)) if whole and abs(value) < 2**53 else repr(value)
