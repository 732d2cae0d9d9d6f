"""Inspection and import of any source: who does it depends on what the source is."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import msgspec

from app.data import importing
from app.data.records import Corrections, ImportRequest, Inspected, InspectRequest, Reading
from app.data.source import reading
from app.data.sources.delimited import DelimitedSource
from app.data.sources.folder import FolderSource, files_of
from app.data.sources.json_records import JsonSource, is_json
from app.data.sources.parquet import MAGIC as PARQUET
from app.data.sources.parquet import ParquetSource
from app.data.sources.typed import TypedSource
from app.data.sources.typed_import import import_typed, inspect_typed
from app.data.sources.workbook.recognise import OLD_WORKBOOK, ZIP, Packed, packed_workbook
from app.data.sources.workbook.source import WorkbookSource
from app.data.sql.addresses import is_address, is_sqlite
from app.errors import CicloError
from app.jobs.contract import Context, Outcome
from app.project.record import encode


def inspect_source(context: Context, request: InspectRequest) -> Outcome:
    """Say what an import would do, doing nothing.

    Raises
    ------
    CicloError
        What the source is refused for.
    """
    source = query_source(request)
    if source is None:
        return Outcome(answer=msgspec.Raw(encode(inspect_any(Path(request.source), request, context))))
    with closing(source):
        return Outcome(answer=msgspec.Raw(encode(inspect_typed(context, request, source))))


def inspect_any(path: Path, request: InspectRequest, context: Context | None = None) -> Inspected:
    """The inspection of any source; of a large one, of its beginning."""
    source = typed_source(path, request.reading, request.corrections, quick=True)
    if source is None:
        return importing.inspect_file(path, request, context)
    with closing(source):
        return inspect_typed(context, request, source)


def import_source(context: Context, request: ImportRequest) -> Outcome:
    """Import a source as the next version of a dataset.

    Raises
    ------
    CicloError
        What the source or the disk refused.
    """
    source = query_source(request) or typed_source(Path(request.source), request.reading, request.corrections)
    if source is None:
        return importing.import_source(context, request)
    with closing(source):
        if request.shown and request.shown != source.stamp.modified_ns:
            raise CicloError("data.changed_since_shown", path=source.name)
        return import_typed(context, request, source)


def query_source(request: InspectRequest | ImportRequest) -> TypedSource | None:
    """What gives the rows of a database; None where the source is none and nothing of one is wanted.

    Raises
    ------
    CicloError
        What the database or the query is refused for.
    """
    wanted = request.reading
    if not (wanted.query or wanted.table or is_address(request.source) or is_sqlite(Path(request.source))):
        return None
    from app.data.sql.source import QuerySource

    return QuerySource(request.source, wanted, request.access)


def typed_source(path: Path, wanted: Reading, corrections: Corrections, *, quick: bool = False) -> TypedSource | None:
    """What gives the records of ``path``; None where it is a file of delimited text, or can't be a source at all.

    Raises
    ------
    CicloError
        What the source is refused for.
    """
    if path.is_dir():
        return _folder(path, wanted, corrections, quick=quick)
    if not path.is_file():
        return None
    with reading(path), path.open("rb") as file:
        head = file.read(8)
    if head.startswith(PARQUET):
        return ParquetSource(path)
    if head.startswith(OLD_WORKBOOK):
        return WorkbookSource(path, wanted, corrections, legacy=True)
    if head.startswith(ZIP) and (format := packed_workbook(path)) is not None:
        return WorkbookSource(path, wanted, corrections, legacy=format is Packed.OTHER)
    return JsonSource(path, quick=quick) if is_json(path) else None


def _folder(folder: Path, wanted: Reading, corrections: Corrections, *, quick: bool) -> FolderSource:
    """Several files as one source; ``quick`` looks only at the beginning of those of text."""

    def opened(path: Path) -> TypedSource:
        found = typed_source(path, wanted, corrections, quick=quick) if path.is_file() else None
        return found if found is not None else DelimitedSource(path, corrections, quick=quick)

    files = files_of(folder, wanted.files)
    return FolderSource(folder, files, opened, source_column=wanted.source_column)
