"""The two tables of a comparison, and the columns that are compared."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.data.records import DATASET, Column, DatasetVersion
from app.data.versions.cells import Kind, kind_of
from app.data.versions.records import Side
from app.project import Project

_ID_LENGTH = 64


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A stored table: its record, its columns by name, where it lies."""

    id: str
    label: str
    rows: int
    columns: dict[str, Column]
    path: Path

    @property
    def names(self) -> tuple[str, ...]:
        """Of the columns, in order."""
        return tuple(self.columns)

    @property
    def side(self) -> Side:
        """As the answer names it."""
        return Side(id=self.id, label=self.label, rows=self.rows, columns=len(self.columns))


def open_side(project: Project, label: str) -> Table:
    """The version that ``label`` names, or whose record has that id.

    Raises
    ------
    CicloError
        ``project.no_such_version``, ``project.purged``, ``project.no_object`` and the like.
    """
    by_id = len(label) == _ID_LENGTH and "@" not in label
    record = project.get(label) if by_id else project.version(DATASET, label)
    body = record.read(DatasetVersion)
    return Table(
        id=record.id,
        label=record.label,
        rows=body.rows,
        columns={column.name: column for column in body.columns},
        path=project.object_path(record.objects["table"].sha256),
    )


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """A column of both versions, perhaps under two names."""

    before: Column
    after: Column

    @property
    def kind(self) -> Kind:
        """How its cells compare."""
        return kind_of(self.before.type, self.after.type)

    @property
    def is_renamed(self) -> bool:
        """Whether it has another name now."""
        return self.before.name != self.after.name


def common_pairs(before: Table, after: Table) -> list[Pair]:
    """The columns of one name, in the order of ``after``."""
    return [Pair(before=before.columns[n], after=column) for n, column in after.columns.items() if n in before.columns]
