"""Rows whose label somebody has decided about already: they are asked about once."""

from __future__ import annotations

from bisect import bisect_left
from contextlib import closing
from pathlib import Path

from app.data.recipe.steps import Relabel
from app.data.records import DatasetVersion
from app.learning.source import Source
from app.project import Project, Record


def decided_rows(project: str, source: Source, target: str) -> frozenset[int]:
    """Rows of a version, counted from 1, that were decided about in it or in the versions that it was made from, as
    far back as corrections of this column follow each other."""
    with closing(Project.open(Path(project))) as opened:
        return frozenset(_decided(opened, source.record, target))


def _decided(project: Project, record: Record, target: str) -> set[int]:
    recipe = record.read(DatasetVersion).recipe
    if recipe is None or len(recipe.steps) != 1:
        return set()
    step = recipe.steps[0]
    if not isinstance(step, Relabel) or step.column != target:
        return set()
    gone = sorted(one.row for one in step.rows if one.to is None)
    known = {one.row for one in step.rows} | _decided(project, project.get(record.parents[0]), target)
    return {row - bisect_left(gone, row) for row in known.difference(gone)}
