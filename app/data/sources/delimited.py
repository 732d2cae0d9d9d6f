"""A file of delimited text as one of several sources: its cells as text, for a common decision on types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa

from app.data import limits
from app.data.delimited.plan import read_parts, text_table
from app.data.delimited.survey import survey
from app.data.records import Corrections, Origin, Problem, SourceKind
from app.data.source import Blocks, Source, Stamp, hash_source, open_source, verify_unchanged
from app.data.sources.typed import Batch, Fingerprint
from app.errors import CicloError
from app.text.message import Text, amount


class DelimitedSource:
    """One file, surveyed (``quick``: by its beginning) when it is opened.

    Raises
    ------
    CicloError
        What an import of the file would be refused for.
    """

    origin = Origin(kind=SourceKind.TEXT)

    def __init__(self, path: Path, corrections: Corrections, *, quick: bool = False) -> None:
        self._source: Source = open_source(path)
        wanted = msgspec.structs.replace(corrections, types={})
        found = survey(self._source, wanted, byte_limit=limits.BLOCK_BYTES if quick else None)
        self._plan = found.plan
        self._blank = found.blank
        self.expected = found.records if found.complete else None
        self.schema = pa.schema([pa.field(name, pa.string()) for name in self._plan.names])
        self.notes: Mapping[str, Text] = {}
        self._position = 0

    @property
    def name(self) -> str:
        return self._source.path.name

    @property
    def stamp(self) -> Stamp:
        return self._source.stamp

    @property
    def problems(self) -> tuple[Problem, ...]:
        found = self._plan.layout.problems
        if not self._blank:
            return found
        message = Text("data.problem.blank_lines", {"n": amount(self._blank)})
        return (*found, Problem(code="data.problem.blank_lines", message=message))

    @property
    def progress(self) -> float:
        return min(1.0, self._position / max(1, self._source.size))

    def batches(self) -> Iterator[Batch]:
        """All records; the place of each is the line on which it begins."""
        for part in read_parts(self._plan, watch=self._watch):
            if not part.records:
                continue
            rows = text_table(part, self._plan).rename_columns(self._plan.names).combine_chunks()
            if rows.num_rows != part.good:
                raise CicloError("data.records_differ", path=self.name, counted=part.good, read=rows.num_rows)
            lines = part.starts if part.starts is not None else np.empty(0, np.int64)
            empty = pa.RecordBatch.from_pylist([], schema=self.schema)
            yield Batch(
                rows=rows.cast(self.schema).to_batches()[0] if rows.num_rows else empty,
                places=lines,
                rejected=tuple(part.rejected),
            )

    def _watch(self, blocks: Blocks) -> None:
        self._position = blocks.position

    def fingerprint(self) -> Fingerprint:
        """The bytes of the file."""
        found = Fingerprint(sha256=hash_source(self._source), size=self._source.size)
        verify_unchanged(self._source)
        return found

    def close(self) -> None:
        """Nothing is open between two readings."""
