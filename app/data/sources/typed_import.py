"""Import or inspect a source of typed records: read once, kept on the disk, then converted and stored. Rows and
rejected records must add up to what the source counted by other means."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import msgspec
import pyarrow as pa

from app.data import limits
from app.data.delimited.inspection import cells, value_evidence
from app.data.handing import REJECTED, TABLE, Meter, none_good, staged_objects, stored_columns
from app.data.pipeline import in_order
from app.data.profiling import profile_table
from app.data.records import (
    DATASET,
    Column,
    DatasetVersion,
    ImportAnswer,
    ImportRequest,
    Inspected,
    InspectedColumn,
    InspectRequest,
    Origin,
    Problem,
    Rejected,
)
from app.data.sources.columns import Words
from app.data.sources.intake import Decided, Intake
from app.data.sources.keeping import Keeping, Kept
from app.data.sources.storing import Storing, typed_cells
from app.data.sources.typed import Explained, Fingerprint, TypedSource
from app.data.values.tally import Tally
from app.errors import CicloError
from app.jobs.contract import Context, Outcome
from app.project.durable import writing
from app.project.record import draft, encode
from app.text.message import Text

_READ_SHARE = 0.5
_WRITE_SHARE = 0.45
_INSPECTED_ROWS = 30_000


def import_typed(context: Context, request: ImportRequest, source: TypedSource) -> Outcome:
    """Import all records of a source, which stays open.

    Raises
    ------
    CicloError
        What the source or the disk refused; ``data.no_source_records``, ``data.no_good_records``,
        ``data.source_changed``, ``data.records_differ``.
    """
    return _Import(context, request, source).run()


class _Import:
    """One import."""

    def __init__(self, context: Context, request: ImportRequest, source: TypedSource) -> None:
        self._context = context
        self._request = request
        self._source = source
        self._meter = Meter(context, 1.0)

    def run(self) -> Outcome:
        """Both passes, the profile, the draft."""
        table = self._context.staging / TABLE
        with writing(table), closing(Keeping(self._context.staging / "cells")) as keeping:
            intake = self._read(keeping)
            if intake.records == 0:
                raise CicloError("data.no_source_records", path=self._source.name)
            decided = intake.decide()
            storing = Storing(decided, table, self._context.staging / REJECTED)
            self._write(storing, keeping)
        self._prove(intake.records, storing.writer.rows + storing.writer.rejected)
        if storing.writer.rows == 0:
            raise none_good(storing.writer.listed[0], self._source.name)
        return self._outcome(decided, storing, table)

    def _read(self, keeping: Keeping) -> Intake:
        intake = Intake(self._source.schema, self._request.corrections)
        for batch in self._source.batches():
            keeping.add(intake.take(batch))
            self._meter.at("data.step.reading", self._source.progress * _READ_SHARE)
        self._fingerprint = self._source.fingerprint()
        expected = self._source.expected
        self._prove(intake.records if expected is None else expected, intake.records)
        return intake

    def _write(self, storing: Storing, keeping: Keeping) -> None:
        batches = len(keeping)
        with storing:
            parts = in_order(keeping.batches(), storing.convert, threads=max(1, self._context.processors))
            for number, stored in enumerate(parts, 1):
                storing.add(stored)
                self._meter.at("data.step.writing", _READ_SHARE + _WRITE_SHARE * number / batches)

    def _prove(self, counted: int, read: int) -> None:
        if counted != read:
            raise CicloError("data.records_differ", path=self._source.name, counted=counted, read=read)

    def _outcome(self, decided: Decided, storing: Storing, table: Path) -> Outcome:
        self._meter.at("data.step.profiling", _READ_SHARE + _WRITE_SHARE)
        profile, levels = profile_table(
            table,
            decided.types,
            repeated=storing.writer.repeated,
            threads=self._context.processors,
            check_cancelled=self._context.check_cancelled,
        )
        columns = stored_columns(profile, levels)
        objects = staged_objects(self._context.staging, profile, rejected=bool(storing.writer.rejected))
        body = _version(self._source, self._request, self._fingerprint, decided, storing, columns)
        made = draft(DATASET, body, objects=objects, name=self._request.name)
        answer = ImportAnswer(
            rows=storing.writer.rows,
            rejected=storing.writer.rejected,
            rejected_rows=storing.writer.listed,
            columns=columns,
            sha256=self._fingerprint.sha256,
            problems=_problems(self._source, decided, storing.writer.rejected, storing.writer.listed),
        )
        return Outcome(drafts=(made,), answer=msgspec.Raw(encode(answer)))


def _version(
    source: TypedSource,
    request: ImportRequest,
    fingerprint: Fingerprint,
    decided: Decided,
    storing: Storing,
    columns: tuple[Column, ...],
) -> DatasetVersion:
    return DatasetVersion(
        source_name=source.name,
        source_sha256=fingerprint.sha256,
        source_size=fingerprint.size,
        corrections=request.corrections,
        columns=columns,
        records=storing.writer.rows + storing.writer.rejected,
        rows=storing.writer.rows,
        rejected=storing.writer.rejected,
        notes=_notes(source, decided, storing),
        origin=_read_origin(source.origin, decided),
    )


def _read_origin(origin: Origin, decided: Decided) -> Origin:
    """The origin, with how its text was read where it has any."""
    if not any(isinstance(column, Words) for column in decided.columns):
        return origin
    return msgspec.structs.replace(origin, decimal=decided.numerals.decimal, day_first=decided.dialect.day_first)


def _problems(
    source: TypedSource, decided: Decided, rejected: int, listed: tuple[Rejected, ...]
) -> tuple[Problem, ...]:
    found = list(source.problems)
    if decided.left_out:
        columns = ", ".join(decided.left_out[:10])
        message = Text("data.problem.left_out", {"n": len(decided.left_out), "columns": columns})
        found.append(Problem(code="data.problem.left_out", message=message))
    if rejected:
        message = Text("data.problem.rejected", {"n": rejected})
        found.append(Problem(code="data.problem.rejected", message=message, line=listed[0].line if listed else 0))
    return tuple(found)


def _column_note(source: TypedSource, decided: Decided, index: int) -> Text | None:
    return decided.note(index) or source.notes.get(decided.plan.names[index])


def _notes(source: TypedSource, decided: Decided, storing: Storing) -> tuple[Text, ...]:
    """What the import did that isn't plain: stored with the version."""
    notes = [p.message for p in _problems(source, decided, storing.writer.rejected, storing.writer.listed)]
    notes += [e.reason for e in value_evidence(decided) if not e.sure]
    for index, name in enumerate(decided.plan.names):
        note = _column_note(source, decided, index)
        if note is not None:
            notes.append(Text("data.note.column", {"column": name, "note": note}))
    return tuple(notes)


# Inspection


def inspect_typed(context: Context | None, request: InspectRequest, source: TypedSource) -> Inspected:
    """What an import would do; of a large source, by its beginning."""
    intake = Intake(source.schema, request.corrections)
    head: list[Kept] = []
    listed: list[Rejected] = []
    complete = True
    read = 0
    for batch in source.batches():
        if context is not None:
            context.check_cancelled()
        if read >= limits.INSPECT_BYTES or intake.rows >= _INSPECTED_ROWS:
            complete = False
            break
        read += batch.rows.nbytes
        kept = intake.take(batch)
        listed += kept.rejected[: limits.LISTED - len(listed)]
        if sum(k.cells.num_rows for k in head) < request.preview_rows:
            head.append(kept)
    decided = intake.decide()
    return _inspected(request, source, intake, decided, head, tuple(listed), complete=complete)


def _inspected(
    request: InspectRequest,
    source: TypedSource,
    intake: Intake,
    decided: Decided,
    head: list[Kept],
    listed: tuple[Rejected, ...],
    *,
    complete: bool,
) -> Inspected:
    share = source.progress
    guess = intake.records if complete or share <= 0 else round(intake.records / min(1.0, share))
    columns = (
        InspectedColumn(
            name=name,
            heading=name,
            type=type,
            note=_column_note(source, decided, i),
            missing=_missing(decided, i),
        )
        for i, (name, type) in enumerate(zip(decided.plan.names, decided.types, strict=True))
    )
    return Inspected(
        source=request.source,
        size=source.stamp.size,
        modified_ns=source.stamp.modified_ns,
        dialect=msgspec.structs.replace(
            decided.dialect, header_lines=source.origin.header_lines, skip_lines=source.origin.skip_lines
        ),
        evidence=(*(source.evidence if isinstance(source, Explained) else ()), *value_evidence(decided)),
        columns=tuple(columns),
        problems=_inspected_problems(source, decided, intake, listed),
        rejected=listed,
        records=guess if source.expected is None else source.expected,
        complete=complete,
        raw_lines=(),
        rows=_preview(decided, head, request.preview_rows),
        origin=_read_origin(source.origin, decided),
        sheets=source.sheets if isinstance(source, Explained) else (),
    )


def _inspected_problems(
    source: TypedSource, decided: Decided, intake: Intake, listed: tuple[Rejected, ...]
) -> tuple[Problem, ...]:
    found = _problems(source, decided, intake.rejected, listed)
    if intake.records:
        return found
    return (*found, Problem(code="data.problem.no_records", message=Text("data.problem.no_records")))


def _missing(decided: Decided, index: int) -> int:
    column, notation = decided.columns[index], decided.notations[index]
    if not isinstance(column, Words):
        return column.missing
    words = {*notation.missing_words, *notation.value_words}
    return _empty(column.tally) + sum(n for word, n in column.tally.odd.items() if word in words)


def _empty(tally: Tally) -> int:
    return tally.rows - tally.filled


def _preview(decided: Decided, head: list[Kept], rows: int) -> tuple[tuple[str | None, ...], ...]:
    found: list[tuple[str | None, ...]] = []
    for kept in head:
        columns, _failed = typed_cells(decided, kept.cells.slice(0, rows - len(found)))
        found += zip(*(cells(_decoded(column)) for column in columns), strict=True)
    return tuple(found)


def _decoded(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
