"""Import a file as the next version of a dataset. Nothing is lost on the way: rows and rejected records must add up to
what was counted."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from app.data import limits
from app.data.delimited.counting import Survey
from app.data.delimited.inspection import column_note, evidence, inspected, problems
from app.data.delimited.plan import Plan, make_plan
from app.data.delimited.store import Store, expectation
from app.data.delimited.summaries import known_summaries
from app.data.delimited.survey import survey
from app.data.delimited.typist import Decision
from app.data.handing import REJECTED, TABLE, Meter, none_good, staged_objects, stored_columns
from app.data.profiling import profile_table
from app.data.records import (
    DATASET,
    DatasetVersion,
    ImportAnswer,
    ImportRequest,
    Inspected,
    InspectRequest,
)
from app.data.source import hash_source, open_source, verify_unchanged
from app.data.storing import TableWriter
from app.errors import CicloError
from app.jobs.contract import Context, Outcome
from app.project.durable import writing
from app.project.record import draft, encode
from app.text.message import Text


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
    """One import: the file is read once and stored as it is read, by the types that a look at it leads to expect. Where
    all of its rows decide otherwise, it is read and stored again by what they decide."""

    def __init__(self, context: Context, request: ImportRequest) -> None:
        self._context = context
        self._request = request
        self._source = open_source(Path(request.source))
        if request.shown is not None and request.shown != self._source.stamp.modified_ns:
            raise CicloError("data.changed_since_shown", path=self._source.path.name)
        self._meter = Meter(context, 1.25 * self._source.size)
        self._digest = hashlib.sha256()

    def run(self) -> Outcome:
        """The table, the profile, the draft."""
        table = self._context.staging / TABLE
        with writing(table):
            found, store = self._stored(table)
        self._prove(found, store)
        writer = store.writer
        if writer.rows == 0:
            raise none_good(writer.listed[0], self._source.path.name)
        sha256 = hash_source(self._source) if self._source.compression else self._digest.hexdigest()
        verify_unchanged(self._source)
        return self._outcome(found, writer, table, sha256)

    def _stored(self, table: Path) -> tuple[Survey, Store]:
        plan = make_plan(self._source, self._request.corrections)
        decision = expectation(plan)
        for again in (False, True):
            store = Store(decision, table, self._context.staging / REJECTED)
            with store:
                found = self._survey(store, plan, proven=again)
            if found.records == 0:
                raise CicloError("data.no_records", path=self._source.path.name)
            decision, plan = Decision.of(found), found.read_by
            if store.holds(decision):
                return found, store
        raise CicloError("data.source_changed", path=self._source.path.name)

    def _survey(self, store: Store, plan: Plan, *, proven: bool) -> Survey:
        return survey(
            self._source,
            self._request.corrections,
            watch=lambda blocks: self._meter.at("data.step.reading", blocks.position),
            digest=self._new_digest,
            taker=store,
            threads=max(1, self._context.processors),
            plan=plan,
            proven=proven,
        )

    def _new_digest(self) -> hashlib._Hash:
        self._digest = hashlib.sha256()
        return self._digest

    def _prove(self, found: Survey, store: Store) -> None:
        stored = store.writer.rows + store.writer.rejected
        if found.records != store.records or stored != found.records:
            raise CicloError("data.count_mismatch", scanned=found.records, read=stored, line=found.plan.layout.line)

    def _outcome(self, found: Survey, writer: TableWriter, table: Path, sha256: str) -> Outcome:
        self._meter.at("data.step.profiling", self._source.size)
        profile, levels = profile_table(
            table,
            found.types,
            repeated=writer.repeated,
            known=known_summaries(found) if writer.rejected == found.rejected else {},
            threads=self._context.processors,
            check_cancelled=self._context.check_cancelled,
        )
        columns = stored_columns(profile, levels)
        objects = staged_objects(self._context.staging, profile, rejected=bool(writer.rejected))
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


def _notes(found: Survey) -> tuple[Text, ...]:
    """What the import did that isn't plain: stored with the version."""
    notes = [p.message for p in problems(found)]
    notes += [e.reason for e in evidence(found) if not e.sure and e.aspect != "encoding"]
    for index, name in enumerate(found.plan.names):
        note = column_note(found, index)
        if note is not None:
            notes.append(Text("data.note.column", {"column": name, "note": note}))
    return tuple(notes)
