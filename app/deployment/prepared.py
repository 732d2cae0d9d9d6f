"""Rows as they come, the steps that go along with a model, and the columns that the model eats."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.data.recipe.replaying import replay
from app.data.recipe.steps import AnyRowStep, AnyStep, Step
from app.data.recipe.travelling import Given, Place, alone, places_of, span, writes_of
from app.data.types import Types
from app.learning.model import Predictions
from app.learning.records import Feature, RowPart


def types_of(features: Sequence[Feature]) -> Types:
    """The columns of features."""
    return {feature.name: feature.type for feature in features}


def prepared(part: RowPart, table: pa.Table, features: Sequence[Feature]) -> tuple[pa.Table, NDArray[np.int64]]:
    """The features of rows as they come, and for each row the place of the filter that takes it away, from 1; else 0.

    Parameters
    ----------
    table
        A typed column for each input of ``part``, shape (n, inputs).
    """
    found = replay(part.steps, table, types_of(part.inputs))
    return pa.table({feature.name: _plain(found.table.column(feature.name)) for feature in features}), found.excluded


def _plain(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Words without a dictionary."""
    return cells.cast(pa.string()) if pa.types.is_dictionary(cells.type) else cells


def without(found: Predictions, excluded: NDArray[np.bool_]) -> Predictions:
    """Predictions, none of which is made for the excluded rows: no label, and no number."""
    if not excluded.any():
        return found
    labels, values, probabilities = found.labels.copy(), found.values.copy(), found.probabilities.copy()
    if len(labels):
        labels[excluded] = ""
    if len(values):
        values[excluded] = np.nan
    probabilities[excluded] = np.nan
    return Predictions(labels=labels, values=values, probabilities=probabilities)


@dataclass(frozen=True, kw_only=True)
class Within:
    """The steps that the files of a format hold.

    Attributes
    ----------
    inputs
        What is given to a file.
    steps
        What it does itself.
    left
        What has to be done before; and filters that it doesn't look at.
    """

    part: RowPart
    inputs: tuple[Feature, ...]
    steps: tuple[AnyRowStep, ...]
    left: tuple[AnyStep, ...]
    given: tuple[Given, ...]

    def table(self, rows: pa.Table) -> pa.Table:
        """What is given to the file of rows as they come, in the order of its inputs."""
        wanted: defaultdict[int, list[str]] = defaultdict(list)
        for one in self.given:
            wanted[one.after].append(one.name)
        found = replay(self.part.steps, rows, types_of(self.part.inputs), seen=wanted).table
        return pa.table({one.name: _plain(found.column(one.name)) for one in self.inputs})

    def run(self, table: pa.Table) -> tuple[pa.Table, NDArray[np.bool_]]:
        """What the file makes of what is given to it, and the rows for which it gives no answer."""
        found = replay(self.steps, table, types_of(self.inputs))
        return found.table, found.excluded > 0

    @property
    def told(self) -> dict[str, str]:
        """What a file says of it: the steps in it, and those that have to be done before."""
        parts = {"steps": self.steps, "left": self.left}
        return {key: msgspec.json.encode(steps).decode() for key, steps in parts.items()}


def within(part: RowPart, features: Sequence[Feature], place: Place) -> Within:
    """What the files of a format do themselves of a row part."""
    types = alone(part.steps, types_of(part.inputs))
    own = place in (Place.BUNDLE, Place.ROW)
    prose = [feature.name for feature in features if feature.prose and not own]  # others take it in lower case

    def can(step: Step, columns: Types) -> bool:
        return place in places_of(step, columns)

    found = span(part.steps, types, [feature.name for feature in features], can=can, given=prose)
    written = {name for step in found.steps for name in writes_of(step)}
    known = {one.name: Feature(name=one.name, type=one.type, missing_seen=True) for one in found.given}
    known |= {one.name: one for one in part.inputs if one.name in {g.name for g in found.given if g.after == 0}}
    known |= {one.name: one for one in features if one.name not in written}
    inputs = tuple(known[one.name] for one in found.given)
    return Within(part=part, inputs=inputs, steps=found.steps, left=found.left, given=found.given)
