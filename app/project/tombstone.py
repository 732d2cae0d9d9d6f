"""What stays of a version that was purged: a record that says what it was, who removed it, when and why."""

from __future__ import annotations

import re
from contextlib import suppress

import msgspec

from app.errors import CicloError
from app.project.record import Record
from app.text.message import Value, amount

PURGE = "purge"
_HASH = re.compile(r"[0-9a-f]{64}")
_KIND = re.compile(r"[a-z][a-z0-9-]*")


class Tombstone(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a tombstone. Parent: the record that was removed.

    ``kind`` to ``seq`` are what the removed record's envelope said: its number is never given again, and its place in
    the row of its writer isn't a gap. ``objects`` are the hashes of the objects that went, with what each was;
    ``files`` those of files in the project's folder ``exports``, by their name.
    """

    id: str
    kind: str
    name: str
    number: int
    lamport: int
    writer: str
    seq: int
    created: str
    by: str
    reason: str
    objects: dict[str, str] = {}
    files: dict[str, str] = {}

    @property
    def label(self) -> str:
        """``customers@2``."""
        return f"{self.name}@{self.number}"

    @property
    def is_sound(self) -> bool:
        """Whether it names nothing but records, objects and exports: files are deleted on its word."""
        hashes = all(_HASH.fullmatch(one) for one in (self.id, *self.objects))
        names = all(name not in ("", ".", "..") and not set(name) & set("/\\:\0") for name in self.files)
        return hashes and names and bool(_KIND.fullmatch(self.kind))


class Purged(msgspec.Struct, frozen=True, kw_only=True):
    """A tombstone with the moment at which it was set, by the clock and in the order of all records."""

    stone: Tombstone
    time: str
    lamport: int


def read_stones(records: list[Record]) -> list[Purged]:
    """The tombstones among records; one of a later release, which can't be read, means nothing here."""
    found = []
    for record in records:
        if record.kind == PURGE:
            with suppress(CicloError):
                found.append(Purged(stone=record.read(Tombstone), time=record.time, lamport=record.envelope.lamport))
    return [one for one in found if one.stone.is_sound]


def said_of(one: Purged) -> dict[str, Value]:
    """What a sentence about a purge says: the version, who, when, why."""
    stone = one.stone
    told = {"label": amount(stone.label), "by": amount(stone.by), "reason": amount(stone.reason)}
    return {**told, "day": amount(one.time[:10], "date")}
