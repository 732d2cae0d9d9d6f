"""Inspection and import of any source: who does it depends on what the source is."""

from __future__ import annotations

from app.data import importing
from app.data.records import ImportRequest, InspectRequest
from app.jobs.contract import Context, Outcome


def inspect_source(context: Context, request: InspectRequest) -> Outcome:
    """Say what an import would do, doing nothing.

    Raises
    ------
    CicloError
        What the source is refused for.
    """
    return importing.inspect_source(context, request)


def import_source(context: Context, request: ImportRequest) -> Outcome:
    """Import a source as the next version of a dataset.

    Raises
    ------
    CicloError
        What the source or the disk refused.
    """
    return importing.import_source(context, request)
