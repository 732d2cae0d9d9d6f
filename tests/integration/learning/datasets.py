"""A stored dataset version without an import: a table of typed columns goes straight into a project."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from app.data.records import DATASET, Column, ColumnType, Corrections, DatasetVersion, Dialect
from app.jobs.contract import Progress
from app.learning.compute.records import Computing
from app.project import Project, Record, draft
from app.project.durable import stage_file

_ARROW = {ColumnType.INTEGER: pa.int64(), ColumnType.NUMBER: pa.float64(), ColumnType.DATE: pa.date32()}
_ARROW[ColumnType.DATETIME] = pa.timestamp("us")

Columns = dict[str, tuple[ColumnType, list[object]]]


def make_table(columns: Columns) -> pa.Table:
    """The Arrow table that an import would store."""
    arrays = {
        name: pa.array(values, type=_ARROW.get(type_, pa.string()), from_pandas=True)
        for name, (type_, values) in columns.items()
    }
    return pa.table(arrays)


def store(project: Project, name: str, columns: Columns) -> Record:
    """Commit the columns as the next version of dataset ``name``."""
    table = make_table(columns)
    staging, lock = project.new_staging()
    path = staging / "table.parquet"
    pq.write_table(table, path, row_group_size=32_000)
    described = tuple(_describe(table.column(n), n, type_) for n, (type_, _) in columns.items())
    version = DatasetVersion(
        source_name=f"{name}.csv",
        source_sha256=hashlib.sha256(name.encode()).hexdigest(),
        source_size=1,
        dialect=Dialect(encoding="utf-8", delimiter=","),
        corrections=Corrections(),
        columns=described,
        records=table.num_rows,
        rows=table.num_rows,
        rejected=0,
    )
    staged = stage_file(path, media="application/vnd.apache.parquet")
    record = project.commit([draft(DATASET, version, objects={"table": staged}, name=name)])[0]
    lock.release()
    return record


def _describe(values: pa.ChunkedArray, name: str, type_: ColumnType) -> Column:
    known = values.drop_null()
    return Column(name=name, type=type_, missing=values.null_count, distinct=len(known.unique()))


class Here:
    """The surroundings of a job that runs in this process."""

    def __init__(self, staging: Path, processors: int = 1) -> None:
        self.staging = staging
        self.processors = processors
        self.steps: list[Progress] = []
        self.published: list[object] = []
        self.computing: list[Computing] = []
        self.cancel_after = -1

    def report(self, progress: Progress) -> None:
        self.steps.append(progress)

    def publish(self, topic: str, value: object) -> None:
        if isinstance(value, Computing):
            self.computing.append(value)
        else:
            assert topic == "leaderboard"
            self.published.append(value)

    def check_cancelled(self) -> None:
        """Raise what a job raises when it is stopped, once so many live results have come."""
        from app.jobs.contract import Cancelled

        if 0 <= self.cancel_after <= len(self.published):
            raise Cancelled
