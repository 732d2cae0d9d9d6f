"""From a version that recipes made back to the one that was imported: all steps in between. Light."""

from __future__ import annotations

from dataclasses import dataclass

from app.data.recipe.steps import AnyStep
from app.data.recipe.travelling import types_between
from app.data.records import DatasetVersion
from app.data.types import Types
from app.project import Project, Record


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a version came to be: from which, by which steps, and the columns before the first step and after each."""

    root: Record
    steps: tuple[AnyStep, ...]
    types: tuple[Types, ...]


def way_to(project: Project, record: Record) -> Way:
    """The way to a dataset version.

    Raises
    ------
    CicloError
        Where a version on the way was purged, or isn't whole.
    """
    made = []
    while record.read(DatasetVersion).recipe is not None:
        made.append(record)
        record = project.get(record.parents[0])
    steps: list[AnyStep] = []
    types = [_types(record)]
    for one in reversed(made):
        recipe = one.read(DatasetVersion).recipe
        own = recipe.steps if recipe is not None else ()
        steps += own
        types += types_between(own, types[-1], _Partners(project, one).types)[1:]
        types[-1] = _types(one)  # words that were made may have turned out to be kinds of things
    return Way(root=record, steps=tuple(steps), types=tuple(types))


class _Partners:
    """The versions that a version was joined of."""

    def __init__(self, project: Project, record: Record) -> None:
        self._among = [project.get(id) for id in record.parents]

    def types(self, label: str) -> Types:
        """The columns of one of them. The name alone means the one that was the newest then."""
        named = [one for one in self._among if label in (one.label, one.name)]
        return _types(named[-1]) if named else {}


def _types(record: Record) -> Types:
    return {column.name: column.type for column in record.read(DatasetVersion).columns}
