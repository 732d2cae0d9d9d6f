"""The light half: which folder is watched for a dataset, what was decided of its files, and what waits."""

from __future__ import annotations

import msgspec

from app.data.rules.records import Looked, LookRequest
from app.jobs.contract import JobKind

WATCHED_FILE = "watched-file"

EXAMINE = JobKind("data.examine_waiting", "app.data.watched.work:examine")


class Stamp(msgspec.Struct, frozen=True):
    """What tells one state of a file from another without reading it."""

    size: int
    modified_ns: int


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """A folder that is watched for a dataset. A setting of this machine, never a record: paths differ by machine.

    ``known`` are the files that aren't new (by name): those that were there when the watch began, and those whose bytes
    were recognised since.
    """

    dataset: str
    folder: str
    pattern: str = "*"
    known: dict[str, Stamp] = {}


class DeclinedFile(msgspec.Struct, frozen=True, kw_only=True):
    """Body of the decision not to import a file: the bytes are meant, whatever they are called."""

    dataset: str
    file: str
    sha256: str


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A file that may be the next version; ``path`` is where it lies on this machine."""

    dataset: str
    path: str
    stamp: Stamp


class ExamineRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Read a candidate to its end; unless its bytes are ``known`` (hash: label of a version, or empty where they were
    declined), look at it as :class:`LookRequest` says."""

    candidate: Candidate
    look: LookRequest
    known: dict[str, str] = {}


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """What a candidate is. ``busy``: still being written, or it can't be opened yet. ``same_as`` is the version that
    holds the same bytes; ``declined`` says that those bytes were declined."""

    candidate: Candidate
    busy: bool = False
    gone: bool = False
    sha256: str = ""
    same_as: str = ""
    declined: bool = False
    looked: Looked | None = None
    problem: str = ""
    params: dict[str, str | int | float] = {}
