"""What comes before and after the reading of a file: bytes that are a version already, and tables that are stored
already."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from app.data import limits
from app.data.expectations.work import checked
from app.data.records import DATASET, DatasetVersion, ImportAnswer, ImportRequest, Origin, Rejected
from app.data.sources.jobs import import_source as read_source
from app.data.stored import stored_groups, stored_shape
from app.errors import CicloError
from app.jobs.contract import Context, Outcome, Progress
from app.project import Project, Record
from app.project.record import Draft, Object, encode
from app.text.message import Text


def import_source(context: Context, request: ImportRequest) -> Outcome:
    """Import a file, unless its bytes are a version of that dataset already.

    Raises
    ------
    CicloError
        See :func:`app.data.sources.jobs.import_source`.
    """
    with closing(Project.open(Path(request.project))) as project:
        known = None if request.again else recognised(project, request, context)
        if known is not None:
            return Outcome(answer=msgspec.Raw(encode(_answer(project, known))))
        outcome = read_source(context, request)
        drafts = tuple(
            _shared(project, checked(context, project, _noted(draft, request)), context) for draft in outcome.drafts
        )
    return msgspec.structs.replace(outcome, drafts=drafts)


# Before: bytes that are known


def recognised(project: Project, request: ImportRequest, context: Context) -> Record | None:
    """The newest version of the dataset that was made from the same bytes in the same way; what lies in the bin doesn't
    count.

    A file whose size no version has isn't even read. What a query gives isn't told by the bytes of its database.
    """
    if request.reading.query or request.reading.table:
        return None
    path = Path(request.source)
    try:
        status = path.stat()
    except OSError:  # no file, or none that can be read: the import says why
        return None
    changed = request.shown is not None and request.shown != status.st_mtime_ns
    alike = [] if changed else [r for r in project.live(DATASET, request.name) if _is_alike(r, request, status.st_size)]
    if not alike:
        return None
    sha256 = _hash(path, status.st_size, context)
    same = [record for record in alike if record.read(DatasetVersion).source_sha256 == sha256]
    return max(same, key=_order, default=None)


def _is_alike(record: Record, request: ImportRequest, size: int) -> bool:
    try:
        body = record.read(DatasetVersion)
    except CicloError:  # of a later release
        return False
    part = (request.reading.sheet or "", request.reading.range or "")
    same_part = part == _part(body.origin)
    imported = body.recipe is None  # what a recipe made is something else than its source
    return imported and body.source_size == size and body.corrections == request.corrections and same_part


def _part(origin: Origin | None) -> tuple[str, str]:
    """The part of a workbook that was asked for."""
    return (origin.sheet if origin.sheet_chosen else "", origin.range) if origin is not None else ("", "")


def _order(record: Record) -> tuple[int, str]:
    return record.number, record.id


def _hash(path: Path, size: int, context: Context) -> str:
    digest, done = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while block := file.read(limits.BLOCK_BYTES):
                context.check_cancelled()
                digest.update(block)
                done += len(block)
                context.report(Progress(step=Text("data.step.recognising"), done=done, total=size))
    except OSError:  # the import says why
        return ""
    return digest.hexdigest()


def _answer(project: Project, record: Record) -> ImportAnswer:
    body = record.read(DatasetVersion)
    return ImportAnswer(
        rows=body.rows,
        rejected=body.rejected,
        rejected_rows=_rejected(project, record),
        columns=body.columns,
        sha256=body.source_sha256,
        known=record.id,
    )


def _rejected(project: Project, record: Record) -> tuple[Rejected, ...]:
    stored = record.objects.get("rejected")
    if stored is None:
        return ()
    found: list[Rejected] = []
    with project.object_path(stored.sha256).open("rb") as file:
        for line in file:
            if len(found) == limits.LISTED:
                break
            found.append(msgspec.json.decode(line, type=Rejected))
    return tuple(found)


# After: what was said of it, and tables that are stored already


def _noted(draft: Draft, request: ImportRequest) -> Draft:
    if draft.kind != DATASET or not (request.note.strip() or request.by.strip()):
        return draft
    body = msgspec.json.decode(draft.body, type=DatasetVersion)
    said = msgspec.structs.replace(body, note=request.note.strip(), by=request.by.strip())
    return msgspec.structs.replace(draft, body=msgspec.Raw(encode(said)))


def _shared(project: Project, draft: Draft, context: Context) -> Draft:
    """A draft that names the stored table (and its profile) where an equal one is stored already.

    Equal tables mostly have equal bytes, and those are stored once anyway; but the same content from another file may
    be cut into other pages.
    """
    table = draft.objects.get("table")
    if draft.kind != DATASET or table is None:
        return draft
    body = msgspec.json.decode(draft.body, type=DatasetVersion)
    for record in reversed(project.records(DATASET)):
        held = record.objects.get("table")
        if held is None or held.sha256 == table.sha256 or not _counts_agree(record, body):
            continue
        context.check_cancelled()
        if _tables_agree(project, held, Path(table.path)):
            return _keeping(draft, record.objects)
    return draft


def _keeping(draft: Draft, held: dict[str, Object]) -> Draft:
    kept = {role: held[role] for role in ("table", "profile") if role in held}
    objects = {role: staged for role, staged in draft.objects.items() if role not in kept}
    return msgspec.structs.replace(draft, objects=objects, kept=kept)


def _counts_agree(record: Record, body: DatasetVersion) -> bool:
    """What two equal tables can't differ in; nearly every other table does."""
    try:
        other = record.read(DatasetVersion)
    except CicloError:
        return False
    return other.rows == body.rows and _counts(other) == _counts(body)


def _counts(body: DatasetVersion) -> Sequence[tuple[str, str, int, int]]:
    return [(c.name, c.type, c.missing, c.distinct) for c in body.columns]


def _tables_agree(project: Project, held: Object, staged: Path) -> bool:
    try:
        place = project.object_path(held.sha256)
        if stored_shape(place) != stored_shape(staged):
            return False
        pairs = zip(stored_groups(place), stored_groups(staged), strict=True)
        return all(one.equals(other) for one, other in pairs)
    except (CicloError, ValueError):  # a stored table that is damaged or cut otherwise is no reason to fail
        return False
