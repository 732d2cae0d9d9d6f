"""A stored dataset version as the learning room reads it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec
import pyarrow as pa

from app.data.records import DATASET, Column, ColumnProfile, DatasetVersion, Profile
from app.data.stored import read_stored
from app.errors import CicloError
from app.project import Project, Record

_CELLS = 1_000_000
"""That are read at a time, or one column: to open a file of thousands of columns takes longer than to read one."""


_NONE = Profile(columns=())


@dataclass(frozen=True, kw_only=True)
class Source:
    """A dataset version: its record, what it says of itself, and where its table and its profile lie."""

    record: Record
    version: DatasetVersion
    path: Path
    profile: Path | None = None

    def profiles(self, names: Collection[str]) -> tuple[ColumnProfile, ...]:
        """What the import found in the columns of those names; nothing where it kept no profile."""
        return tuple(column for column in self._profile.columns if column.name in names) if names else ()

    @cached_property
    def _profile(self) -> Profile:
        """Without columns where it is lost or damaged: only hints rest on it, and no work stops for them."""
        try:
            return msgspec.json.decode(self.profile.read_bytes(), type=Profile) if self.profile is not None else _NONE
        except (OSError, msgspec.MsgspecError):
            return _NONE

    def column(self, name: str) -> Column:
        """The column ``name``.

        Raises
        ------
        CicloError
            ``data.missing_target`` where there is none: only targets and split columns are asked for by name.
        """
        for column in self.version.columns:
            if column.name == name:
                return column
        known = ", ".join(c.name for c in self.version.columns)
        raise CicloError("data.missing_target", column=name, dataset=self.record.label, known=known)


def open_source(project: str, label: str, *, whole: bool = True) -> Source:
    """The dataset version that ``label`` (``name``, ``name@3``) names in a project folder.

    Parameters
    ----------
    whole
        Verify the hash of the table: work whose result is stored rests on it. For a preview it is enough that each
        page is checked as it is read.
    """
    opened = Project.open(Path(project))
    try:
        record = opened.version(DATASET, label)
        table = record.objects["table"].sha256
        path = opened.whole_object(table) if whole else opened.object_path(table)
        about = record.objects.get("profile")
        profile = opened.object_place(about.sha256) if about is not None else None
        return Source(record=record, version=record.read(DatasetVersion), path=path, profile=profile)
    finally:
        opened.close()


def read_table(source: Source, columns: tuple[str, ...] | None = None) -> pa.Table:
    """The stored table, or some of its columns."""
    return read_stored(source.path, columns)


def read_in_parts(source: Source, columns: Sequence[str]) -> Iterator[tuple[tuple[str, ...], pa.Table]]:
    """Some columns of the stored table, in their order, a few at a time where there are many rows: their names, and a
    table that holds them."""
    most = max(1, _CELLS // max(1, source.version.rows))
    for start in range(0, len(columns), most):
        names = tuple(columns[start : start + most])
        yield names, read_table(source, names)
