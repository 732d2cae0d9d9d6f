"""Which steps of the recipes that made a dataset go along with a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from app.data.recipe.history import Way, way_to
from app.data.recipe.steps import Filter, Step
from app.data.recipe.travelling import Given, Place, Span, places_of, span, writes_of
from app.data.recipe.wording import kind_of, name_of
from app.data.records import DatasetVersion
from app.data.stored import read_stored
from app.data.types import ColumnType, Types
from app.errors import CicloError
from app.learning.matrix import describe_features
from app.learning.records import Feature, PlanRequest, RowPart
from app.learning.source import Source
from app.project import Project
from app.text.listing import listed
from app.text.message import Text

_LONG = (ColumnType.TEXT, ColumnType.IDENTIFIER)
"""Types whose words aren't told: there may be as many as there are rows."""


def row_part_of(request: PlanRequest, source: Source, features: Sequence[Feature]) -> RowPart | None:
    """What goes along with a model of these features; None where nothing was done to its dataset, or where a version
    on the way is gone."""
    if source.version.recipe is None:
        return None
    with closing(Project.open(Path(request.project))) as project:
        try:
            way = way_to(project, source.record)
        except CicloError:
            return None
        names = [feature.name for feature in features]
        found = span(way.steps, way.types, names, can=_can, target=request.target)
        return _described(project, way, found, features) if found.steps or found.left else None


def _can(step: Step, types: Types) -> bool:
    return Place.BUNDLE in places_of(step, types)


def _described(project: Project, way: Way, found: Span, features: Sequence[Feature]) -> RowPart:
    body, written = way.root.read(DatasetVersion), {name for step in found.steps for name in writes_of(step)}
    known = {one.name: Feature(name=one.name, type=one.type, missing_seen=True) for one in found.given}
    known |= {one.name: one for one in _seen(project, way, found.given)}
    known |= {one.name: one for one in features if one.name not in written}
    return RowPart(
        dataset_id=way.root.id,
        inputs=tuple(known[one.name] for one in found.given),
        steps=found.steps,
        missing_words=body.corrections.missing_words or (),
        decimal=body.decimal,
        day_first=body.day_first,
        left=found.left,
    )


def _seen(project: Project, way: Way, given: Sequence[Given]) -> Iterator[Feature]:
    """What the columns held that are given as they were imported."""
    types = {one.name: one.type for one in given if one.after == 0 and one.type not in _LONG}
    try:
        table = read_stored(project.object_path(way.root.objects["table"].sha256), list(types))
    except CicloError:
        return  # only what is said about a column in passing rests on it
    yield from describe_features(table, list(types.items()))


def notes_on_row_part(part: RowPart | None) -> Iterator[Text]:
    """What the recipe means for rows that are to be predicted."""
    if part is None:
        return
    if part.steps:
        yield Text("learning.note.row_part", {"n": len(part.steps)})
    made = [step for step in part.left if not isinstance(step, Filter)]
    if made:
        yield Text("learning.note.left", {"steps": listed([name_of(kind_of(step)) for step in made]), "n": len(made)})
    for step in part.left:
        if isinstance(step, Filter):
            yield Text("learning.note.filter_left", {"column": step.column})
