"""Rows at a model's own thresholds: where its answer jumps, so that a file that jumps elsewhere is found out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from app.deployment.onnx.changes import Change, changed, moments_of, typed
from app.deployment.onnx.nodes import ABSENT, Base, beside, evenly, nodes_of, sides
from app.deployment.onnx.origins import edges, grown, members
from app.learning.matrix import WORDS, FrameColumn, feature_frame, frame_columns
from app.learning.model import FittedModel, raw_predictions
from app.learning.records import Feature, Task

Floats = NDArray[np.float64]

MOST_ROWS = 20_000
_BASE_ROWS = 20_000
_LEVELS, _TURNS = 500, 8
_ORDINARY, _UNDECIDED, _MIXED = 1_000, 50, 5_000


def threshold_rows(model: FittedModel, table: pa.Table, *, most: int = MOST_ROWS) -> pa.Table:
    """Rows at the thresholds of a model, and on either side of them.

    For every node of every tree, a row that comes to it and has the largest value that goes left, one with the next
    value, and the threshold's neighbours in double and single precision; for every end of a range, knot or quantile
    the same; a row for every word and every gap; the rows whose probability lies nearest to the threshold; and
    ordinary and mixed rows.

    Parameters
    ----------
    table
        Rows to begin from, best those that the model learned from: they come to all of its nodes.
    most
        Where there would be more rows, evenly spread ones are taken, those on either side of thresholds first.
    """
    features = model.signature.features
    base = typed(table.take(evenly(table.num_rows, _BASE_ROWS)), features)
    frame, columns = feature_frame(base, features), frame_columns(features)
    base_rows = Base(columns=columns, known=~frame.isna().to_numpy(), moments=moments_of(base, features))
    always, both, near = _words_and_gaps(features, len(frame)), [], []
    everything = []
    for pipeline in members(model.pipeline):
        always += _at_edges(edges(pipeline), columns, len(frame))
        if (trees := grown(pipeline, frame)) is not None:
            everything.append(trees)
    nodes = max(1, sum(map(nodes_of, everything)))
    for trees in everything:  # a node gives two rows at least: with more nodes there would be more than are taken
        for found in sides(trees, base_rows, most=most // 2 * nodes_of(trees) // nodes):
            both += found.both
            near += found.near
    ordinary = base.take(evenly(len(base), min(_ORDINARY, most // 4)))
    most -= len(ordinary)
    chosen = _most(always, most // 2)
    chosen += _most(both, most - len(chosen))
    chosen += _most(near, most - len(chosen))
    mixed = _mixed(base, min(_MIXED, most - len(chosen)))
    return pa.concat_tables([ordinary, mixed, base.take(_undecided(model, frame)), changed(base, chosen, features)])


def _mixed(base: pa.Table, count: int) -> pa.Table:
    """Rows that take each cell from another row: they come to more of a network's units than ordinary ones."""
    random, rows = np.random.default_rng(0), max(0, count) if len(base) else 0
    return pa.table(
        {name: base[name].take(pa.array(random.integers(0, len(base), rows))) for name in base.column_names}
    )


def _most(changes: list[Change], most: int) -> list[Change]:
    different = list(dict.fromkeys(changes))
    return [different[int(place)] for place in evenly(len(different), most)]


def _undecided(model: FittedModel, frame: pd.DataFrame) -> NDArray[np.int64]:
    """The rows whose label is least certain; of amounts, the first ones."""
    if model.signature.task is Task.REGRESSION or not len(frame):
        return np.arange(min(_UNDECIDED, len(frame)))
    found = raw_predictions(model.pipeline, frame, classes=len(model.signature.labels))
    ordered = np.sort(found, axis=1)
    two = found.shape[1] == 2
    apart = np.abs(found[:, 1] - model.signature.threshold) if two else ordered[:, -1] - ordered[:, -2]
    return np.argsort(apart, kind="stable")[:_UNDECIDED]


def _words_and_gaps(features: Sequence[Feature], rows: int) -> list[Change]:
    """Each word that was seen, an unseen one, and a gap, in every column, in a few rows each: a network has units that
    don't see every row."""
    found: list[Change] = []
    for feature in features:
        values: list[str | None] = [None]
        if feature.type in WORDS and not feature.prose:
            values += [*feature.levels[:_LEVELS], ABSENT]
        for value in values:
            begin = len(found)
            found += [Change(row=(begin + n) % rows, feature=feature.name, value=value) for n in range(_TURNS)]
    return found


def _at_edges(ends: Mapping[int, Floats], columns: Sequence[FrameColumn], rows: int) -> list[Change]:
    found: list[Change] = []
    for place, values in ends.items():
        column = columns[place]
        for value in values:
            near = [float(np.floor(value)) + step for step in (-1, 0, 1)] if column.part else []
            found += [
                Change(row=len(found) % rows, feature=column.feature, value=one, part=column.part)
                for one in (*beside(float(value)), *near)
            ]
    return found
