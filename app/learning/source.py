"""A stored dataset version as the learning room reads it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from app.data.records import DATASET, Column, DatasetVersion
from app.errors import CicloError
from app.project import Project, Record


@dataclass(frozen=True, kw_only=True)
class Source:
    """A dataset version: its record, what it says of itself, and where its table lies."""

    record: Record
    version: DatasetVersion
    path: Path

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


def find_source(project: Project, label: str) -> Source:
    """The dataset version that ``label`` (``name``, ``name@3``) names."""
    record = project.version(DATASET, label)
    return Source(
        record=record, version=record.read(DatasetVersion), path=project.whole_object(record.objects["table"].sha256)
    )


def open_source(project: str, label: str) -> Source:
    """Like :func:`find_source`, from a project folder."""
    opened = Project.open(Path(project))
    try:
        return find_source(opened, label)
    finally:
        opened.close()


def read_table(source: Source, columns: tuple[str, ...] | None = None) -> pa.Table:
    """The stored table, or some of its columns. No thread is started, so that the process can still be forked."""
    wanted = None if columns is None else list(columns)
    file = pq.ParquetFile(source.path, memory_map=True, pre_buffer=False)
    return file.read(columns=wanted, use_threads=False)
