"""The bin: a record says that a version was put away, or taken out again; nothing is moved and nothing deleted."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from app.project.record import Draft, Record, draft

BIN = "bin-entry"


class BinEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Body of an entry. Parent: the record that is put away (``binned``) or taken out again; the newest one counts."""

    subject: str
    label: str
    binned: bool
    by: str = ""
    reason: str = ""


def bin_entry(record: Record, *, binned: bool, by: str = "", reason: str = "") -> Draft:
    """Put a version into the bin, or take it out."""
    body = BinEntry(subject=record.id, label=record.label, binned=binned, by=by.strip(), reason=reason.strip())
    return draft(BIN, body, parents=(record.id,))


def put_away(entries: Iterable[Record]) -> dict[str, Record]:
    """What lies in the bin, by its id, with the entry that put it there; ``entries`` are oldest first."""
    found: dict[str, Record] = {}
    for entry in entries:
        body = entry.read(BinEntry)
        if body.binned:
            found[body.subject] = entry
        else:
            found.pop(body.subject, None)
    return found
