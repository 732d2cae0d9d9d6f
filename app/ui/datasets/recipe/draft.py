"""A recipe while it is written: its steps with what undo goes back to, and the tables that it speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from app.data.pseudonyms import Pseudonyms, needs_key, pseudonyms_of
from app.data.reader_protocol import StoredTable
from app.data.recipe.checking import types_after
from app.data.recipe.steps import Aggregate, AnyStep, Join, Recipe
from app.data.records import Bars, Finding, Profile
from app.data.types import Types
from app.errors import CicloError
from app.project.store import Project
from app.ui.datasets.versions import Version

_SPOKEN_OF = ("column", "to", "into", "left", "right")


@dataclass(frozen=True)
class _State:
    steps: tuple[AnyStep, ...] = ()
    place: int = -1


class Draft:
    """The steps for a version; ``place`` is the one that is looked at, -1: none."""

    def __init__(self, version: Version | None = None) -> None:
        self.version = version
        self.profile: Profile | None = None
        self._others: dict[str, Version] = {}
        self._now, self._past, self._future = _State(), list[_State](), list[_State]()

    def meet(self, others: Sequence[Version]) -> None:
        """The other datasets as they are now."""
        self._others = {other.name: other for other in others}

    # Steps

    @property
    def steps(self) -> tuple[AnyStep, ...]:
        """In their order."""
        return self._now.steps

    @property
    def place(self) -> int:
        """Of the step that is looked at."""
        return self._now.place

    @property
    def recipe(self) -> Recipe:
        """As it would be stored."""
        return Recipe(steps=self.steps)

    def begin_with(self, steps: tuple[AnyStep, ...]) -> None:
        """The steps of an earlier window: there is nothing to go back to."""
        self._now = _State(steps, len(steps) - 1)

    def change(self, steps: Sequence[AnyStep], place: int) -> None:
        """Other steps; undo goes back to those of now."""
        self._past.append(self._now)
        self._future.clear()
        self._now = _State(tuple(steps), min(place, len(steps) - 1))

    def add(self, step: AnyStep) -> None:
        """One more step at the end."""
        self.change((*self.steps, step), len(self.steps))

    def add_remedy(self, step: AnyStep) -> None:
        """A step that sets a finding right: a finding speaks of the rows as they were before they were summed up."""
        place = self._remedies_end
        self.change((*self.steps[:place], step, *self.steps[place:]), place)

    @property
    def _remedies_end(self) -> int:
        return next((at for at, step in enumerate(self.steps) if isinstance(step, Aggregate)), len(self.steps))

    def replace(self, place: int, step: AnyStep) -> None:
        """Another step in the place of one."""
        self.change((*self.steps[:place], step, *self.steps[place + 1 :]), place)

    def remove(self, place: int) -> None:
        """Without a step."""
        self.change((*self.steps[:place], *self.steps[place + 1 :]), place)

    def move(self, place: int, other: int) -> None:
        """A step in the place of another, and the other way round."""
        steps = list(self.steps)
        steps[place], steps[other] = steps[other], steps[place]
        self.change(steps, other)

    def pick(self, place: int) -> None:
        """Look at a step; at none where it is looked at already."""
        self._now = _State(self.steps, -1 if place == self.place else place)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to go back to."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether something was undone."""
        return bool(self._future)

    def undo(self) -> None:
        """As it was before the last change."""
        self._future.append(self._now)
        self._now = self._past.pop()

    def redo(self) -> None:
        """As it was before undo."""
        self._past.append(self._now)
        self._now = self._future.pop()

    # Columns

    @property
    def types(self) -> Types:
        """Of the version's columns."""
        return types_of(self.version)

    def types_after(self, steps: Sequence[AnyStep]) -> Types:
        """The columns after these steps.

        Raises
        ------
        CicloError
            ``data.recipe.*``, or ``project.no_such_version`` of a dataset that isn't there.
        """
        return types_after(Recipe(steps=tuple(steps)), self.types, self._other)

    def _other(self, label: str) -> Types:
        found = self._others.get(label)
        if found is None:
            raise CicloError("project.no_such_version", label=label, known=", ".join(self._others))
        return types_of(found)

    @property
    def others(self) -> dict[str, Types]:
        """The other datasets, by name."""
        return {name: types_of(other) for name, other in self._others.items()}

    @property
    def words(self) -> dict[str, tuple[str, ...]]:
        """The most frequent words of each column."""
        columns = self.profile.columns if self.profile is not None else ()
        return {one.name: one.chart.labels for one in columns if isinstance(one.chart, Bars)}

    @property
    def spoken_of(self) -> list[str]:
        """The columns that the step which is looked at speaks of."""
        if self.place < 0:
            return []
        told = msgspec.structs.asdict(self.steps[self.place])
        return [name for key in _SPOKEN_OF if isinstance(name := told.get(key), str)] + list(told.get("columns", ()))

    @property
    def remedies(self) -> list[Finding]:
        """The findings with a step that still fits, where none that sets them right is there yet."""
        findings = self.profile.findings if self.profile is not None else ()
        open_ones = (one for one in findings if not any(step in self.steps for step in one.remedies))
        return [one for one in open_ones if one.remedy is not None and self._fits(one.remedy)]

    def _fits(self, step: AnyStep) -> bool:
        try:
            self.types_after((*self.steps[: self._remedies_end], step, *self.steps[self._remedies_end :]))
        except CicloError:
            return False
        return True

    # Tables

    def table(self, project: Project) -> StoredTable | None:
        """Where the rows lie; raises where that is damaged."""
        return _stored(project, self.version)

    def pseudonyms(self, project: Project) -> Pseudonyms | None:
        """What tells which key makes pseudonyms, where a step does."""
        return pseudonyms_of(project) if needs_key(self.recipe) else None

    def joined(self, project: Project) -> dict[str, StoredTable]:
        """The tables of the datasets that are joined."""
        wanted = {step.dataset for step in self.steps if isinstance(step, Join)}
        found = {name: _stored(project, self._others.get(name)) for name in wanted}
        return {name: stored for name, stored in found.items() if stored is not None}


def types_of(version: Version | None) -> Types:
    """The columns of a version."""
    return {one.name: one.type for one in version.body.columns} if version is not None else {}


def _stored(project: Project, version: Version | None) -> StoredTable | None:
    stored = version.record.objects.get("table") if version is not None else None
    if version is None or stored is None:
        return None
    return StoredTable(path=str(project.object_path(stored.sha256).resolve()), types=types_of(version))
