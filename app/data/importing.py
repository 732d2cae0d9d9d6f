"""Import a file as the next version of a dataset: one pass to decide, over the file, and one to write, over the cells
that the first has left. Nothing is lost between them: rows and rejected records must add up to what was counted."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from app.data import limits
from app.data.delimited.counting import Survey
from app.data.delimited.inspection import column_note, evidence, inspected, problems
from app.data.delimited.spill import Spill, Spilled
from app.data.delimited.survey import survey
from app.data.pipeline import in_order
from app.data.profiling import profile_table
from app.data.records import (
    DATASET,
    Column,
    DatasetVersion,
    ImportAnswer,
    ImportRequest,
    Inspected,
    InspectRequest,
    Profile,
    Rejected,
)
from app.data.source import hash_source, open_source, verify_unchanged
from app.data.values.conversion import ARROW_TYPES, CODED, WORDS, convert_column, in_code, without_empty
from app.errors import CicloError, worded
from app.jobs.contract import Context, Outcome, Progress
from app.project.durable import stage_bytes, stage_file, writing
from app.project.record import StagedFile, draft, encode
from app.text.message import Text, Value, plain

_PARQUET = "application/vnd.apache.parquet"
_JSON = "application/json"
_LINES = "application/jsonlines"
_GROUP_BYTES = 64_000_000
_SHOWN = 60


def inspect_source(context: Context, request: InspectRequest) -> Outcome:
    """Say what an import would do, doing nothing."""
    found = inspect_file(Path(request.source), request, context)
    return Outcome(answer=msgspec.Raw(encode(found)))


def inspect_file(path: Path, request: InspectRequest, context: Context | None = None) -> Inspected:
    """The inspection of a file; of a large one, of its beginning."""
    source = open_source(path)
    found = survey(
        source,
        request.corrections,
        byte_limit=limits.INSPECT_BYTES,
        watch=(lambda _blocks: context.check_cancelled()) if context else None,
    )
    return inspected(found, preview_rows=request.preview_rows)


def import_source(context: Context, request: ImportRequest) -> Outcome:
    """Import a file.

    Raises
    ------
    CicloError
        What the file or the disk refused; ``data.no_records``, ``data.no_good_records``, ``data.source_changed``,
        ``data.count_mismatch``.
    """
    return _Import(context, request).run()


class _Import:
    """One import."""

    def __init__(self, context: Context, request: ImportRequest) -> None:
        self._context = context
        self._request = request
        self._source = open_source(Path(request.source))
        if request.shown is not None and request.shown != self._source.stamp.modified_ns:
            raise CicloError("data.changed_since_shown", path=self._source.path.name)
        self._meter = _Meter(context, 2.15 * self._source.size)
        self._digest = hashlib.sha256()

    def run(self) -> Outcome:
        """Both passes, the profile, the draft."""
        table = self._context.staging / "table.parquet"
        with writing(table), closing(Spill(self._context.staging / "cells")) as spill:
            found = survey(
                self._source,
                self._request.corrections,
                watch=lambda blocks: self._meter.at("data.step.reading", blocks.position),
                digest=self._new_digest,
                spill=spill,
                threads=max(1, self._context.processors),
            )
            self._refuse_empty(found)
            sha256 = hash_source(self._source) if self._source.compression else self._digest.hexdigest()
            verify_unchanged(self._source)
            writer = _Writer(found, table, self._context.staging / "rejected.jsonl")
            self._write(writer, spill)
        if found.records != writer.records or writer.rows + writer.rejected != found.records:
            raise CicloError(
                "data.count_mismatch",
                scanned=found.records,
                read=writer.rows + writer.rejected,
                line=found.plan.layout.line,
            )
        if writer.rows == 0:
            raise _none_good(writer.listed[0], self._source.path.name)
        return self._outcome(found, writer, table, sha256)

    def _new_digest(self) -> hashlib._Hash:
        self._digest = hashlib.sha256()
        return self._digest

    def _refuse_empty(self, found: Survey) -> None:
        if found.records == 0:
            raise CicloError("data.no_records", path=self._source.path.name)

    def _write(self, writer: _Writer, spill: Spill) -> None:
        size = self._source.size
        with writer:
            for converted in in_order(spill.parts(), writer.convert, threads=max(1, self._context.processors)):
                writer.add(converted)
                self._meter.at("data.step.writing", size + converted.position)

    def _outcome(self, found: Survey, writer: _Writer, table: Path, sha256: str) -> Outcome:
        self._meter.at("data.step.profiling", 2 * self._source.size)
        profile, levels = profile_table(
            table, found.types, threads=self._context.processors, check_cancelled=self._context.check_cancelled
        )
        columns = _columns(profile, levels)
        objects = self._objects(table, profile, writer)
        body = DatasetVersion(
            source_name=self._source.path.name,
            source_sha256=sha256,
            source_size=self._source.size,
            dialect=found.dialect,
            corrections=self._request.corrections,
            columns=columns,
            records=found.records,
            rows=writer.rows,
            rejected=writer.rejected,
            notes=_notes(found),
        )
        answer = ImportAnswer(
            rows=writer.rows,
            rejected=writer.rejected,
            rejected_rows=writer.listed,
            columns=columns,
            sha256=sha256,
            problems=problems(found),
        )
        made = draft(DATASET, body, objects=objects, name=self._request.name)
        return Outcome(drafts=(made,), answer=msgspec.Raw(encode(answer)))

    def _objects(self, table: Path, profile: Profile, writer: _Writer) -> dict[str, StagedFile]:
        staging = self._context.staging
        objects = {
            "table": stage_file(table, media=_PARQUET),
            "profile": stage_bytes(staging, "profile.json", encode(profile), media=_JSON),
        }
        if writer.rejected:
            objects["rejected"] = stage_file(staging / "rejected.jsonl", media=_LINES)
        return objects


def _none_good(first: Rejected, path: str) -> CicloError:
    """Nothing fits: the first record says why, as an example of what is likely the same in all."""
    params = {name: plain(value) for name, value in first.reason.params.items()}
    return CicloError("data.no_good_records", **params, path=path, line=first.line, reason=worded(first.reason.id))


class _Meter:
    """Progress in bytes, with the time that remains at the speed so far; at most ten reports a second."""

    def __init__(self, context: Context, total: float) -> None:
        self._context = context
        self._total = total
        self._begun = time.monotonic()
        self._last = 0.0

    def at(self, step: str, done: float) -> None:
        self._context.check_cancelled()
        now = time.monotonic()
        if now - self._last < 0.1:
            return
        self._last = now
        elapsed = now - self._begun
        remaining = elapsed * (self._total - done) / done if done and elapsed > 1 else None
        self._context.report(Progress(step=Text(step), done=done, total=self._total, remaining_s=remaining))


class _Converted(msgspec.Struct):
    rows: pa.Table
    rejected: list[Rejected]
    records: int
    position: int


class _Writer:
    """Converts parts and writes them as row groups; what fails to convert joins the rejected."""

    def __init__(self, found: Survey, table: Path, rejected: Path) -> None:
        self._found = found
        self._coded = frozenset(i for i, t in enumerate(found.types) if t in WORDS and found.tallies[i].recurring)
        self._schema = pa.schema(
            [
                pa.field(name, CODED if i in self._coded else ARROW_TYPES[type])
                for i, (name, type) in enumerate(zip(found.plan.names, found.types, strict=True))
            ]
        )
        self._table = table
        self._rejected_path = rejected
        self._held: list[pa.Table] = []
        self._held_rows = self._held_bytes = 0
        self.records = self.rows = self.rejected = 0
        self.listed: tuple[Rejected, ...] = ()

    def __enter__(self) -> None:
        recurring = [n for n, t in zip(self._schema.names, self._found.tallies, strict=True) if t.recurring]
        values = [n for n, t in zip(self._schema.names, self._found.types, strict=True) if t not in WORDS]
        self._writer = pq.ParquetWriter(
            self._table,
            self._schema,
            compression="zstd",
            use_dictionary=recurring or False,
            write_page_checksum=True,
            write_statistics=values or False,  # least and greatest words are of no use, and slow
            store_schema=False,  # whoever reads the file gets words, not Arrow's dictionaries of them
        )
        self._log = self._rejected_path.open("wb")

    def __exit__(self, kind: type[BaseException] | None, _error: BaseException | None, _trace: object) -> None:
        try:
            if kind is None:
                self._flush(all_rows=True)
        finally:
            self._log.close()
            self._writer.close()

    def convert(self, part: Spilled) -> _Converted:
        """The typed rows of a part and its rejected records; changes nothing, so that threads may share the work."""
        text = part.table.select(list(range(len(self._schema))))  # without a spare column at the end
        typed, failed = self._converted(text)
        rejected = part.rejected
        if failed.any():
            rejected = sorted([*rejected, *self._failures(part.lines, text, failed)], key=lambda r: r.line)
            typed = typed.filter(pa.array(~failed.any(axis=0)))
        return _Converted(typed, rejected, part.records, part.position)

    def add(self, converted: _Converted) -> None:
        """Write rows, in order."""
        self.records += converted.records
        self.rows += converted.rows.num_rows
        self._reject(converted.rejected)
        self._hold(converted.rows)

    def _converted(self, text: pa.Table) -> tuple[pa.Table, NDArray[np.bool_]]:
        columns, failures = [], []
        found = self._found
        for i, (values, name, type, notation) in enumerate(
            zip(text.columns, found.plan.names, found.types, found.notations, strict=True)
        ):
            proven = name not in found.plan.corrections.types
            column, failed = convert_column(without_empty(values), type, notation, proven=proven)
            columns.append(in_code(column, wanted=i in self._coded))
            failures.append(failed)
        return pa.Table.from_arrays(columns, schema=self._schema), np.array(failures)

    def _failures(self, lines: NDArray[np.int64], text: pa.Table, failed: NDArray[np.bool_]) -> Iterator[Rejected]:
        for row in np.flatnonzero(failed.any(axis=0)).tolist():
            column = int(np.flatnonzero(failed[:, row])[0])
            value = str(text.column(column)[row].as_py())
            cells = [str(c[row].as_py() or "") for c in text.columns[:20]]
            params: dict[str, Value | Text | str | int | float] = {
                "column": self._found.plan.names[column],
                "value": value[:_SHOWN],
                "type": Text(f"data.type.{self._found.types[column]}"),
            }
            yield Rejected(
                line=int(lines[row]),
                reason=Text("data.rejected.unconvertible", params),
                raw=self._found.dialect.delimiter.join(cells)[:300],
            )

    def _reject(self, rejected: list[Rejected]) -> None:
        self.rejected += len(rejected)
        for record in rejected:
            self._log.write(msgspec.json.encode(record) + b"\n")
        room = limits.LISTED - len(self.listed)
        if room > 0 and rejected:
            self.listed += tuple(rejected[:room])

    def _hold(self, typed: pa.Table) -> None:
        self._held.append(typed)
        self._held_rows += typed.num_rows
        self._held_bytes += typed.nbytes
        if self._held_rows >= limits.ROW_GROUP or self._held_bytes > _GROUP_BYTES:
            self._flush()

    def _flush(self, *, all_rows: bool = False) -> None:
        """Write what is held, in full row groups as long as there is more to come."""
        if not self._held_rows:
            return
        rows = pa.concat_tables(self._held)
        full = self._held_rows - self._held_rows % limits.ROW_GROUP
        count = self._held_rows if all_rows or not full else full
        self._writer.write_table(rows.slice(0, count).unify_dictionaries(), row_group_size=limits.ROW_GROUP)
        rest = rows.slice(count)
        self._held, self._held_rows, self._held_bytes = [rest], rest.num_rows, 0


def _columns(profile: Profile, levels: tuple[tuple[str, ...], ...]) -> tuple[Column, ...]:
    return tuple(
        Column(name=c.name, type=c.type, missing=c.missing, distinct=c.distinct, levels=words)
        for c, words in zip(profile.columns, levels, strict=True)
    )


def _notes(found: Survey) -> tuple[Text, ...]:
    """What the import did that isn't plain: stored with the version."""
    notes = [p.message for p in problems(found)]
    notes += [e.reason for e in evidence(found) if not e.sure and e.aspect != "encoding"]
    for index, name in enumerate(found.plan.names):
        note = column_note(found, index)
        if note is not None:
            notes.append(Text("data.note.column", {"column": name, "note": note}))
    return tuple(notes)
